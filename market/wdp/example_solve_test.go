// SPDX-License-Identifier: Apache-2.0

package wdp_test

import (
	"fmt"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
)

// Two bidders want a slot each, a third wants both; the first would take either of its bids, but not both.
func ExampleSolve() {
	problem := &cert.Problem{Goods: 2, Bidders: 3, Bids: []cert.Bid{
		{Bidder: 0, Group: 0, Price: 8, Goods: []int{0}},
		{Bidder: 0, Group: 0, Price: 7, Goods: []int{1}},
		{Bidder: 1, Group: cert.NoGroup, Price: 4, Goods: []int{1}},
		{Bidder: 2, Group: cert.NoGroup, Price: 11, Goods: []int{0, 1}},
	}}
	result, err := wdp.Solve(problem, wdp.Options{Proof: true})
	fmt.Println(result.Status, result.Revenue, result.Winners, err)
	fmt.Println("proof:", cert.Check(problem, result.Proof))
	// Output:
	// optimal 12 [0 2] <nil>
	// proof: <nil>
}

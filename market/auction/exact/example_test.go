// SPDX-License-Identifier: Apache-2.0

package exact_test

import (
	"fmt"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/wdp"
)

func Example() {
	answer, _ := exact.Solver(wdp.Options{})(auction.Problem{Goods: 2, Bidders: 3, Payment: auction.VCG, Offers: []auction.Offer{
		{Bidder: 0, Group: auction.NoGroup, Value: 10, Goods: []int{0, 1}},
		{Bidder: 1, Group: auction.NoGroup, Value: 6, Goods: []int{0}},
		{Bidder: 2, Group: auction.NoGroup, Value: 3, Goods: []int{1}},
	}})
	fmt.Println(answer.Proven, answer.Winners, answer.Revenue, answer.Payments)
	// Output: true [0] 10 [9 0 0]
}

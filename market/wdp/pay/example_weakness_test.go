// SPDX-License-Identifier: Apache-2.0

package pay_test

import (
	"fmt"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/pay"
)

// auction solves an auction of two goods and returns what the winners pay by both rules.
func auction(bids ...cert.Bid) (vcg, core pay.Payments) {
	problem := &cert.Problem{Goods: 2, Bidders: 4, Bids: bids}
	result, err := wdp.Solve(problem, wdp.Options{})
	if err != nil {
		panic(err)
	}
	if vcg, err = pay.VCG(problem, result, pay.Options{}); err != nil {
		panic(err)
	}
	if core, err = pay.Core(problem, result, vcg, pay.Options{}); err != nil {
		panic(err)
	}
	return vcg, core
}

func bid(bidder int, price int64, goods ...int) cert.Bid {
	return cert.Bid{Bidder: bidder, Group: cert.NoGroup, Price: price, Goods: goods}
}

// A winner pays what its presence costs the others.
func ExampleVCG() {
	vcg, _ := auction(bid(0, 8, 0), bid(1, 8, 1), bid(2, 10, 0, 1))
	fmt.Println(vcg.Bidders, vcg.Amounts)
	// Output:
	// [0 1] [2 2]
}

// The loser offered 10, so the winners of the same auction pay 10 together.
func ExampleCore() {
	_, core := auction(bid(0, 8, 0), bid(1, 8, 1), bid(2, 10, 0, 1))
	fmt.Println(core.Bidders, core.Amounts)
	// Output:
	// [0 1] [5 5]
}

// A bidder joins, and the VCG revenue falls from 10 to nothing.
func ExampleVCG_revenueFalls() {
	before, _ := auction(bid(0, 10, 0), bid(2, 10, 0, 1))
	after, core := auction(bid(0, 10, 0), bid(1, 10, 1), bid(2, 10, 0, 1))
	fmt.Println(before.Total(), after.Total(), core.Total())
	// Output:
	// 10 0 10
}

// A bidder who would lose with 8 for both goods wins them for nothing under two names that bid 10 each.
func ExampleVCG_falseNames() {
	honest, _ := auction(bid(0, 8, 0, 1), bid(2, 10, 0, 1))
	split, _ := auction(bid(0, 10, 0), bid(1, 10, 1), bid(2, 10, 0, 1))
	fmt.Println(honest.Bidders, split.Bidders, split.Total())
	// Output:
	// [2] [0 1] 0
}

// Under core payments a winner gains by bidding less: with 4 instead of 8 it pays 3 instead of 5.
func ExampleCore_notTruthful() {
	_, honest := auction(bid(0, 8, 0), bid(1, 8, 1), bid(2, 10, 0, 1))
	_, shaded := auction(bid(0, 4, 0), bid(1, 8, 1), bid(2, 10, 0, 1))
	fmt.Println(honest.Amounts, shaded.Amounts)
	// Output:
	// [5 5] [3 7]
}

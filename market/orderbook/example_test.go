// SPDX-License-Identifier: Apache-2.0

package orderbook_test

import (
	"fmt"

	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

func Example() {
	book, err := orderbook.New(orderbook.Spec{Base: "gpu-hour", Quote: "credit", Tick: money.Unit / 100})
	if err != nil {
		panic(err)
	}
	sell := func(owner orderbook.Owner, price money.Amount, hours int64) {
		_, _, _ = book.Place(0, orderbook.Order{Owner: owner, Side: orderbook.Sell, Price: price, Quantity: hours})
	}
	sell(1, 2_100_000, 5)
	sell(2, 2_000_000, 3)
	sell(3, 2_000_000, 3)

	_, events, _ := book.Place(1, orderbook.Order{Owner: 9, Side: orderbook.Buy, Price: 2_050_000, Quantity: 10})
	for _, e := range events {
		fmt.Println(e.Act, e.Quantity, "at", e.Price, "with", e.Counterparty)
	}
	fmt.Println(book.Mid())
	fmt.Println(book.Tape().VWAP(0))
	// Output:
	// placed 10 at 2.05 with 0
	// traded 3 at 2 with 2
	// traded 3 at 2 with 3
	// rested 4 at 2.05 with 0
	// 2.075 <nil>
	// 2 6 <nil>
}

// Two who would trade are left out, so that nobody gains by a bid other than the true one.
func ExampleMcAfee() {
	clearing, _ := orderbook.McAfee([]money.Amount{90, 70, 50, 20}, []money.Amount{10, 30, 45, 60})
	fmt.Println(len(clearing.Buyers), "pairs at", int64(clearing.Pays), int64(clearing.Gets), "surplus", int64(clearing.Surplus))
	clearing, _ = orderbook.McAfee([]money.Amount{90, 70, 50, 40}, []money.Amount{10, 30, 45, 60})
	fmt.Println(len(clearing.Buyers), "pairs at", int64(clearing.Pays), int64(clearing.Gets), "surplus", int64(clearing.Surplus))
	// Output:
	// 2 pairs at 50 45 surplus 10
	// 3 pairs at 50 50 surplus 0
}

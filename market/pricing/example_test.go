// SPDX-License-Identifier: Apache-2.0

package pricing_test

import (
	"fmt"

	"mabeam.dev/market/money"
	"mabeam.dev/market/pricing"
)

// Eve and Mallory sell to each other at a price of their own; they are one vote of four.
func Example() {
	sales := []pricing.Sale{
		{At: 1, Price: 10 * money.Unit, Quantity: 1, Buyer: "ann", Seller: "bob"},
		{At: 2, Price: 12 * money.Unit, Quantity: 1, Buyer: "cid", Seller: "bob"},
		{At: 3, Price: 11 * money.Unit, Quantity: 1, Buyer: "ann", Seller: "dan"},
	}
	for at := range int64(100) {
		sales = append(sales, pricing.Sale{At: 4 + at, Price: 15 * money.Unit, Quantity: 9, Buyer: "eve", Seller: "mallory"})
	}
	p, _ := pricing.Of(sales, 110, 110)
	fmt.Println("vwap", p.VWAP, "index", p.Index, "of", p.Pairs, "pairs, between", p.Low, "and", p.High)

	d, _ := pricing.New(pricing.Rule{Base: 10 * money.Unit, Rate: 500_000, Most: 200_000})
	for _, demand := range []int64{100, 120, 300} {
		_, _ = d.Measure(0, demand, 100)
		fmt.Println(d.Price())
	}
	// Output:
	// vwap 14.98671 index 12 of 4 pairs, between 8.563047 and 15.436952
	// 10
	// 11
	// 12
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"mabeam.dev/internal/benchtab"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/market/predict"
	"mabeam.dev/market/pricing"
)

// pricing measures what a price costs: from sales, from a call, and from a prediction market.
func (b *bench) pricing() error {
	var sales []pricing.Sale
	for i := range int64(1000) {
		sales = append(sales, pricing.Sale{At: i, Price: money.Amount(1000 + i*7919%100), Quantity: 1 + i%9, Buyer: fmt.Sprint("b", i%31), Seller: fmt.Sprint("s", i%7)})
	}
	ms, err := b.median(func() error {
		_, err := pricing.Of(sales, 1000, 1000)
		return err
	})
	if err != nil {
		return err
	}
	b.row("price of 1,000 sales of 217 pairs", ms, "ms", benchtab.ValueAtMost(1))

	var buy, sell []orderbook.Level
	for i := range int64(1000) {
		buy = append(buy, orderbook.Level{Price: money.Amount(11_000 - 2*i), Quantity: 1 + i%50})
		sell = append(sell, orderbook.Level{Price: money.Amount(9000 + 2*i), Quantity: 1 + i%50})
	}
	ms, err = b.median(func() error {
		if _, n := orderbook.CallPrice(buy, sell, 1, 10_000); n == 0 {
			return fmt.Errorf("nothing trades in the call")
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.row("price of a call of 2,000 levels", ms, "ms", benchtab.ValueAtMost(1))

	m, err := predict.New(predict.Spec{Outcomes: []string{"a", "b", "c", "d"}, Liquidity: 100 * money.Unit})
	if err != nil {
		return err
	}
	ms, err = b.median(func() error {
		_, err := m.Quote(1, money.Unit)
		return err
	})
	if err != nil {
		return err
	}
	b.row("quote of a prediction market of 4 outcomes", ms*1000, "us", benchtab.ValueAtMost(1000))
	return nil
}

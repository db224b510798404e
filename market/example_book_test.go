// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

// Hours of a machine are traded for credits. The money of a buyer is set aside before the order counts, and what the seller's price saves is
// available again.
func ExampleBook() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	journal := newMemory()
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "market/ledger", Journal: journal})
	if err != nil {
		panic(err)
	}
	b, err := market.NewBook(market.BookOptions{
		Name: "hours", Stream: "market/book/hours", Journal: journal, Ledger: l,
		Spec: orderbook.Spec{Base: "gpu-hour", Quote: "credit"},
	})
	if err != nil {
		panic(err)
	}
	for _, start := range []func(actors.Spawner) (actors.PID, error){l.Start, b.Start} {
		if _, err := start(sys); err != nil {
			panic(err)
		}
	}
	for _, t := range []ledger.Transaction{
		ledger.Open("open/ann", "ann"), ledger.Deposit("in/ann", "ann", money.Of(100*money.Unit, "credit")),
		ledger.Open("open/bob", "bob"), ledger.Deposit("in/bob", "bob", money.Of(10, "gpu-hour")),
	} {
		if _, err := l.Post(ctx, t); err != nil {
			panic(err)
		}
	}
	if _, err := b.Place(ctx, market.BookOrder{Key: "1", Owner: "bob", Side: orderbook.Sell, Price: 3 * money.Unit, Quantity: 8}); err != nil {
		panic(err)
	}
	p, err := b.Place(ctx, market.BookOrder{Key: "2", Owner: "ann", Side: orderbook.Buy, Price: 4 * money.Unit, Quantity: 5})
	if err != nil {
		panic(err)
	}
	left, err := l.Balance(ledger.Available("ann"), "credit")
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d hours for %s, %s left\n", p.Filled, money.Format(p.Cost), money.Format(left))
	// Output: 5 hours for 15, 85 left
}

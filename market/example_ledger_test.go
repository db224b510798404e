// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	eventmemory "mabeam.dev/events/memory"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
)

func ExampleLedger() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	journal := events.NewJournal(eventmemory.New(eventmemory.Options{}), events.JournalOptions{})
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "market/ledger", Journal: marketlog.New(journal)})
	if err != nil {
		fmt.Println(err)
		return
	}
	sup, err := supervision.Start(sys, "market", supervision.Spec{Children: []supervision.Child{
		supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...),
		supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...),
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range []ledger.Transaction{
		ledger.Open("open/ann", "ann"), ledger.Open("open/bob", "bob"), ledger.Deposit("in/1", "ann", money.Of(10*money.Unit, "credit")),
		ledger.Transfer("pay/1", "ann", "bob", money.Of(4*money.Unit, "credit"), money.Unit/10),
	} {
		if _, err := l.Post(ctx, t); err != nil {
			fmt.Println(err)
		}
	}
	if err := sup.TerminateChild(ctx, "ledger"); err != nil {
		fmt.Println(err)
	}
	if _, err := sup.RestartChild(ctx, "ledger"); err != nil {
		fmt.Println(err)
	}
	r, err := l.Post(ctx, ledger.Transfer("pay/1", "ann", "bob", money.Of(4*money.Unit, "credit"), money.Unit/10))
	fmt.Println("done already:", r.Already, err)
	left, err := l.Balance(ledger.Available("ann"), "credit")
	fmt.Println(left, err)
	// Output:
	// done already: true <nil>
	// 6 <nil>
}

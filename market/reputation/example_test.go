// SPDX-License-Identifier: Apache-2.0

package reputation_test

import (
	"errors"
	"fmt"
	"time"

	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
)

func Example() {
	book, _ := reputation.New(reputation.Rules{})
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	reliability := reputation.Reliability
	fmt.Println(errors.Is(book.Admit("ann", "", now, 5*money.Unit, 0, reliability), reputation.ErrReputationTooLow))

	for i := range 5 {
		deal := reputation.Deal{
			Transaction: fmt.Sprintf("settle-%d", i), Provider: "ann", Client: reputation.Agent(fmt.Sprintf("client-%d", i)),
			Value: 10 * money.Unit, Delivered: now, Settled: now,
		}
		for _, e := range deal.Evidence() {
			_, _ = book.Record(e)
		}
	}
	fmt.Printf("%.2f\n", book.Score("ann", "", now).Estimates[reliability].Lower)
	fmt.Println(book.Admit("ann", "", now, 5*money.Unit, 0, reliability))
	fmt.Printf("a year later %.2f\n", book.Score("ann", "", now.AddDate(1, 0, 0)).Estimates[reliability].Lower)
	// Output:
	// true
	// 0.65
	// <nil>
	// a year later 0.03
}

func ExampleNetwork_Rank() {
	network := reputation.Network{
		Stakes: []reputation.Stake{{Agent: "bank", Amount: 100 * money.Unit}},
		Edges: []reputation.Edge{
			{From: "bank", To: "ann", Value: 3},
			{From: "ann", To: "bob", Value: 1},
			{From: "fake-1", To: "fake-2", Value: 1e6},
			{From: "fake-2", To: "fake-1", Value: 1e6},
		},
	}
	trust, _ := network.Rank()
	for _, of := range trust.Ranking() {
		fmt.Printf("%s %.3f\n", of.Owner, of.Trust)
	}
	// Output:
	// bank 0.389
	// ann 0.330
	// bob 0.281
	// fake-1 0.000
	// fake-2 0.000
}

// SPDX-License-Identifier: Apache-2.0

package auction_test

import (
	"fmt"
	"time"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

func Example() {
	now := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	m, _ := auction.New(auction.Spec{
		ID: "task/7", Kind: auction.Vickrey, Reverse: true, Service: true, Owner: "planner", Currency: "credit",
		Goods: []money.Asset{"review"}, Reserve: 10 * money.Unit,
	})
	_, _ = m.Step(auction.Start{At: now})
	for bidder, cost := range map[string]money.Amount{"ann": 4 * money.Unit, "bob": 6 * money.Unit} {
		_, _ = m.Step(auction.Bid{At: now, Bidder: bidder, Asset: "credit", Amount: cost})
	}
	timer, _ := m.Timer()
	_, _ = m.Step(timer)
	_, _ = m.Step(auction.Decide{At: timer.When()})
	o, _ := m.Outcome()
	fmt.Println(o.Awards[0].Bidder, "is paid", o.Awards[0].Amount)
	// Output: ann is paid 6
}

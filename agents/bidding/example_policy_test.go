// SPDX-License-Identifier: Apache-2.0

package bidding_test

import (
	"fmt"

	"mabeam.dev/agents/bidding"
	"mabeam.dev/market/money"
)

// An agent asks two credits for a task, and half as much again when all its slots are taken; a batch of two costs it less than twice one.
func Example() {
	policy := bidding.Load(bidding.Cost{Batch: money.Unit / 2, Fixed: 3 * money.Unit / 2}, 500_000)
	ask := bidding.Request{Call: "reviews.7", Slots: 2, Currency: "credit", Tasks: []bidding.Task{{ID: "a"}, {ID: "b"}}}
	for _, b := range policy.Offer(ask, bidding.Standing{Slots: 4}).Bundles {
		fmt.Println(b.Tasks, b.Price)
	}
	fmt.Println(policy.Offer(ask, bidding.Standing{InHand: 4, Slots: 4}).Bundles[0].Price)
	// Output:
	// [0] 2
	// [1] 2
	// [0 1] 3.5
	// 3
}

// SPDX-License-Identifier: Apache-2.0

package listing_test

import (
	"fmt"

	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
)

func Example() {
	known := map[string]listing.Judgement{"ann": {Reputation: 0.8, Quality: 0.9}, "bob": {Reputation: 0.2, Quality: 0.5}}
	m, _ := listing.New(listing.DefaultSpec(), func(p string) listing.Judgement { return known[p] })
	_, _ = m.List(0, listing.Listing{ID: "a", Provider: "ann", Kind: "review", Price: 5 * money.Unit, Capacity: 2})
	_, _ = m.List(0, listing.Listing{ID: "b", Provider: "bob", Kind: "review", Price: 4 * money.Unit, Capacity: 2})
	m.Listed("a", true)
	m.Listed("b", true)
	for _, match := range m.Find(1, listing.Request{Kind: "review"}) {
		fmt.Printf("%s at %v scores %.2f\n", match.Provider, match.Price, match.Score)
	}
	_, _ = m.Buy(1, "deal", "a", "cid", 0)
	m.Ready(1, "deal", true)
	_ = m.Begin(2, "deal", "ann")
	_ = m.Deliver(3, "deal", "ann", listing.Delivery{})
	fmt.Println(m.Accept("deal", "cid", nil))
	// Output:
	// ann at 5 scores 0.60
	// bob at 4 scores 0.58
	// [{cid/held/deal/deal fees 0.25} {cid/held/deal/deal ann/available 4.75}] <nil>
}

// SPDX-License-Identifier: Apache-2.0

package auction_test

import (
	"strconv"
	"testing"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

// BenchmarkBid is one accepted bid of an English auction with proxies: judged, hashed into the log and remembered by its key.
func BenchmarkBid(b *testing.B) {
	s := spec(auction.English)
	s.English = auction.EnglishRules{Start: 1, Increment: auction.Increment{Absolute: 1}, Proxy: true}
	m, err := auction.New(s)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := m.Step(auction.Start{At: epoch}); err != nil {
		b.Fatal(err)
	}
	names := [2]string{"ann", "bob"}
	b.ReportAllocs()
	for i := 1; b.Loop(); i++ {
		in := auction.Bid{At: epoch, Key: strconv.Itoa(i), Bidder: names[i%2], Asset: "credit", Amount: money.Amount(3 * i)}
		if _, err := m.Step(in); err != nil {
			b.Fatal(err)
		}
	}
}

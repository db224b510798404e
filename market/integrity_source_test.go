// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

func TestAnExchangeIsASourceOfSalesAndOfTendersThatAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, _ := bourse(t, newMemory(), market.ExchangeOptions{})
		ctx := t.Context()
		rising := selling(auction.English)
		rising.ID, rising.English = "sale", auction.EnglishRules{Start: 1, Increment: auction.Increment{Absolute: 1}}
		buying := selling(auction.Vickrey)
		buying.ID, buying.Owner, buying.Reverse, buying.Service, buying.Reserve = "tender", "ann", true, true, 80
		for _, spec := range []auction.Spec{rising, buying, vickrey("other")} {
			_, err := x.Create(ctx, spec)
			require.NoError(t, err)
			_, err = x.Open(ctx, spec.ID)
			require.NoError(t, err)
		}
		source := market.Auctions(x)
		var sales, tenders int
		var last uint64
		read := func(from uint64) {
			require.NoError(t, source.Observe(ctx, from, func(version uint64, o *market.Observation) error {
				last = version
				switch {
				case o == nil:
				case o.Sale != nil:
					sales++
					assert.Equal(t, "sue", o.Sale.Seller)
					assert.Equal(t, "bob", o.Sale.Winner)
					require.Len(t, o.Sale.Bids, 3)
					assert.Equal(t, money.Amount(7), o.Sale.Bids[2].Amount)
					assert.False(t, o.Sale.End.Before(o.Sale.Bids[2].At))
				case o.Tender != nil:
					tenders++
					require.Len(t, o.Tender.Offers, 2, "the last offer of each")
					assert.Equal(t, []string{"bob", "sue"}, []string{o.Tender.Offers[0].Bidder, o.Tender.Offers[1].Bidder})
					assert.InDelta(t, 30, o.Tender.Offers[0].Price, 1e-9)
				}
				return nil
			}))
		}
		for _, b := range []auction.Bid{offer("1", "ann", 5), offer("2", "bob", 6), offer("3", "bob", 7)} {
			_, err := x.Bid(ctx, "sale", b)
			require.NoError(t, err)
		}
		for _, b := range []auction.Bid{offer("1", "bob", 40), offer("2", "sue", 60), offer("3", "bob", 30)} {
			_, err := x.Bid(ctx, "tender", b)
			require.NoError(t, err)
		}
		read(0)
		assert.Zero(t, sales+tenders, "nothing of a sealed auction is read before its end")
		time.Sleep(time.Hour)
		synctest.Wait()
		read(last)
		assert.Equal(t, []int{1, 1}, []int{sales, tenders})
		read(last)
		assert.Equal(t, []int{1, 1}, []int{sales, tenders}, "nothing new")
	})
}

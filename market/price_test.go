// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market"
	"mabeam.dev/market/money"
	"mabeam.dev/market/pricing"
)

// pricedAt starts a price service beside a book.
func pricedAt(t *testing.T, change func(*market.PricesOptions)) (*market.Book, *market.Prices, func()) {
	b, _, sup := trading(t, newMemory(), func(o *market.BookOptions) { o.Spec.Tape = 16 })
	o := market.PricesOptions{Name: "prices", Tapes: []market.Tape{b}, Window: time.Hour, Stale: 10 * time.Minute}
	if change != nil {
		change(&o)
	}
	p, err := market.NewPrices(o)
	require.NoError(t, err)
	_, err = sup.StartChild(t.Context(), p.Child())
	require.NoError(t, err)
	return b, p, func() { sup.Child("prices").Kill() }
}

// swap has two trade at a price.
func swap(t *testing.T, b *market.Book, key, seller, buyer string, price money.Amount, n int64) {
	t.Helper()
	_, err := b.Place(t.Context(), sell(key+"/s", seller, price, n))
	require.NoError(t, err)
	p, err := b.Place(t.Context(), buy(key+"/b", buyer, price, n))
	require.NoError(t, err)
	require.Equal(t, n, p.Filled)
}

func TestAPriceGivesEveryTwoCounterpartiesOneVote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p, kill := pricedAt(t, nil)
		_, err := p.Price("tea", "credit", time.Now())
		require.Error(t, err)
		time.Sleep(2 * time.Second)
		_, err = b.Place(t.Context(), sell("only an offer", "ann", 500, 1))
		require.NoError(t, err)
		time.Sleep(2 * time.Second)
		_, err = p.Price("tea", "credit", time.Now())
		require.ErrorIs(t, err, pricing.ErrNoPrice, "an offer is no price")
		swap(t, b, "1", "ann", "bob", 100, 1)
		swap(t, b, "2", "bob", "cid", 104, 1)
		swap(t, b, "3", "cid", "dan", 102, 1)
		for i := range 6 {
			swap(t, b, fmt.Sprint("again", i), "ann", "bob", 106, 1)
		}
		for range 2 { // a restart reads the tape again, and counts nothing twice
			time.Sleep(2 * time.Second)
			v, err := p.Price("tea", "credit", time.Now())
			require.NoError(t, err)
			assert.Equal(t, 9, v.Sales)
			assert.Equal(t, 3, v.Pairs)
			assert.Equal(t, money.Amount(103), v.Index, "ann and bob have one vote, 105, however often they trade")
			assert.True(t, v.Certain)
			assert.False(t, v.Missed)
			assert.LessOrEqual(t, v.Low, v.Index)
			kill()
		}
	})
}

func TestAnOldPriceIsStaleAndAVeryOldOneIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p, _ := pricedAt(t, nil)
		swap(t, b, "1", "ann", "bob", 100, 1)
		time.Sleep(11 * time.Minute)
		v, err := p.Price("tea", "credit", time.Now())
		require.ErrorIs(t, err, market.ErrStalePrice)
		assert.Equal(t, money.Amount(100), v.Index)
		assert.False(t, v.Certain, "one pair says nothing about the others")
		time.Sleep(time.Hour)
		_, err = p.Price("tea", "credit", time.Now())
		require.ErrorIs(t, err, pricing.ErrNoPrice)
		assert.Empty(t, p.All())
		_, err = p.Price("rice", "credit", time.Now())
		require.ErrorIs(t, err, pricing.ErrNoPrice)
	})
}

func TestTheNamesOfOneOwnerAreOneCounterparty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p, _ := pricedAt(t, func(o *market.PricesOptions) {
			o.Same = func(owner string) string {
				if owner == "dan" {
					return "cid"
				}
				return owner
			}
		})
		swap(t, b, "1", "ann", "cid", 100, 1)
		swap(t, b, "2", "ann", "dan", 110, 1)
		swap(t, b, "3", "cid", "dan", 900, 1)
		time.Sleep(2 * time.Second)
		v, err := p.Price("tea", "credit", time.Now())
		require.NoError(t, err)
		assert.Equal(t, []int{2, 1}, []int{v.Sales, v.Pairs}, "who trades with itself says nothing")
		assert.Equal(t, money.Amount(105), v.Index)
	})
}

func TestAPriceSaysThatTheTapeHasForgottenTrades(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p, kill := pricedAt(t, nil)
		for i := range 20 {
			swap(t, b, fmt.Sprint(i), "ann", "bob", 100, 1)
		}
		kill()
		time.Sleep(2 * time.Second)
		v, err := p.Price("tea", "credit", time.Now())
		require.NoError(t, err)
		assert.True(t, v.Missed)
		assert.Equal(t, 16, v.Sales)
	})
}

func TestPricesNeedAllTheirParts(t *testing.T) {
	_, err := market.NewPrices(market.PricesOptions{Window: -1})
	for _, part := range []string{"no name", "no tapes", "negative"} {
		require.ErrorContains(t, err, part)
	}
	var _ market.Tape = (*market.Book)(nil)
}

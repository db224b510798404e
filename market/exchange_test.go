// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/wdp"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// bourse starts a ledger with money in it and an exchange, in one tree that ends with the test.
func bourse(t *testing.T, m *memory, o market.ExchangeOptions) (*market.Exchange, *market.Ledger, *actors.System) {
	t.Helper()
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: m})
	require.NoError(t, err)
	o.Name, o.Stream, o.Journal, o.Ledger = "exchange", "market/exchange", m, l
	if o.Solver == nil {
		o.Solver = exact.Solver(wdp.Options{})
	}
	x, err := market.NewExchange(o)
	require.NoError(t, err)
	sys := actors.New(actors.Options{Events: telemetry.NewBus()})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	_, err = supervision.Start(sys, "market", supervision.Spec{
		Intensity: supervision.Intensity{Max: 100, Within: time.Second},
		Children:  []supervision.Child{supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...), x.Child()},
	})
	require.NoError(t, err)
	for _, who := range []string{"ann", "bob", "sue"} {
		_, err := l.Post(t.Context(), ledger.Open("open/"+who, who))
		require.NoError(t, err)
	}
	for _, d := range []ledger.Transaction{
		ledger.Deposit("in/ann", "ann", credits(100)), ledger.Deposit("in/bob", "bob", credits(100)),
		ledger.Deposit("in/lot", "sue", money.Of(5, "lot")), ledger.Deposit("in/sue", "sue", credits(20)),
	} {
		_, err := l.Post(t.Context(), d)
		require.NoError(t, err)
	}
	synctest.Wait()
	return x, l, sys
}

func vickrey(id string) auction.Spec {
	s := selling(auction.Vickrey)
	s.ID = id
	return s
}

func TestAnAuctionOfAnExchangeIsCreatedHeldAndPaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, _ := bourse(t, newMemory(), market.ExchangeOptions{})
		ctx := t.Context()
		a, err := x.Create(ctx, vickrey(""))
		require.NoError(t, err)
		assert.Equal(t, "auction-1", a.Spec.ID)
		assert.Equal(t, auction.Draft, a.View.State)
		id := a.Spec.ID
		_, err = x.Open(ctx, id)
		require.NoError(t, err)
		again, err := x.Open(ctx, id)
		require.NoError(t, err)
		assert.True(t, again.Duplicate)
		_, err = x.Bid(ctx, id, offer("1", "ann", 30))
		require.NoError(t, err)
		first, err := x.Bid(ctx, id, offer("1", "bob", 40))
		require.NoError(t, err)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		a, err = x.Get(ctx, id)
		require.NoError(t, err)
		assert.Equal(t, auction.Settled, a.View.State)
		assert.Equal(t, "bob", a.View.Outcome.Awards[0].Bidder)
		assert.Equal(t, money.Amount(70), balance(t, l, "bob"), "the second price")

		r, err := x.Bid(ctx, id, offer("1", "bob", 40))
		require.NoError(t, err, "a repetition gets its first answer, even when all is over")
		assert.True(t, r.Duplicate)
		assert.Equal(t, first.Seq, r.Seq)
		_, err = x.Bid(ctx, id, offer("2", "bob", 50))
		require.ErrorIs(t, err, auction.ErrClosed)
		_, err = x.Bid(ctx, id, offer("1", "bob", 41))
		require.ErrorIs(t, err, auction.ErrIdempotencyConflict)
		_, err = x.Bid(ctx, "nobody's", offer("1", "bob", 41))
		require.ErrorIs(t, err, market.ErrUnknownAuction)
		_, err = x.Get(ctx, "nobody's")
		require.ErrorIs(t, err, market.ErrUnknownAuction)
	})
}

func TestTheSameSpecUnderTheSameIDIsTheSameAuction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, _ := bourse(t, newMemory(), market.ExchangeOptions{Keep: 1})
		ctx := t.Context()
		a, err := x.Create(ctx, vickrey("tea"))
		require.NoError(t, err)
		b, err := x.Create(ctx, vickrey("tea"))
		require.NoError(t, err)
		assert.Equal(t, a.Number, b.Number)
		other := vickrey("tea")
		other.Reserve = 5
		_, err = x.Create(ctx, other)
		require.ErrorIs(t, err, auction.ErrIdempotencyConflict)
		for _, id := range []string{"auction-9", "white space", "/", ""} {
			spec := vickrey(id)
			if id == "" {
				spec.Owner = ""
			}
			_, err = x.Create(ctx, spec)
			require.ErrorIs(t, err, auction.ErrInvalidSpec, id)
		}
		for _, id := range []string{"tea", "cup"} {
			_, err = x.Create(ctx, vickrey(id))
			require.NoError(t, err)
			_, err = x.Cancel(ctx, id, auction.Cancel{})
			require.NoError(t, err)
			synctest.Wait()
		}
		page, err := x.List(market.Filter{})
		require.NoError(t, err)
		require.Len(t, page.Auctions, 1, "one that is over is kept")
		forgotten, err := x.Get(ctx, "tea")
		require.NoError(t, err)
		assert.Equal(t, auction.Cancelled, forgotten.View.State)
		again, err := x.Create(ctx, vickrey("tea"))
		require.NoError(t, err)
		assert.Equal(t, auction.Cancelled, again.View.State, "an id is never given to another auction")
		_, err = x.Create(ctx, other)
		require.ErrorIs(t, err, auction.ErrIdempotencyConflict)
	})
}

func TestAnExchangeGoesOnWhicheverOfItsProcessesIsKilled(t *testing.T) {
	for _, victim := range []string{"/book", "/floor", "/auctions", "/tea", "/ledger", "/exchange"} {
		t.Run(victim, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, l, sys := bourse(t, newMemory(), market.ExchangeOptions{})
				create := func(ctx context.Context) error { _, err := x.Create(ctx, vickrey("tea")); return err }
				bid := func(key, who string, a money.Amount) func(context.Context) error {
					return func(ctx context.Context) error { _, err := x.Bid(ctx, "tea", offer(key, who, a)); return err }
				}
				kill := func() {
					for pid := range sys.Processes() {
						if strings.HasSuffix(pid.Path(), victim) {
							pid.Kill()
							return
						}
					}
					require.Fail(t, "no such process", victim)
				}
				insistOn(t, create)
				kill()
				insistOn(t, create)
				insistOn(t, func(ctx context.Context) error { _, err := x.Open(ctx, "tea"); return err })
				kill()
				insistOn(t, bid("1", "ann", 30))
				time.Sleep(time.Second)
				kill()
				insistOn(t, bid("1", "ann", 30))
				insistOn(t, bid("1", "bob", 40))
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				a, err := x.Get(t.Context(), "tea")
				require.NoError(t, err)
				assert.Equal(t, auction.Settled, a.View.State)
				assert.Equal(t, money.Amount(70), balance(t, l, "bob"))
				assert.Equal(t, money.Amount(100), balance(t, l, "ann"))
				victim = "/exchange"
				kill()
				time.Sleep(time.Minute)
				page, err := x.List(market.Filter{States: []auction.State{auction.Settled}})
				require.NoError(t, err)
				assert.Len(t, page.Auctions, 1)
			})
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/market/stake"
	"mabeam.dev/supervision"
)

func TestAMarketThatIsHaltedTakesNoAuctionsNoOrdersAndNoPredictionsUntilItRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		ctx := t.Context()
		_, err := b.l.Post(ctx, ledger.Deposit("tea/ann", "ann", money.Of(100, "tea")))
		require.NoError(t, err)
		_, err = b.l.Post(ctx, ledger.Deposit("lot/ann", "ann", money.Of(5, "lot")))
		require.NoError(t, err)
		x, err := market.NewExchange(market.ExchangeOptions{Name: "exchange", Stream: "market/exchange", Journal: b.m, Snapshots: b.m, SnapshotEvery: 1, Ledger: b.l})
		require.NoError(t, err)
		o := teaBook(b.m, b.l)
		o.Snapshots, o.SnapshotEvery = b.m, 1
		book, err := market.NewBook(o)
		require.NoError(t, err)
		_, err = b.l.Post(ctx, ledger.Open("cid", "cid"))
		require.NoError(t, err)
		what := launch(b.m, b.l)
		what.Snapshots, what.SnapshotEvery = b.m, 1
		foretold, err := market.NewPrediction(what)
		require.NoError(t, err)
		s, err := market.NewSecurity(market.SecurityOptions{
			Name: "security", Stream: "market/security", Journal: b.m, Deals: b.d, Exchange: x, Books: []*market.Book{book},
			Predictions: []*market.Prediction{foretold},
		})
		require.NoError(t, err)
		sys := actors.New(actors.Options{})
		t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
		sup, err := supervision.Start(sys, "more", supervision.Spec{Intensity: supervision.Intensity{Max: 10, Within: time.Second}, Children: []supervision.Child{x.Child(), book.Child(), foretold.Child(), s.Child()}})
		require.NoError(t, err)
		create := func(id string) error {
			spec := vickrey(id)
			spec.Owner = "ann"
			_, err := x.Create(ctx, spec)
			return err
		}
		place := func(o market.BookOrder) error { _, err := book.Place(ctx, o); return err }
		require.NoError(t, create("old"))
		trade := func(key string, shares money.Amount) error {
			_, err := foretold.Trade(ctx, key, "bob", 0, shares, 1000)
			return err
		}
		require.NoError(t, foretold.Fund(ctx, "fund"))
		require.NoError(t, trade("1", 100))
		require.NoError(t, place(sell("1", "ann", 100, 5)))
		require.NoError(t, place(sell("2", "ann", 110, 5)))
		for n := range 12 {
			what := listing.Terms{ID: fmt.Sprint(n), Buyer: "bob", Provider: "ann", Price: money.Unit}
			_, err := b.d.Fund(ctx, what)
			require.NoError(t, err)
			_, err = b.d.Abandon(ctx, what.ID, "ann", "no")
			require.NoError(t, err)
		}
		time.Sleep(11 * time.Second)
		require.Equal(t, stake.Halt, s.Level())
		refused := func() {
			require.ErrorIs(t, create("new"), market.ErrHalted)
			require.NoError(t, create("old"), "the repetition of a creation is answered")
			require.ErrorIs(t, place(buy("3", "bob", 100, 1)), market.ErrHalted)
			_, err := book.Replace(ctx, market.Replacement{Key: "4", Owner: "ann", Order: 1, Price: 90, Quantity: 5})
			require.ErrorIs(t, err, market.ErrHalted)
			require.ErrorIs(t, book.Call(ctx, "5"), market.ErrHalted)
			require.NoError(t, place(sell("1", "ann", 100, 5)), "and that of an order")
			v, err := book.View()
			require.NoError(t, err)
			assert.Equal(t, orderbook.Closed, v.Phase)
			require.ErrorIs(t, trade("2", 100), market.ErrHalted)
			require.ErrorIs(t, trade("3", -50), market.ErrHalted)
			require.NoError(t, trade("1", 100), "a repetition is answered")
			p, err := foretold.View()
			require.NoError(t, err)
			assert.True(t, p.Halted)
		}
		refused()
		_, err = x.Open(ctx, "old")
		require.NoError(t, err, "what was begun goes on")
		_, err = book.Cancel(ctx, "6", "ann", 2)
		require.NoError(t, err, "who leaves may")
		synctest.Wait() // what is being written down is there: nobody else writes after the end
		sup.Child(book.Name()).Kill()
		sup.Child(foretold.Name()).Kill()
		inner, err := supervision.Of(sup.Child("exchange"))
		require.NoError(t, err)
		inner.Child("book").Kill()
		synctest.Wait()
		refused() // a restart does not release the brake
		held, err := b.l.Balance(ledger.Available("bob"), "credit")
		require.NoError(t, err)
		shares, err := foretold.Quote(ctx, 0, -100)
		require.NoError(t, err)
		assert.Equal(t, 100*money.Unit+shares, held, "nothing is held for what was refused")
		time.Sleep(6 * time.Minute)
		require.Equal(t, stake.Recovering, s.Level())
		require.NoError(t, create("new"))
		placed, err := book.Place(ctx, buy("3", "bob", 100, 1))
		require.NoError(t, err)
		assert.Equal(t, int64(1), placed.Filled, "what rested still does")
		require.NoError(t, trade("2", 100))
		require.NoError(t, foretold.Shut(ctx, "shut", "ann"))
		synctest.Wait() // what is being written down is there: nobody else writes after the end
		sup.Child(book.Name()).Kill()
		synctest.Wait()
		require.NoError(t, place(buy("7", "bob", 100, 1)))
		_, err = b.l.Verify(ctx)
		require.NoError(t, err)
	})
}

func TestABrakeLeavesTheHaltOfAnOperatorAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, _ := trading(t, newMemory(), nil)
		ctx := t.Context()
		require.NoError(t, b.Brake(ctx, true))
		require.NoError(t, b.Brake(ctx, true), "twice is once")
		require.NoError(t, b.Halt(ctx, "h"))
		require.NoError(t, b.Brake(ctx, false))
		_, err := b.Place(ctx, buy("1", "bob", 100, 1))
		require.ErrorIs(t, err, orderbook.ErrHalted)
		require.NoError(t, b.Call(ctx, "c"))
	})
}

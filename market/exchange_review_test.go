// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// sellTea holds an auction of tea in which bob offers most, and returns its state a while after its time.
func sellTea(t *testing.T, x *market.Exchange, spec auction.Spec) auction.State {
	t.Helper()
	_, err := x.Create(t.Context(), spec)
	require.NoError(t, err)
	_, err = x.Open(t.Context(), spec.ID)
	require.NoError(t, err)
	_, err = x.Bid(t.Context(), spec.ID, offer("1", "ann", 30))
	require.NoError(t, err)
	_, err = x.Bid(t.Context(), spec.ID, offer("1", "bob", 40))
	require.NoError(t, err)
	time.Sleep(20 * time.Minute)
	return stateOf(t, x, spec.ID)
}

func stateOf(t *testing.T, x *market.Exchange, id string) auction.State {
	t.Helper()
	synctest.Wait()
	a, err := x.Get(t.Context(), id)
	require.NoError(t, err)
	return a.View.State
}

func TestAnAuctionPaysNobodyWhoIsUnderReviewUntilThatIsOver(t *testing.T) {
	deposit := vickrey("tea")
	deposit.DepositPerMillion = 500_000
	for name, c := range map[string]struct {
		spec  auction.Spec
		waits auction.State
		held  money.Amount // of who has won
	}{"escrow": {vickrey("tea"), auction.Decided, 40}, "deposit": {deposit, auction.Settling, 30}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, l, sys := bourse(t, newMemory(), market.ExchangeOptions{SnapshotEvery: 1})
				ctx := t.Context()
				for range 2 {
					require.NoError(t, x.HoldBack(ctx, "sue"))
				}
				require.NoError(t, x.HoldBack(ctx, "bob"), "who buys is paid nothing, and gets nothing before the seller is")
				require.Equal(t, c.waits, sellTea(t, x, c.spec))
				for _, path := range []string{"/tea", "/exchange/book", "/exchange"} {
					killed(t, sys, path, 1)
					time.Sleep(time.Minute)
					require.Equal(t, c.waits, stateOf(t, x, "tea"), "after the end of %s", path)
				}
				assert.True(t, x.UnderReview("sue"))
				assert.Equal(t, 100-c.held, balance(t, l, "bob"), "what it needs stays held")
				assert.Equal(t, money.Amount(20), balance(t, l, "sue"), "and the seller has what it had")
				require.NoError(t, x.Release(ctx, "bob"))
				require.Equal(t, c.waits, stateOf(t, x, "tea"), "somebody else was let go")
				for range 2 {
					require.NoError(t, x.Release(ctx, "sue"))
				}
				require.Equal(t, auction.Settled, stateOf(t, x, "tea"))
				assert.Equal(t, money.Amount(70), balance(t, l, "bob"))
				assert.Equal(t, money.Amount(47), balance(t, l, "sue"), "less the fee")
				sums(t, l)
			})
		})
	}
}

func TestAReviewOfSomebodyElseHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, _ := bourse(t, newMemory(), market.ExchangeOptions{})
		require.NoError(t, x.HoldBack(t.Context(), "ann"))
		require.Equal(t, auction.Settled, sellTea(t, x, vickrey("tea")), "who has lost is paid nothing by it")
	})
}

func TestTheDealOfATaskStaysInEscrowWhileItsAgentIsUnderReview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, sys := bourse(t, newMemory(), market.ExchangeOptions{})
		p, err := market.NewProcurer(market.ProcurerOptions{System: sys, Exchange: x, Owner: "ann"})
		require.NoError(t, err)
		require.NoError(t, x.HoldBack(t.Context(), "x"))
		call := called(1, 1, asked("x", 20), asked("y", 30))
		award, err := p.Procure(t.Context(), call)
		require.NoError(t, err)
		require.Equal(t, []work.Winner{winner(0, "x", 30)}, award.Winners, "the work goes on")
		d := work.Deal{ID: call.Deal(0), Agent: "x", Currency: "credit", Price: 30, Verdict: plan.Delivered}
		require.ErrorIs(t, p.Settle(t.Context(), d), market.ErrUnderReview)
		assert.Equal(t, money.Amount(30), balance(t, l, "escrow:x"))
		require.NoError(t, x.Release(t.Context(), "x"))
		require.NoError(t, p.Settle(t.Context(), d))
		require.NoError(t, x.HoldBack(t.Context(), "x"))
		require.NoError(t, p.Settle(t.Context(), d), "it was paid before")
		broken := work.Deal{ID: "other", Agent: "x", Currency: "credit", Price: 0, Verdict: plan.Broken}
		require.NoError(t, p.Settle(t.Context(), broken))
		assert.Equal(t, money.Amount(30), balance(t, l, "x"))
		sums(t, l)
	})
}

// A finding that is severe enough keeps what an auction is to pay the accused until somebody has decided its case.
func TestASevereFindingHoldsWhatAuctionsPayUntilItsCaseIsDecided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := judging(t)
		ctx := t.Context()
		x, err := market.NewExchange(market.ExchangeOptions{Name: "exchange", Stream: "market/exchange", Journal: c.m, Ledger: c.l})
		require.NoError(t, err)
		bus := telemetry.NewBus()
		held := make(chan market.PayoutHeld, 10)
		t.Cleanup(telemetry.Subscribe(bus, "held", func(e market.PayoutHeld) { held <- e }))
		sys := actors.New(actors.Options{Events: bus})
		t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
		_, err = supervision.Start(sys, "floor", supervision.Spec{Children: []supervision.Child{x.Child()}})
		require.NoError(t, err)
		lot := ledger.Deposit("in/lot", "seller-0", money.Of(1, "lot"))
		lot.Accounts = []ledger.Account{ledger.Available("seller-0")}
		_, err = c.l.Post(ctx, lot)
		require.NoError(t, err)
		source := &hearsay{}
		n, _, _ := watching(t, c, source, func(o *market.IntegrityOptions) { o.Exchange = x })
		source.say(rigged(400)...)
		time.Sleep(time.Minute)
		found := n.Findings()
		require.Len(t, found, 1)
		spec := vickrey("tea")
		spec.Owner = "seller-0"
		require.Equal(t, auction.Decided, sellTea(t, x, spec))
		require.Equal(t, market.PayoutHeld{Process: "auction/tea", Owner: "seller-0"}, <-held)
		require.Zero(t, c.balance(t, ledger.Available("seller-0")))
		_, err = c.s.Review(ctx, found[0].ID, "judge")
		require.NoError(t, err)
		_, err = c.s.Decide(ctx, found[0].ID, "judge", false, "seen")
		require.NoError(t, err)
		time.Sleep(50 * time.Minute)
		require.Equal(t, auction.Decided, stateOf(t, x, "tea"), "the window for an appeal is open")
		time.Sleep(20 * time.Minute)
		require.Equal(t, auction.Settled, stateOf(t, x, "tea"))
		require.NotZero(t, c.balance(t, ledger.Available("seller-0")))
		require.Empty(t, held, "it was told once")
	})
}

// Whatever ends whenever, and whenever a review begins and ends, each sale settles once when nobody is under review any more.
func TestReviewsDelaySettlementsAndLoseNoneInAnyOrderOfTurnsAndFaults(t *testing.T) {
	sim.Explore(t, max(10, *seeds/10), func(s *sim.Sim) {
		x, l, done := twoSales(s)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill},
			Processes: append([]string{"/node/exchange"}, exchangeProcesses...), MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 5)...)
		ask := func(do func(context.Context, string) error) {
			for range 100 {
				if do(s.Context(), "sue") == nil {
					return
				}
				s.Advance(time.Second)
			}
			require.Fail(s, "the exchange does not come back")
		}
		r := s.Rand("reviews")
		for range 3 {
			s.Advance(time.Duration(r.Int64N(int64(5 * time.Minute))))
			ask(x.HoldBack)
			s.Advance(time.Duration(r.Int64N(int64(5 * time.Minute))))
			ask(x.Release)
		}
		s.Calm()
		s.Advance(30 * time.Minute)
		require.True(s, *done)
		sold(s, x, l)
	})
}

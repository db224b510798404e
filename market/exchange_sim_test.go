// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	eventmemory "mabeam.dev/events/memory"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// twoSales is an exchange with a ledger and a journal in a simulation, and somebody who creates two auctions and has others bid in them, with keys,
// as often as it takes.
func twoSales(s *sim.Sim) (x *market.Exchange, l *market.Ledger, done *bool) {
	sys := s.NewSystem(actors.Options{Events: telemetry.NewBus()})
	j := events.NewJournal(eventmemory.New(eventmemory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
	log := marketlog.New(j)
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: log})
	require.NoError(s, err)
	x, err = market.NewExchange(market.ExchangeOptions{
		Name: "exchange", Stream: "market/exchange", Journal: log, Snapshots: log, SnapshotEvery: 2, Ledger: l, Restarts: supervision.Intensity{Max: 1000, Within: time.Second},
	})
	require.NoError(s, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{
		Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children: []supervision.Child{
			supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...), supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...), x.Child(),
		},
	})
	require.NoError(s, err)
	done = new(bool)
	actors.MustSpawn(sys, "everybody", actors.Stateless(func(c *actors.Context[int], _ int) error {
		insist := func(do func(context.Context) error) {
			for c.Err() == nil {
				ctx, stop := c.WithTimeout(5 * time.Second)
				err := do(ctx)
				stop()
				if err == nil || !errors.Is(err, market.ErrUnavailable) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, market.ErrUnknownAuction) {
					require.NoError(s, err)
					return
				}
				_ = sys.Sleep(c, 100*time.Millisecond) // it ends with the process, as the loop does
			}
		}
		for _, t := range []ledger.Transaction{
			ledger.Open("open/ann", "ann"), ledger.Open("open/bob", "bob"), ledger.Open("open/sue", "sue"),
			ledger.Deposit("in/ann", "ann", credits(100)), ledger.Deposit("in/bob", "bob", credits(100)), ledger.Deposit("in/lot", "sue", money.Of(2, "lot")),
		} {
			insist(func(ctx context.Context) error { _, err := l.Post(ctx, t); return err })
		}
		for _, id := range []string{"tea", "cup"} {
			spec := selling(auction.Vickrey)
			spec.ID, spec.Duration = id, 10*time.Minute
			insist(func(ctx context.Context) error { _, err := x.Create(ctx, spec); return err })
			insist(func(ctx context.Context) error { _, err := x.Open(ctx, id); return err })
			insist(func(ctx context.Context) error { _, err := x.Bid(ctx, id, offer("1", "ann", 30)); return err })
			insist(func(ctx context.Context) error { _, err := x.Bid(ctx, id, offer("1", "bob", 40)); return err })
		}
		*done = true
		return nil
	})).Tell(0)
	return x, l, done
}

// sold holds the end of both sales against what it must be.
func sold(s *sim.Sim, x *market.Exchange, l *market.Ledger) {
	page, err := x.List(market.Filter{})
	require.NoError(s, err)
	require.Equal(s, 2, page.Total, "two auctions, whatever was repeated")
	for _, a := range page.Auctions {
		require.Equal(s, auction.Settled, a.View.State, a.Spec.ID)
		require.Equal(s, "bob", a.View.Outcome.Awards[0].Bidder)
		holds, err := l.Reconcile(s.Context(), "auction/"+a.Spec.ID)
		require.NoError(s, err)
		require.Empty(s, holds)
		all, err := x.Notices(s.Context(), a.Spec.ID, 0)
		require.NoError(s, err)
		require.Equal(s, market.NoticeSettled, all[len(all)-3].Kind, "and two refunds")
	}
	for who, want := range map[string]money.Amount{"ann": 100, "bob": 40, "sue": 54} {
		have, err := l.Balance(ledger.Available(who), "credit")
		require.NoError(s, err)
		require.Equal(s, want, have, who)
	}
	_, err = l.Verify(s.Context())
	require.NoError(s, err)
}

var exchangeProcesses = []string{
	"/node/journal", "/node/ledger", "/node/exchange/book", "/node/exchange/floor", "/node/exchange/auctions", "/node/exchange/auctions/auction/tea",
	"/node/exchange/auctions/auction/cup",
}

// Each process of an exchange is ended at each of its steps, before and after.
func TestAnEndAtEachStepOfAnExchangeChangesNoOutcome(t *testing.T) {
	for _, process := range exchangeProcesses {
		t.Run(process, func(t *testing.T) {
			for _, kind := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
				happened := 0
				for step := 1; step <= 40; step++ {
					r := sim.Run(uint64(step), func(s *sim.Sim) {
						x, l, done := twoSales(s)
						s.Fault(sim.Fault{Do: kind, Process: process, Nth: step})
						s.Advance(30 * time.Minute)
						s.Calm() // what is asked below is no part of the sales
						require.True(s, *done)
						sold(s, x, l)
					})
					require.NoError(t, r.Failure, "%v of %s at step %d", kind, process, step)
					if !strings.HasSuffix(r.Faults[0], "(happened 1 times)") {
						break // there is no such step
					}
					happened++
				}
				if process != "/node/exchange/auctions" { // a supervisor takes few messages
					require.Greater(t, happened, 3, "%v of %s befell that many steps", kind, process)
				}
			}
		})
	}
}

func TestAnExchangeSellsOnceInAnyOrderOfTurnsAndFaults(t *testing.T) {
	sim.Explore(t, max(20, *seeds/5), func(s *sim.Sim) {
		x, l, done := twoSales(s)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: append([]string{"/node/exchange"}, exchangeProcesses...), MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 6)...)
		s.Advance(5 * time.Minute)
		s.Calm()
		s.Advance(30 * time.Minute)
		require.True(s, *done)
		sold(s, x, l)
	})
}

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
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/wdp"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// saleroom is a journal, a ledger and an auctioneer under one supervisor, in a simulation, with everybody who takes part in a sale.
func saleroom(s *sim.Sim, what sale) (a *market.Auctioneer, l *market.Ledger, done *bool) {
	bus := telemetry.NewBus()
	sys := s.NewSystem(actors.Options{Events: bus})
	j := events.NewJournal(eventmemory.New(eventmemory.Options{Now: s.Now}), events.JournalOptions{Entropy: dice{s.Rand("ids")}})
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: marketlog.New(j)})
	require.NoError(s, err)
	what.spec.Duration = 10 * time.Minute // time for everybody, whatever happens
	a, err = market.NewAuctioneer(market.AuctioneerOptions{Name: "auctioneer", Stream: "auction/7", Journal: marketlog.New(j), Ledger: l, Spec: what.spec, Solver: exact.Solver(wdp.Options{})})
	require.NoError(s, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{
		Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children: []supervision.Child{
			supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
			supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...),
			a.Child(),
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
				if err == nil {
					return
				}
				_ = sys.Sleep(c, 100*time.Millisecond) // it ends with the process, as the loop does
			}
		}
		for _, x := range []ledger.Transaction{
			ledger.Open("open/ann", "ann"), ledger.Open("open/bob", "bob"), ledger.Open("open/sue", "sue"),
			ledger.Deposit("in/ann", "ann", credits(100)), ledger.Deposit("in/bob", "bob", credits(100)), ledger.Deposit("in/sue", "sue", credits(20)),
			ledger.Deposit("in/lot", "sue", money.Of(2, "lot")), ledger.Deposit("in/other", "sue", money.Of(1, "other")),
		} {
			insist(func(ctx context.Context) error { _, err := l.Post(ctx, x); return err })
		}
		insist(func(ctx context.Context) error {
			_, err := a.Open(ctx)
			if errors.Is(err, auction.ErrInvalidState) {
				return nil // it was opened, and the answer lost
			}
			return err
		})
		for _, in := range what.bids {
			insist(func(ctx context.Context) error { _, err := a.Bid(ctx, in.(auction.Bid)); return err })
		}
		*done = true
		return nil
	})).Tell(0)
	return a, l, done
}

// simulated are the sales whose outcome does not hang on when a bid arrives.
func simulated() map[string]sale {
	all := sales()
	delete(all, "dutch")
	return all
}

// The auctioneer is ended at each of its steps, and ledger and journal at each of theirs, before and after.
func TestAnEndAtEachStepOfASaleChangesNothing(t *testing.T) {
	for name, what := range simulated() {
		t.Run(name, func(t *testing.T) {
			for _, process := range []string{"/node/auctioneer", "/node/ledger", "/node/journal"} {
				for _, kind := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
					happened := 0
					for step := 1; step <= 60; step++ {
						r := sim.Run(uint64(step), func(s *sim.Sim) {
							a, l, done := saleroom(s, what)
							s.Fault(sim.Fault{Do: kind, Process: process, Nth: step})
							s.Advance(20 * time.Minute)
							s.Calm() // what is asked below is no part of the sale
							require.True(s, *done)
							ended(s, a, l, what)
						})
						require.NoError(t, r.Failure, "%v of %s at step %d", kind, process, step)
						if !strings.HasSuffix(r.Faults[0], "(happened 1 times)") {
							break // there is no such step
						}
						happened++
					}
					require.Greater(t, happened, 3, "%v of %s befell that many steps", kind, process)
				}
			}
		})
	}
}

func TestASaleHasOneOutcomeInAnyOrderOfTurnsAndFaults(t *testing.T) {
	for name, what := range simulated() {
		t.Run(name, func(t *testing.T) {
			sim.Explore(t, max(10, *seeds/10), func(s *sim.Sim) {
				a, l, done := saleroom(s, what)
				s.Fault(sim.Space{
					Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
					Processes: []string{"/node/journal", "/node/ledger", "/node/auctioneer"}, MaxFor: time.Second,
				}.Draw(s.Rand("plan"), 5)...)
				s.Advance(5 * time.Minute)
				s.Calm()
				s.Advance(30 * time.Minute)
				require.True(s, *done)
				ended(s, a, l, what)
			})
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	eventmemory "mabeam.dev/events/memory"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

var seeds = flag.Int("seeds", sim.Seeds(200), "seeds of each exploration")

// world is a journal and a ledger under one supervisor, in a simulation.
type world struct {
	sys    *actors.System
	l      *market.Ledger
	j      *events.Journal
	killer actors.Ref[int] // may kill the ledger in the turn in which it hears of a post
	fenced *int            // times that the ledger took an earlier life of its own for somebody else
}

func node(s *sim.Sim, killings int) world {
	fenced := 0
	bus := telemetry.NewBus()
	sys := s.NewSystem(actors.Options{Events: bus})
	telemetry.Subscribe(bus, "test", func(market.ProcessFenced) { fenced++ })
	j := events.NewJournal(eventmemory.New(eventmemory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: marketlog.New(j), Snapshots: marketlog.New(j), SnapshotEvery: 7})
	require.NoError(s, err)
	sup, err := supervision.Start(sys, "node", supervision.Spec{
		Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children: []supervision.Child{
			supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
			supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...),
		},
	})
	require.NoError(s, err)
	kills, rng := 0, s.Rand("kills")
	killer := actors.MustSpawn(sys, "killer", actors.Stateless(func(*actors.Context[int], int) error {
		if kills < killings && rng.IntN(3) == 0 {
			kills++
			sup.Child("ledger").Kill()
		}
		return nil
	}))
	return world{sys, l, j, killer, &fenced}
}

// insist posts until it is answered: the key makes that safe.
func insist(c *actors.Context[int], w world, t ledger.Transaction) error {
	for {
		w.killer.Tell(0)
		ctx, stop := c.WithTimeout(5 * time.Second)
		_, err := w.l.Post(ctx, t)
		stop()
		if err == nil {
			return nil
		}
		if err := w.sys.Sleep(c, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// trade is what the clients of the explorations do: two bidders hold and win by turns, and each sale is one settlement.
func trade(w world, sales int) (finished func() int) {
	sys, done := w.sys, 0
	actors.MustSpawn(sys, "house", actors.Stateless(func(c *actors.Context[int], _ int) error {
		for _, x := range []ledger.Transaction{ledger.Open("o/ann", "ann"), ledger.Open("o/bob", "bob"), ledger.Open("o/sue", "sue"), ledger.Deposit("in/ann", "ann", credits(1000)), ledger.Deposit("in/bob", "bob", credits(1000))} {
			if err := insist(c, w, x); err != nil {
				return err
			}
		}
		for _, who := range []string{"ann", "bob"} {
			actors.MustSpawn(c, who, actors.Stateless(func(c *actors.Context[int], _ int) error {
				for i := range sales {
					id := fmt.Sprintf("bid/%s/%d", who, i)
					ref := fmt.Sprintf("auction/%s/%d", who, i)
					if err := insist(c, w, ledger.Set(id, ledger.Hold{ID: id, Owner: who, Ref: ref, Asset: "credit", Amount: 10})); err != nil {
						return err
					}
					pay := []ledger.Posting{{Account: ledger.Available("sue"), Asset: "credit", Amount: 6}, {Account: ledger.Fees, Asset: "credit", Amount: 1}}
					if err := insist(c, w, ledger.Capture("settle/"+ref, id, pay)); err != nil {
						return err
					}
				}
				done++
				return nil
			})).Tell(0)
		}
		return nil
	})).Tell(0)
	return func() int { return done }
}

// settled holds the end of a trade against what it must be.
func settled(s *sim.Sim, w world, sales int) {
	l := w.l
	assert.Zero(s, *w.fenced)
	all, err := both(l)
	require.NoError(s, err)
	n := money.Amount(sales)
	assert.Equal(s, []money.Amount{1000 - 7*n, 1000 - 7*n, 12 * n, 2 * n, -2000}, all, "each sale was paid once")
	report, err := l.Verify(s.Context())
	require.NoError(s, err)
	assert.Zero(s, report.Holds, "nothing is stuck")
	assert.Equal(s, uint64(5+4*sales), report.Transactions)
	_, published, err := l.Balances()
	require.NoError(s, err)
	assert.Equal(s, report.Balances, published)
	for e, err := range w.j.Read(s.Context(), books, 0) {
		require.NoError(s, err)
		assert.NotEqual(s, "market.ledger.settled", e.Type)
	}
}

func both(l *market.Ledger) ([]money.Amount, error) {
	var slots []ledger.Slot
	for _, a := range []ledger.Account{ledger.Available("ann"), ledger.Available("bob"), ledger.Available("sue"), ledger.Fees, ledger.World} {
		slots = append(slots, ledger.Slot{Account: a, Asset: "credit"})
	}
	_, all, err := l.Read(slots...)
	return all, err
}

// In any order of turns, and whatever of the two crashes, hangs, is killed or does not start: each transaction is done once, and readers never see a part of one.
func TestEachTransactionIsDoneOnceInAnyOrderOfTurnsAndFaults(t *testing.T) {
	const sales = 4
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		w := node(s, 6)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: []string{"/node/journal", "/node/ledger"}, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 5)...)
		finished := trade(w, sales)
		for range 300 {
			s.Advance(200 * time.Millisecond)
			if all, err := both(w.l); err == nil {
				assert.Equal(s, all[2], 6*all[3], "whole settlements: six for sue with each one of the fees")
			}
		}
		s.Calm()
		s.Advance(10 * time.Minute)
		assert.Equal(s, 2, finished())
		settled(s, w, sales)
	})
}

// The ledger is ended at each of its steps, and the journal at each of its own, before and after: the books are the same at the end.
func TestAnEndAtEachStepChangesNothingInTheBooks(t *testing.T) {
	const sales = 2
	for _, process := range []string{"/node/ledger", "/node/journal"} {
		for _, kind := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
			t.Run(fmt.Sprintf("%v of %s", kind, process[len("/node/"):]), func(t *testing.T) {
				happened := 0
				for step := 1; step <= 40; step++ {
					r := sim.Run(uint64(step), func(s *sim.Sim) {
						w := node(s, 0)
						s.Fault(sim.Fault{Do: kind, Process: process, Nth: step})
						finished := trade(w, sales)
						s.Advance(time.Minute)
						assert.Equal(s, 2, finished())
						settled(s, w, sales)
					})
					require.NoError(t, r.Failure, "step %d", step)
					if strings.HasSuffix(r.Faults[0], "(happened 1 times)") {
						happened++
					}
				}
				require.Greater(t, happened, 5, "the fault befell that many of the steps")
			})
		}
	}
}

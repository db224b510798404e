// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
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
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/stake"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// guild is a journal, a ledger, trackers, deals, stakes and insurance under one supervisor, in a simulation.
type guild struct {
	l    *market.Ledger
	r    *market.Reputation
	d    *market.Deals
	s    *market.Stakes
	done *int // clients that have finished
}

// guildProcesses are those that a fault may befall.
var guildProcesses = []string{"/node/journal", "/node/ledger", "/node/deals/book", "/node/deals/courier", "/node/stakes/book", "/node/stakes/courier", "/node/insurance/book"}

func found(s *sim.Sim) guild {
	sys := s.NewSystem(actors.Options{})
	j := events.NewJournal(eventmemory.New(eventmemory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
	log := marketlog.New(j)
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: log})
	require.NoError(s, err)
	r, err := market.NewReputation(market.ReputationOptions{Name: "reputation", Stream: "market/reputation", Journal: log, Settlements: l, Partitions: 1})
	require.NoError(s, err)
	rules := listing.DefaultSpec()
	rules.Delivery, rules.Acceptance = int64(2*time.Minute), int64(2*time.Minute)
	d, err := market.NewDeals(market.DealsOptions{Name: "deals", Stream: "market/deals", Journal: log, Snapshots: log, SnapshotEvery: 3, Ledger: l, Reputation: r, Verifier: checked{}, Rules: rules})
	require.NoError(s, err)
	st, err := market.NewStakes(market.StakesOptions{Name: "stakes", Stream: "market/stakes", Journal: log, Snapshots: log, SnapshotEvery: 2, Ledger: l, Rules: stake.Spec{Appeals: int64(time.Minute)}})
	require.NoError(s, err)
	i, err := market.NewInsurance(market.InsuranceOptions{
		Name: "insurance", Stream: "market/insurance", Journal: log, Snapshots: log, SnapshotEvery: 2, Ledger: l, Deals: d, Rules: stake.PoolSpec{ID: "insurance", Solvency: 1_000_000, PerProvider: 1_000_000},
	})
	require.NoError(s, err)
	many := supervision.Intensity{Max: 1000, Within: time.Second}
	_, err = supervision.Start(sys, "node", supervision.Spec{
		Intensity: many,
		Children: []supervision.Child{
			supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...), supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...),
			r.Child(), d.Child(), st.Child(), i.Child(),
		},
	})
	require.NoError(s, err)
	g := guild{l, r, d, st, new(int)}
	client := func(name string, do func(ctx context.Context, step func(func(context.Context) error))) {
		actors.MustSpawn(sys, name, actors.Stateless(func(c *actors.Context[int], _ int) error {
			do(c, func(one func(context.Context) error) {
				for c.Err() == nil {
					ctx, stop := c.WithTimeout(3 * time.Second)
					err := one(ctx)
					stop()
					if err == nil {
						return
					}
					_ = sys.Sleep(c, 100*time.Millisecond) // it ends with the process, as the loop does
				}
			})
			*g.done++
			return nil
		})).Tell(0)
	}
	client("bank", func(_ context.Context, step func(func(context.Context) error)) {
		for _, who := range []string{"ann", "bob", "sue"} {
			in := ledger.Deposit("in/"+who, who, credits(100*money.Unit))
			in.Accounts = []ledger.Account{ledger.Available(who)}
			step(func(ctx context.Context) error { _, err := l.Post(ctx, in); return err })
		}
		step(func(ctx context.Context) error { _, err := i.Fund(ctx, "1", "sue", 20*money.Unit); return err })
		step(func(ctx context.Context) error { _, err := st.Lock(ctx, "1", "ann", 20*money.Unit); return err })
		step(func(ctx context.Context) error {
			_, err := st.Accuse(ctx, market.Accusation{Case: "c", Kind: "collusion", Finding: integrity.Finding{Subjects: []string{"ann"}}, Proof: "p", Victim: "sue", Loss: money.Unit})
			return err
		})
	})
	fund := func(id string, verified bool) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			what := terms(id)
			what.Verified = verified
			_, err := d.Fund(ctx, what)
			return err
		}
	}
	deliver := func(id, work string) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := d.Deliver(ctx, id, "ann", listing.Delivery{Work: work, Measured: 1})
			return err
		}
	}
	client("trade", func(_ context.Context, step func(func(context.Context) error)) {
		step(fund("paid", false))
		step(deliver("paid", ""))
		good := 1.
		step(func(ctx context.Context) error { _, err := d.Accept(ctx, "paid", "bob", &good); return err })
		step(fund("checked", true))
		step(deliver("checked", "good"))
		step(fund("resolved", false))
		step(func(ctx context.Context) error {
			return i.Buy(ctx, stake.Cover{Policy: "p", Holder: "bob", Deal: "resolved", Limit: 2 * money.Unit})
		})
		step(deliver("resolved", ""))
		step(func(ctx context.Context) error { _, err := d.Dispute(ctx, "resolved", "bob", ""); return err })
		step(func(ctx context.Context) error { _, err := d.Resolve(ctx, "resolved", "judge", 400_000); return err })
		step(func(ctx context.Context) error { _, err := i.Claim(ctx, "p"); return err })
	})
	client("others", func(_ context.Context, step func(func(context.Context) error)) {
		step(fund("late", false)) // is never delivered
		step(fund("cancelled", false))
		step(func(ctx context.Context) error { _, err := d.Cancel(ctx, "cancelled", "bob"); return err })
		step(func(ctx context.Context) error { // too dear, whatever happens
			what := terms("dear")
			what.Price = 1000 * money.Unit
			if _, err := d.Fund(ctx, what); !errors.Is(err, ledger.ErrInsufficientFunds) {
				return errors.Join(errors.New("not refused"), err)
			}
			return nil
		})
	})
	return g
}

// closed holds the end against what it must be, whatever happened on the way.
func (g guild) closed(s *sim.Sim) {
	require.Equal(s, 3, *g.done, "every client has its answers")
	report, err := g.l.Verify(s.Context())
	require.NoError(s, err)
	assert.Zero(s, report.Holds, "nothing is stuck")
	of := func(a ledger.Account) money.Amount { return report.Balances[ledger.Slot{Account: a, Asset: "credit"}] }
	// ann: 20 at stake, of which 1 goes to sue and a fifth of 19 is the penalty; 9.5 twice, 4 less 3 %; the deposit of 2 is lost once, and six tenths of
	// another. bob: pays 10 twice, 4 and 1 for cancelling; gets the deposits, and 2 of the 4 from the pool for a premium of at
	// most 2.
	assert.Equal(s, 80*money.Unit+2*9_500_000+3_880_000-2*money.Unit-1_200_000, of(ledger.Available("ann")))
	pool := of(ledger.Pool("insurance")) // the premium depends on what was known of ann at the time
	assert.Equal(s, 100*money.Unit-25*money.Unit+3_200_000+20*money.Unit, of(ledger.Available("bob"))+pool)
	assert.Greater(s, pool, 18*money.Unit)
	assert.LessOrEqual(s, pool, 20*money.Unit)
	assert.Equal(s, 81*money.Unit, of(ledger.Available("sue")))
	assert.Equal(s, 15_200_000*money.Amount(1), of(ledger.Stake("ann")))
	assert.Equal(s, 3_800_000*money.Amount(1), of(ledger.Penalty))
	assert.Equal(s, 2*500_000+120_000+money.Unit, of(ledger.Fees))
	assert.Equal(s, -300*money.Unit, of(ledger.World))
	history, err := g.r.History(s.Context(), "ann")
	require.NoError(s, err)
	causes := map[string]int{}
	for _, e := range history {
		if strings.HasPrefix(e.Cause, "market/deals/") {
			causes[e.Cause]++
		}
	}
	assert.Len(s, causes, 4, "four deals are over, and each is evidence once: %v", causes)
	open, err := g.d.Open(s.Context())
	require.NoError(s, err)
	assert.Empty(s, open)
}

// Each process is ended at each of its steps, before and after.
func TestAnEndAtEachStepOfDealsChangesNothing(t *testing.T) {
	for _, process := range guildProcesses {
		t.Run(strings.ReplaceAll(process[len("/node/"):], "/", " "), func(t *testing.T) {
			happened := 0
			for step := 1; step <= 80; step += 1 + step/5 {
				kind := []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill}[step%3]
				r := sim.Run(uint64(step), func(s *sim.Sim) {
					g := found(s)
					s.Fault(sim.Fault{Do: kind, Process: process, Nth: step})
					s.Advance(10 * time.Minute)
					s.Calm()
					g.closed(s)
				})
				require.NoError(t, r.Failure, "%v at step %d", kind, step)
				if strings.HasSuffix(r.Faults[0], "(happened 1 times)") {
					happened++
				}
			}
			require.Greater(t, happened, 4, fmt.Sprint(process))
		})
	}
}

func TestDealsHaveOneOutcomeInAnyOrderOfTurnsAndFaults(t *testing.T) {
	sim.Explore(t, max(10, *seeds/5), func(s *sim.Sim) {
		g := found(s)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: guildProcesses, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 6)...)
		s.Advance(2 * time.Minute)
		s.Calm()
		s.Advance(10 * time.Minute)
		g.closed(s)
	})
}

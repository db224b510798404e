// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
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
	"mabeam.dev/market/predict"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// launch foretells whether something is done in time; ann makes the market, bob says how it came, cid decides disputes.
func launch(j market.Journal, l *market.Ledger) market.PredictionOptions {
	return market.PredictionOptions{
		Name: "launch", Stream: "market/prediction/launch", Journal: j, Ledger: l, Currency: "credit",
		Spec:  predict.Spec{Outcomes: []string{"done", "late"}, Liquidity: 2000, Disputes: int64(time.Minute)},
		Maker: "ann", Oracle: "bob", Judge: "cid",
	}
}

func foretelling(t *testing.T, m *memory, change func(*market.PredictionOptions)) (*market.Prediction, *market.Ledger, *supervision.Supervisor) {
	t.Helper()
	l, sup := funded(t, m)
	o := launch(m, l)
	if change != nil {
		change(&o)
	}
	p, err := market.NewPrediction(o)
	require.NoError(t, err)
	_, err = sup.StartChild(t.Context(), p.Child())
	require.NoError(t, err)
	return p, l, sup
}

// fate is a command of a prediction market, and how it is refused.
type fate struct {
	do     func(context.Context, *market.Prediction) error
	refuse error
}

func foretell(key, owner string, outcome int, shares, limit money.Amount) func(context.Context, *market.Prediction) error {
	return func(ctx context.Context, p *market.Prediction) error {
		_, err := p.Trade(ctx, key, owner, outcome, shares, limit)
		return err
	}
}

// story is the life of a prediction market that is disputed.
func story() []fate {
	return []fate{
		{foretell("early", "dan", 0, 10, 10), market.ErrNotFunded},
		{func(ctx context.Context, p *market.Prediction) error { return p.Fund(ctx, "fund") }, nil},
		{foretell("1", "dan", 0, 3000, 3000), nil},
		{foretell("2", "bob", 1, 1000, 900), nil},
		{foretell("3", "dan", 0, -500, 0), nil},
		{foretell("4", "dan", 1, -1, 0), predict.ErrShares},
		{foretell("5", "cid", 0, 2000, 20), predict.ErrPrice},
		{foretell("6", "eve", 0, 10, 20), ledger.ErrUnknownAccount},
		{foretell("7", "cid", 0, 10, 20_000), ledger.ErrInsufficientFunds},
		{func(ctx context.Context, p *market.Prediction) error { return p.Shut(ctx, "shut1", "dan") }, market.ErrNotAllowed},
		{func(ctx context.Context, p *market.Prediction) error { return p.Shut(ctx, "shut", "ann") }, nil},
		{func(ctx context.Context, p *market.Prediction) error { return p.Propose(ctx, "say1", "dan", 0) }, market.ErrNotAllowed},
		{func(ctx context.Context, p *market.Prediction) error { return p.Propose(ctx, "say", "bob", 1) }, nil},
		{func(ctx context.Context, p *market.Prediction) error { return p.Dispute(ctx, "no1", "ann") }, market.ErrNotAllowed},
		{func(ctx context.Context, p *market.Prediction) error { return p.Dispute(ctx, "no", "dan") }, nil},
		{func(ctx context.Context, p *market.Prediction) error { return p.Resolve(ctx, "so1", "bob", 1) }, market.ErrNotAllowed},
		{func(ctx context.Context, p *market.Prediction) error { return p.Resolve(ctx, "so", "cid", 0) }, nil},
		{func(ctx context.Context, p *market.Prediction) error { return p.Resolve(ctx, "so2", "cid", 1) }, predict.ErrAlreadyResolved},
		{foretell("late", "dan", 0, 10, 10), predict.ErrAlreadyResolved},
	}
}

func expected(err, refuse error) error {
	if refuse != nil && errors.Is(err, refuse) {
		return nil
	}
	if refuse != nil && err == nil {
		return fmt.Errorf("not refused with %w", refuse)
	}
	return err
}

// left is what a market leaves behind.
func left(t witness, p *market.Prediction, l *market.Ledger) string {
	conserved(t, l)
	open, err := l.Reconcile(t.Context(), "prediction/launch")
	require.NoError(t, err)
	require.Empty(t, open, "nothing is stuck")
	_, err = l.Verify(t.Context())
	require.NoError(t, err)
	_, all, err := l.Balances()
	require.NoError(t, err)
	var lines []string
	for s, v := range all {
		lines = append(lines, fmt.Sprintf("%s %s %d", s.Account, s.Asset, int64(v)))
	}
	slices.Sort(lines)
	v, err := p.View()
	require.NoError(t, err)
	return fmt.Sprintf("%s\n%v taken %d sold %d outcome %d trades %d\n", strings.Join(lines, "\n"), v.State, int64(v.Taken), v.Sold, v.Outcome, v.Trades)
}

// foretold is how the story ends when nothing happens to anybody.
func foretold(t *testing.T) (want string) {
	synctest.Test(t, func(t *testing.T) {
		p, l, _ := foretelling(t, newMemory(), nil)
		for i, f := range story() {
			require.NoError(t, expected(f.do(t.Context(), p), f.refuse), "step %d", i)
			conserved(t, l)
		}
		want = left(t, p, l)
	})
	return want
}

func TestAPredictionMarketPaysTheHoldersOfWhatCameTrue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l, _ := foretelling(t, newMemory(), nil)
		require.NoError(t, p.Fund(t.Context(), "fund"))
		subsidy := launch(nil, nil).Spec.Subsidy()
		assert.Equal(t, 10_000-subsidy, balance(t, l, "ann"))
		quote, err := p.Quote(t.Context(), 0, 3000)
		require.NoError(t, err)
		got, err := p.Trade(t.Context(), "1", "dan", 0, 3000, 3000)
		require.NoError(t, err)
		assert.Equal(t, quote, got.Paid)
		assert.Equal(t, 10_000-got.Paid, balance(t, l, "dan"), "what the limit was more is available again")
		again, err := p.Trade(t.Context(), "1", "dan", 0, 3000, 3000)
		require.NoError(t, err)
		got.Duplicate = true
		assert.Equal(t, got, again)
		_, err = p.Trade(t.Context(), "1", "dan", 0, 3001, 3000)
		require.ErrorIs(t, err, market.ErrKeyTaken)
		holding, err := p.Holding(t.Context(), "dan")
		require.NoError(t, err)
		assert.Equal(t, []money.Amount{3000, 0}, holding)
		require.NoError(t, p.Shut(t.Context(), "shut", "ann"))
		require.NoError(t, p.Propose(t.Context(), "say", "bob", 0))
		v, err := p.View()
		require.NoError(t, err)
		assert.Equal(t, predict.Proposed, v.State)
		time.Sleep(2 * time.Minute) // nobody disputes it
		synctest.Wait()
		v, err = p.View()
		require.NoError(t, err)
		assert.Equal(t, predict.Resolved, v.State)
		assert.Equal(t, 10_000-got.Paid+3000, balance(t, l, "dan"))
		assert.Equal(t, 10_000+got.Paid-3000, balance(t, l, "ann"), "what is left of the subsidy and of what was taken")
		left(t, p, l)
	})
}

func TestAPredictionMarketClosesByTheClockAndMayBeVoid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l, sup := foretelling(t, newMemory(), func(o *market.PredictionOptions) { o.Spec.Close = time.Now().Add(time.Hour).UnixNano() })
		require.NoError(t, p.Fund(t.Context(), "fund"))
		_, err := p.Trade(t.Context(), "1", "dan", 0, 3000, 3000)
		require.NoError(t, err)
		sup.Child("launch").Kill()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		v, err := p.View()
		require.NoError(t, err)
		assert.Equal(t, predict.Closed, v.State)
		_, err = p.Trade(t.Context(), "2", "dan", 0, 1, 1)
		var state *predict.StateError
		require.ErrorAs(t, err, &state)
		require.ErrorIs(t, p.Cancel(t.Context(), "void", "ann"), market.ErrNotAllowed)
		require.NoError(t, p.Cancel(t.Context(), "void", "cid"))
		before := balance(t, l, "dan")
		assert.Greater(t, before, money.Amount(10_000), "shares are paid their closing price, which the buyer has raised")
		assert.LessOrEqual(t, before-10_000, launch(nil, nil).Spec.Subsidy(), "out of the subsidy")
		left(t, p, l)
		sup.Child("launch").Kill()
		time.Sleep(time.Minute)
		assert.Equal(t, before, balance(t, l, "dan"), "it is paid once")
		left(t, p, l)
	})
}

// TestAnEndAtEachAppendChangesNothingForetold lets each append fail once, before and after it is stored.
func TestAnEndAtEachAppendChangesNothingForetold(t *testing.T) {
	want := foretold(t)
	for n := 0; ; n++ {
		reached := false
		for _, stored := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				p, l, _ := foretelling(t, m, nil)
				count := 0
				m.failing(func(string, []market.Event) (bool, error) {
					if count++; count == n+1 {
						reached = true
						return stored, errDisk
					}
					return true, nil
				})
				for _, f := range story() {
					insistOn(t, func(ctx context.Context) error { return expected(f.do(ctx, p), f.refuse) })
					conserved(t, l)
				}
				require.Equal(t, want, left(t, p, l), "append %d, stored %v", n, stored)
			})
		}
		if !reached {
			require.Greater(t, n, 15)
			return
		}
	}
}

func predicting(s *sim.Sim) (p *market.Prediction, l *market.Ledger, done *bool) {
	sys := s.NewSystem(actors.Options{Events: telemetry.NewBus()})
	j := events.NewJournal(eventmemory.New(eventmemory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: marketlog.New(j)})
	require.NoError(s, err)
	o := launch(marketlog.New(j), l)
	o.Spec.Disputes = int64(time.Hour)
	o.Snapshots, o.SnapshotEvery = marketlog.New(j), 3
	p, err = market.NewPrediction(o)
	require.NoError(s, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{
		Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children: []supervision.Child{
			supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
			supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...),
			p.Child(),
		},
	})
	require.NoError(s, err)
	done = new(bool)
	n := bookNode{sys: sys, l: l}
	actors.MustSpawn(sys, "everybody", actors.Stateless(func(c *actors.Context[int], _ int) error {
		n.fund(c)
		for _, f := range story() {
			n.insist(c, func(ctx context.Context) error { return f.do(ctx, p) })
		}
		*done = true
		return nil
	})).Tell(0)
	return p, l, done
}

func TestAnEndAtEachStepOfAPredictionChangesNothing(t *testing.T) {
	want := foretold(t)
	for _, process := range []string{"/node/launch", "/node/ledger", "/node/journal"} {
		for _, kind := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
			happened, stride := 0, 1
			if process != "/node/launch" && *seeds <= 200 {
				stride = 3 // the others take more steps; all of them with more seeds
			}
			for step := 1; ; step += stride {
				r := sim.Run(uint64(step), func(s *sim.Sim) {
					p, l, done := predicting(s)
					s.Fault(sim.Fault{Do: kind, Process: process, Nth: step})
					s.Advance(5 * time.Minute)
					s.Calm() // what is asked below is no part of the story
					require.True(s, *done)
					require.Equal(s, want, left(s, p, l))
				})
				require.NoError(t, r.Failure, "%v of %s at step %d", kind, process, step)
				if !strings.HasSuffix(r.Faults[0], "(happened 1 times)") || step > 120 {
					break // there is no such step, or only ticks are left
				}
				happened++
			}
			require.Greater(t, happened*stride, 15)
		}
	}
}

func TestPredictionSimulation(t *testing.T) {
	want := foretold(t)
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		p, l, done := predicting(s)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: []string{"/node/journal", "/node/ledger", "/node/launch"}, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 5)...)
		for range 30 {
			s.Advance(2 * time.Second)
			if _, _, err := l.Balances(); err == nil {
				conserved(s, l)
			}
		}
		s.Calm()
		s.Advance(20 * time.Minute)
		require.True(s, *done)
		require.Equal(s, want, left(s, p, l))
	})
}

func TestAPredictionMarketNeedsAllItsParts(t *testing.T) {
	_, err := market.NewPrediction(market.PredictionOptions{Name: "a b", Keys: -1})
	var wrong *market.PredictionError
	require.ErrorAs(t, err, &wrong)
	for _, part := range []string{"Ledger", "Name", "Keys", "Maker", "Oracle", "Judge", "Currency", "no stream", "no journal", "Outcomes", "Liquidity"} {
		assert.ErrorContains(t, err, part)
	}
}

// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
)

// odds is how a candidate does in a world: how often it decides, how good its decisions turn out, and which share of deadline and budget it takes.
type odds struct{ decides, quality, time, cost float64 }

func (o odds) worth() float64 {
	return selector.Weights{}.Utility(selector.Experience{}) + .4*o.decides + .3*o.quality*o.decides - .2*o.time - .1*o.cost
}

// trial is a machine that asks everybody, takes its time, and decides or does not, as the odds say.
type trial struct {
	o    odds
	luck float64
}

func (m trial) Step(e machine.Event) []machine.Effect {
	switch e := e.(type) {
	case machine.Opened:
		return []machine.Effect{
			machine.Broadcast{Msg: machine.Invite{Role: machine.RoleVote, Question: fmt.Sprint(int(m.o.cost * 250))}},
			machine.SetTimer{ID: "over", Gen: 1, After: time.Duration(m.o.time * float64(time.Minute))},
		}
	case machine.TimerFired:
		if e.ID == "over" && m.luck < m.o.decides {
			return []machine.Effect{machine.Decide{Outcome: machine.Outcome{Verdict: machine.Decided, Decision: "yes"}}}
		}
		return []machine.Effect{machine.Decide{Outcome: machine.Outcome{Verdict: machine.NoDecision, Why: machine.WhyNoQuorum}}}
	}
	return nil
}

// priced answers with the cost that the question has.
func priced() actors.Behavior[protocols.Invitation] {
	return actors.Stateless(func(_ *actors.Context[protocols.Invitation], in protocols.Invitation) error {
		if in.Asks() {
			var cost int64
			if _, err := fmt.Sscan(in.Question, &cost); err != nil {
				return err
			}
			in.Answer(machine.Answer{Choice: "yes", Cost: cost})
		}
		return nil
	})()
}

// betting is an engine whose protocols do as the odds say, and what it has chosen in each session.
func betting(t *testing.T, sys *actors.System, l *log, world map[selector.Candidate]odds, luck *rand.Rand) (*protocols.Engine, []string, map[protocols.SessionID]selector.Candidate) {
	known, chosen := map[string]protocols.Member{}, map[protocols.SessionID]selector.Candidate{}
	names := []string{"a", "b", "c", "d"}
	for _, name := range names {
		known[name] = protocols.Member{}
		actors.MustSpawn(sys, name, priced)
	}
	e, err := protocols.NewEngine(protocols.EngineOptions{Name: "coordination", Journal: l, Roster: people{sys: sys, known: known}, Adaptive: true})
	require.NoError(t, err)
	for _, p := range []selector.Protocol{selector.Simple, selector.Hierarchical} {
		require.NoError(t, e.Register(protocols.Protocol{Name: p, New: func(s protocols.Setup) (machine.Stepper, error) {
			c := selector.Candidate{Protocol: s.Selection.Protocol, FanOut: s.Selection.FanOut}
			chosen[s.Session] = c
			return trial{world[c], luck.Float64()}, nil
		}}))
	}
	_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{e.Child()}})
	require.NoError(t, err)
	return e, names, chosen
}

// Where it is known what each protocol costs, how long it takes, how often it decides and how good its decisions turn out, an engine that is told how good they
// turned out loses at most a tenth of what the best protocol alone would gain, once it has held 500 sessions, of which an earlier program has held the first
// half. Where liars are to be stood it chooses nothing else than before.
//
// Holds: CRD-4
func TestAnEngineThatIsToldOutcomesLosesLittleAgainstTheBestProtocol(t *testing.T) {
	simple, fan := selector.Candidate{Protocol: selector.Simple}, func(n int) selector.Candidate { return selector.Candidate{Protocol: selector.Hierarchical, FanOut: n} }
	for name, world := range map[string]map[selector.Candidate]odds{
		"quality":  {simple: {.9, .2, .1, .1}, fan(16): {.9, .9, .1, .1}, fan(32): {.9, .3, .1, .1}, fan(64): {.9, .3, .1, .1}},
		"success":  {simple: {.5, .5, .2, .2}, fan(16): {.5, .5, .2, .2}, fan(32): {.95, .5, .2, .2}, fan(64): {.6, .5, .2, .2}},
		"duration": {simple: {.9, .5, .9, .2}, fan(16): {.9, .5, .8, .2}, fan(32): {.9, .5, .8, .2}, fan(64): {.9, .5, .1, .2}},
		"cost":     {simple: {.9, .5, .3, 1}, fan(16): {.9, .5, .3, .9}, fan(32): {.9, .5, .3, .05}, fan(64): {.9, .5, .3, 1}},
		"nothing":  {simple: {.9, .6, .2, .2}, fan(16): {.9, .6, .2, .2}, fan(32): {.9, .6, .2, .2}, fan(64): {.9, .6, .2, .2}},
	} {
		t.Run(name, func(t *testing.T) {
			best := math.Inf(-1)
			for _, o := range world { // the greatest: the order does not matter
				best = max(best, o.worth())
			}
			for seed := range uint64(5) {
				l, luck, gained := newLog(), rand.New(rand.NewPCG(seed, 11)), 0.
				program := func(from, to int) {
					synctest.Test(t, func(t *testing.T) {
						within(t, func(ctx context.Context, sys *actors.System) {
							e, names, chosen := betting(t, sys, l, world, luck)
							synctest.Wait() // it has read the journal
							for i := from; i < to; i++ {
								id := protocols.SessionID(fmt.Sprint("s", i))
								_, err := e.Coordinate(ctx, protocols.Spec{ID: id, Question: "?", Participants: names, Seed: uint64(i)*3 + seed + 1, Deadline: time.Minute, Budget: 1000})
								o := world[chosen[id]]
								if err == nil {
									quality := min(max(o.quality+.1*luck.NormFloat64(), 0), 1)
									require.NoError(t, e.Rate(ctx, id, int64(quality*machine.One)))
								} else {
									require.ErrorAs(t, err, new(*protocols.NoDecisionError))
								}
								if i >= 500 {
									gained += o.worth() / 100
								}
							}
							if to == 600 {
								assert.Contains(t, e.Explain(protocols.Spec{Question: "?", Participants: names, Fault: selector.High}), "chosen: byzantine_consensus")
							}
						})
					})
				}
				program(0, 250)
				program(250, 600)
				assert.GreaterOrEqual(t, gained, .9*best, "seed %d", seed)
			}
		})
	}
}

// rating is one program after another with the same journal: its engine, who takes part, and what it knows of the protocols at its start.
func rating(t *testing.T, l *log, f func(ctx context.Context, e *protocols.Engine, names []string, known string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, names := council(t, sys, protocols.EngineOptions{Journal: l, Adaptive: true}, "yes", "yes", "yes", "yes", "silent")
			synctest.Wait() // it has read the journal
			f(ctx, e, names, e.Explain(protocols.Spec{Question: "?", Participants: names}))
		})
	})
}

func TestADecisionIsRatedOnce(t *testing.T) {
	l := newLog()
	rating(t, l, func(ctx context.Context, e *protocols.Engine, names []string, _ string) {
		for _, id := range []protocols.SessionID{"good", "late"} {
			_, err := e.Coordinate(ctx, protocols.Spec{ID: id, Question: "?", Participants: names[:4]})
			require.NoError(t, err)
		}
		_, err := e.Start(ctx, protocols.Spec{ID: "open", Question: "?", Participants: names[4:], Deadline: time.Minute})
		require.NoError(t, err)
		require.ErrorIs(t, e.Rate(ctx, "open", 1), protocols.ErrUndecided)
		require.ErrorIs(t, e.Rate(ctx, "nobody's", 1), protocols.ErrNotFound)
		for _, wrong := range []int64{-1, machine.One + 1} {
			require.ErrorIs(t, e.Rate(ctx, "good", wrong), selector.ErrInvalidSpec)
		}
		_, ok := e.Rating("good")
		assert.False(t, ok)
		l.failing(errors.New("no room"))
		require.ErrorIs(t, e.Rate(ctx, "good", 900_000), protocols.ErrUnavailable)
		l.failing(nil)
		time.Sleep(time.Minute)
		require.NoError(t, e.Rate(ctx, "good", 900_000))
		require.NoError(t, e.Rate(ctx, "good", 900_000), "the same again")
		var other *protocols.RatedError
		require.ErrorAs(t, e.Rate(ctx, "good", 100_000), &other)
		assert.Equal(t, int64(900_000), other.Have)
		require.ErrorIs(t, e.Rate(ctx, "open", 1), protocols.ErrUndecided, "it has expired")
	})
	rating(t, l, func(ctx context.Context, e *protocols.Engine, _ []string, known string) {
		assert.Contains(t, known, "2.0 sessions, 1.0 of them rated", "a rating outlives the program, and counts once")
		q, ok := e.Rating("good")
		assert.True(t, ok)
		assert.Equal(t, int64(900_000), q)
		time.Sleep(time.Hour) // both are forgotten
		_, err := e.Status("late")
		require.ErrorIs(t, err, protocols.ErrNotFound)
		require.ErrorAs(t, e.Rate(ctx, "good", 100_000), new(*protocols.RatedError))
		require.NoError(t, e.Rate(ctx, "late", 500_000), "the journal knows it")
		require.ErrorAs(t, e.Rate(ctx, "late", 100_000), new(*protocols.RatedError))
	})
	rating(t, l, func(_ context.Context, _ *protocols.Engine, _ []string, known string) {
		assert.Contains(t, known, "2.0 sessions, 2.0 of them rated")
	})
}

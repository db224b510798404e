// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/testkit/sim"
)

// spell is a time in which coordination was on, or off.
type spell struct {
	on       bool
	from, to time.Time
}

// Coordination is turned on and off while clients propose and whoever is ended: what is proposed and answered while it is on has been decided, what is while it is off is a plain
// write, every proposal is answered, and readers never see what was rejected.
//
// Holds: COG-8
func TestSimulationTurnsCoordinationOnAndOffUnderLoad(t *testing.T) {
	decided, plain := 0, 0
	explore(t, 2, func(s *sim.Sim) {
		c := &court{tell: map[string]func(cognitive.Verdict){}, over: map[string]cognitive.Verdict{}}
		w := newWorld(s, cognitive.SpaceOptions{Decider: c})
		c.sit(s, w)
		s.Fault(sim.Space{
			Kinds: []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill}, Processes: append([]string{"/law/judge"}, processes...), MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 3)...)
		spells := []spell{{from: w.sys.Now()}}
		type attempt struct {
			key      string
			from, to time.Time
			err      error
		}
		var tries []attempt
		finished := 0
		actors.MustSpawn(w.sys, "house", actors.Stateless(func(ctx *actors.Context[int], _ int) error {
			for _, name := range []string{"a", "b"} {
				if err := insist(ctx, w, func(ctx context.Context) error {
					_, err := w.s.AddInteger(ctx, name, kind.Integer{Min: 0, Max: 1000})
					return err
				}); err != nil {
					return err
				}
				actors.MustSpawn(ctx, "client of "+name, actors.Stateless(func(ctx *actors.Context[int], _ int) error {
					for i := range 12 {
						x := attempt{key: fmt.Sprint(name, i), from: w.sys.Now()}
						err := insist(ctx, w, func(ctx context.Context) error {
							_, x.err = w.s.Propose(ctx, name, kind.OfInteger(int64(i+1)), cognitive.Key(x.key))
							if errors.Is(x.err, cognitive.ErrRejected) || errors.Is(x.err, cognitive.ErrDecisionLost) || errors.Is(x.err, cognitive.ErrDeadline) {
								return nil // it is answered
							}
							return x.err
						})
						if err != nil {
							return err
						}
						x.to = w.sys.Now()
						tries = append(tries, x)
						if err := w.sys.Sleep(ctx, time.Duration(ctx.Rand().IntN(100))*time.Millisecond); err != nil {
							return err
						}
					}
					finished++
					return nil
				})).Tell(0)
			}
			for i := range 6 {
				if err := w.sys.Sleep(ctx, time.Duration(100+ctx.Rand().IntN(600))*time.Millisecond); err != nil {
					return err
				}
				on := i%2 == 0
				policy := cognitive.Policy{}
				if on {
					policy.Mode = "vote"
				}
				spells[len(spells)-1].to = w.sys.Now() // between the two nobody knows
				if err := insist(ctx, w, func(ctx context.Context) error { return w.s.EnableCoordination(ctx, policy) }); err != nil {
					return err
				}
				spells = append(spells, spell{on: on, from: w.sys.Now()})
			}
			finished++
			return nil
		})).Tell(0)
		for range 400 {
			s.Advance(10 * time.Millisecond)
		}
		s.Calm()
		w.j.failing(nil)
		s.Advance(10 * time.Minute)
		require.Equal(s, 3, finished)
		commits := map[string]cognitive.Commit{}
		for _, name := range []string{"a", "b"} {
			list, err := w.s.History(s.Context(), name, cognitive.Query{})
			require.NoError(s, err)
			for _, k := range list {
				if k.Key != "" {
					commits[k.Key] = k
				}
			}
		}
		for _, x := range tries {
			k, committed := commits[x.key]
			assert.Equal(s, x.err == nil, committed, "%s: %v", x.key, x.err)
			for _, p := range spells { // the proposal's whole life lies in one of them
				if committed && x.from.After(p.from) && (p.to.IsZero() || x.to.Before(p.to)) {
					assert.Equal(s, p.on, k.Decision != "", "%s, and the decision is %q", x.key, k.Decision)
					if p.on {
						decided++
					} else {
						plain++
					}
				}
			}
		}
		open, err := w.s.Decisions(s.Context())
		require.NoError(s, err)
		assert.Empty(s, open)
	})
	require.Positive(t, decided, "there was something to see")
	require.Positive(t, plain, "there was something to see")
}

// A choice with costs and a vote: it is adapted to what is reported, by whoever likes to lie, and proposed for by everybody. What can be read for all is at any time the value of
// the last commit, and each commit but the first was agreed to.
//
// Holds: COG-3
func TestSimulationChangesAChoiceByCommitsAlone(t *testing.T) {
	by := map[cognitive.Cause]int{}
	explore(t, 3, func(s *sim.Sim) {
		c := &court{tell: map[string]func(cognitive.Verdict){}, over: map[string]cognitive.Verdict{}}
		w := newWorld(s, cognitive.SpaceOptions{Decider: c})
		c.sit(s, w)
		s.Fault(sim.Space{
			Kinds: []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill}, Processes: append([]string{"/node/lab/lab.adapters/a"}, processes...), MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 4)...)
		options := kind.Choice{SwitchingCost: 0.1, Options: []kind.Option{{Name: "x", Cost: 1}, {Name: "y", Cost: 4}, {Name: "z", Disabled: true}, {Name: "w", Cost: 2}}}
		agents := twenty()
		ready := false
		actors.MustSpawn(w.sys, "house", actors.Stateless(func(ctx *actors.Context[int], _ int) error {
			if err := insist(ctx, w, func(ctx context.Context) error {
				return w.s.Add(ctx, "a", options, cognitive.With(cognitive.Settings{Cooldown: 100 * time.Millisecond, Decision: cognitive.Policy{Mode: "vote"}}))
			}); err != nil {
				return err
			}
			err := insist(ctx, w, func(ctx context.Context) error {
				return w.s.Adapt(ctx, cognitive.Adaptation{Variable: "a", Agents: agents, Share: 0.5, Spec: adapt.Spec{
					Objective: adapt.Performance(adapt.Weight{Metric: "score", Weight: 1}), Warm: 3, Settle: 1, Trial: 20, Watch: 20, TTL: 5 * time.Second,
				}})
			})
			ready = err == nil
			for i := range 5 {
				key := fmt.Sprint(i)
				if err := insist(ctx, w, func(ctx context.Context) error {
					_, err := w.s.Propose(ctx, "a", kind.OfChoice([]string{"x", "y", "z", "w", "nothing"}[i%5]), cognitive.Key(key))
					if errors.Is(err, cognitive.ErrRestarted) {
						return err
					}
					return nil
				}); err != nil {
					return err
				}
				if err := w.sys.Sleep(ctx, 200*time.Millisecond); err != nil {
					return err
				}
			}
			return err
		})).Tell(0)
		read := map[cognitive.Version]string{}
		rng := s.Rand("reports")
		for i := range 1000 {
			s.Advance(20 * time.Millisecond)
			if !ready {
				continue
			}
			v := w.s.Snapshot().Values[0]
			if was, known := read[v.Version]; known {
				require.Equal(s, was, v.Value.Choice(), "a version has one value")
			}
			read[v.Version] = v.Value.Choice()
			name := agents[i%20]
			seen, _, _ := w.s.As(cognitive.Agent{Name: name}).Look("a")
			require.Contains(s, []string{"x", "y", "w"}, seen.Value.Choice(), "nobody has an option that cannot be chosen")
			score := map[string]float64{"x": 0, "y": 5, "w": 1}[seen.Value.Choice()] + rng.Float64()
			_ = w.s.Report(cognitive.Feedback{Variable: "a", Version: seen.Version, Agent: name, Metrics: []adapt.Metric{{Name: "score", Value: score}}})
		}
		s.Calm()
		w.j.failing(nil)
		s.Advance(time.Minute)
		require.True(s, ready)
		list, err := w.s.History(s.Context(), "a", cognitive.Query{All: true})
		require.NoError(s, err)
		committed := map[cognitive.Version]string{}
		for i, k := range list {
			committed[k.Version] = k.Value.Choice()
			by[k.Cause]++
			assert.Equal(s, cognitive.Version{Seq: uint64(i) + 1}, k.Version)
			if k.Cause != cognitive.ByInitial && k.Cause != cognitive.ByRevert {
				assert.Equal(s, cognitive.Accepted, c.over[k.Decision].Outcome, "%v", k.Cause)
			}
		}
		for v, value := range read {
			assert.Equal(s, committed[v], value, "%s was read", v)
		}
	})
	require.Positive(t, by[cognitive.ByUser])
	require.Positive(t, by[cognitive.ByAdapter])
}

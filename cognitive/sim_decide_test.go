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
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// court decides in a simulation: its judge is a process that takes its time, and may be ended.
type court struct {
	judge actors.Ref[any]
	tell  map[string]func(cognitive.Verdict)
	over  map[string]cognitive.Verdict
}

func (c *court) Start(q cognitive.Question, verdict func(cognitive.Verdict)) (cognitive.Session, error) {
	if v, done := c.over[q.ID]; done {
		verdict(v)
		return cognitive.Session{}, nil
	}
	_, known := c.tell[q.ID]
	c.tell[q.ID] = verdict
	if !known {
		c.judge.Tell(q)
	}
	return cognitive.Session{PID: c.judge.PID()}, nil
}

func (c *court) Lookup(id string) (cognitive.Verdict, cognitive.SessionState) {
	if v, ok := c.over[id]; ok {
		return v, cognitive.SessionDecided
	}
	if _, ok := c.tell[id]; ok {
		return cognitive.Verdict{}, cognitive.SessionOpen
	}
	return cognitive.Verdict{}, cognitive.SessionUnknown
}

func (c *court) Cancel(id string, _ error) {
	if _, done := c.over[id]; !done {
		c.over[id] = cognitive.Verdict{Outcome: cognitive.Cancelled}
	}
}

// judgement is a question whose time has come.
type judgement struct{ id string }

// bench describes the judge's process. What it had not decided when it ended is forgotten.
func (c *court) bench() supervision.Child {
	return supervision.Worker("judge", func() actors.Behavior[any] {
		clear(c.tell)
		return actors.Stateless(func(ctx *actors.Context[any], m any) error {
			switch m := m.(type) {
			case cognitive.Question:
				ctx.After(time.Duration(ctx.Rand().IntN(400))*time.Millisecond, judgement{m.ID})
			case judgement:
				if _, done := c.over[m.id]; done || c.tell[m.id] == nil {
					return nil
				}
				v := cognitive.Verdict{Outcome: cognitive.Accepted}
				if ctx.Rand().IntN(3) == 0 {
					v.Outcome = cognitive.Rejected
				}
				c.over[m.id] = v
				c.tell[m.id](v)
			}
			return nil
		})()
	})
}

// sit starts the judge under a supervisor of its own.
func (c *court) sit(s *sim.Sim, w *world) {
	_, err := supervision.Start(w.sys, "law", supervision.Spec{Children: []supervision.Child{c.bench()}, Intensity: supervision.Intensity{Max: 1000, Within: time.Second}})
	require.NoError(s, err)
	c.judge = actors.ResolvedIn[any](w.sys, "judge", func() actors.PID {
		for pid := range w.sys.Processes() {
			if pid.Path() == "/law/judge" {
				return pid
			}
		}
		return actors.PID{}
	})
}

// Whoever ends: every proposal is answered, what was acknowledged is there once, nothing that was rejected is, and no decision stays open.
func TestSimulationEndsEveryDecisionInAnyOrderOfTurnsAndFaults(t *testing.T) {
	const rounds = 5
	explore(t, 1, func(s *sim.Sim) {
		c := &court{tell: map[string]func(cognitive.Verdict){}, over: map[string]cognitive.Verdict{}}
		w := newWorld(s, cognitive.SpaceOptions{Decider: c})
		c.sit(s, w)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill},
			Processes: append([]string{"/law/judge"}, processes...), MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 5)...)
		rejected, done := map[string]bool{}, 0
		actors.MustSpawn(w.sys, "house", actors.Stateless(func(ctx *actors.Context[int], _ int) error {
			if err := insist(ctx, w, func(c context.Context) error {
				_, err := w.s.AddInteger(c, "a", kind.Integer{Min: 0, Max: 100}, cognitive.Decide(cognitive.Policy{Mode: "vote", Within: 2 * time.Second}))
				return err
			}); err != nil {
				return err
			}
			for n := range 2 {
				actors.MustSpawn(ctx, fmt.Sprint("client", n), actors.Stateless(func(ctx *actors.Context[int], _ int) error {
					for i := range rounds {
						key := fmt.Sprint(n, "-", i)
						if err := insist(ctx, w, func(c context.Context) error {
							r, err := w.s.Propose(c, "a", kind.OfInteger(int64(10*n+i+1)), cognitive.Key(key))
							switch {
							case err == nil:
								w.acked[key] = r
							case errors.Is(err, cognitive.ErrRejected):
								rejected[key] = true
								return nil
							}
							return err
						}); err != nil {
							return err
						}
					}
					done++
					return nil
				})).Tell(0)
			}
			return nil
		})).Tell(0)
		s.Advance(5 * time.Second)
		s.Calm()
		w.j.failing(nil)
		s.Advance(5 * time.Minute)
		require.Equal(s, 2, done, "everybody was answered")
		open, err := w.s.Decisions(s.Context())
		require.NoError(s, err)
		assert.Empty(s, open)
		list, err := w.s.History(s.Context(), "a", cognitive.Query{})
		require.NoError(s, err)
		times := map[string]int{}
		for i, x := range list {
			assert.Equal(s, cognitive.Version{Seq: uint64(i) + 1}, x.Version)
			if i > 0 {
				times[x.Key]++
				assert.NotEmpty(s, x.Decision, "nothing without a decision")
				assert.Equal(s, cognitive.Accepted, c.over[x.Decision].Outcome)
			}
		}
		for n := range 2 {
			for i := range rounds {
				key := fmt.Sprint(n, "-", i)
				if _, acked := w.acked[key]; acked {
					assert.Equal(s, 1, times[key], key)
				}
				assert.LessOrEqual(s, times[key], 1)
			}
		}
	})
}

// An adapter at work, ended and ended again, and a source that reports whatever it likes: no value is outside of its kind, no version is missing, and there is at most one commit
// of the adapter to a cycle.
func TestSimulationKeepsValuesInTheirKindWhateverIsReported(t *testing.T) {
	explore(t, 3, func(s *sim.Sim) {
		w := newWorld(s, cognitive.SpaceOptions{})
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart},
			Processes: append([]string{"/node/lab/lab.adapters/a"}, processes...), MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 6)...)
		ready := false
		rng := s.Rand("liar")
		agents := twenty()
		actors.MustSpawn(w.sys, "house", actors.Stateless(func(ctx *actors.Context[int], _ int) error {
			if err := insist(ctx, w, func(c context.Context) error {
				_, err := w.s.AddInteger(c, "a", kind.Integer{Min: -5, Max: 20}, cognitive.Keep(cognitive.Buffered))
				return err
			}); err != nil {
				return err
			}
			err := insist(ctx, w, func(c context.Context) error {
				return w.s.Adapt(c, cognitive.Adaptation{Variable: "a", Agents: agents, Spec: adapt.Spec{
					Objective: adapt.Performance(adapt.Weight{Metric: "score", Weight: 1}), Warm: 3, Settle: 1, Trial: 20, Watch: 20, TTL: 5 * time.Second,
				}})
			})
			ready = err == nil
			return err
		})).Tell(0)
		scores := []float64{0, 1, -1, 5, 1e90, -1e90, 1e300}
		for i := range 1500 {
			s.Advance(20 * time.Millisecond)
			if !ready {
				continue
			}
			view := w.s.Configuration(cognitive.Agent{Name: agents[i%20]})
			for _, x := range view.Values {
				require.True(s, x.Value.Integer() >= -5 && x.Value.Integer() <= 20)
				_ = w.s.Report(cognitive.Feedback{Variable: "a", Version: x.Version, Agent: agents[i%20], Metrics: []adapt.Metric{{Name: "score", Value: scores[rng.IntN(len(scores))]}}})
			}
		}
		s.Calm()
		w.j.failing(nil)
		s.Advance(time.Minute)
		require.True(s, ready)
		list, err := w.s.History(s.Context(), "a", cognitive.Query{All: true})
		require.NoError(s, err)
		cycles := 1500 * 20 / 900
		adapted := 0
		for i, c := range list {
			assert.Equal(s, cognitive.Version{Seq: uint64(i) + 1}, c.Version)
			if c.Cause == cognitive.ByAdapter {
				adapted++
			}
		}
		assert.LessOrEqual(s, adapted, cycles)
		assert.Empty(s, w.s.List()[0].Overrides, "every slice has ended")
	})
}

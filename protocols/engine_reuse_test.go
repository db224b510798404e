// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
)

// cached is an engine whose roster can be changed, and a spec that may reuse.
func cached(t require.TestingT, sys *actors.System, o protocols.EngineOptions) (*protocols.Engine, fixed, protocols.Spec) {
	known := fixed{}
	var names []string
	for i, choice := range []string{"yes", "yes", "yes", "no", "no"} {
		name := string(rune('a' + i))
		names = append(names, name)
		known[name] = protocols.Member{ID: name, Process: actors.MustSpawn(sys, name, says(choice))}
	}
	o.Name, o.Roster = "coordination", known
	e, err := protocols.NewEngine(o)
	require.NoError(t, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{e.Child()}})
	require.NoError(t, err)
	return e, known, protocols.Spec{Question: "Ship it?", Options: []string{"yes", "no"}, Participants: names, Reuse: time.Hour}
}

func reused(t *testing.T, ctx context.Context, e *protocols.Engine, s protocols.Spec) bool {
	t.Helper()
	r, err := e.Coordinate(ctx, s)
	require.NoError(t, err)
	return r.Cached
}

func TestAnOutcomeIsUsedAgainUntilAnythingChangesThatItDependsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, known, s := cached(t, sys, protocols.EngineOptions{})
			first, err := e.Coordinate(ctx, s)
			require.NoError(t, err)
			again, err := e.Coordinate(ctx, s)
			require.NoError(t, err)
			first.Cached = true
			require.Equal(t, first, again)
			same := s
			same.Tags, same.Correlation, same.Deadline, same.Budget = []string{"x"}, "y", time.Minute, 0
			require.True(t, reused(t, ctx, e, same))
			for name, change := range map[string]func(s *protocols.Spec){
				"question":  func(s *protocols.Spec) { s.Question = "Ship it now?" },
				"options":   func(s *protocols.Spec) { s.Options = []string{"yes", "no", "later"} },
				"order":     func(s *protocols.Spec) { s.Options = []string{"no", "yes"} },
				"fewer":     func(s *protocols.Spec) { s.Participants = s.Participants[:3] },
				"rule":      func(s *protocols.Spec) { s.Rule.Quorum = consensus.NoQuorum },
				"protocol":  func(s *protocols.Spec) { s.Protocol = selector.Hierarchical },
				"expertise": func(s *protocols.Spec) { s.Expertise = true },
				"params":    func(s *protocols.Spec) { s.Params = []byte(`{}`) },
				"seed":      func(s *protocols.Spec) { s.Seed = 5 },
				"id":        func(s *protocols.Spec) { s.ID = "mine" },
				"no reuse":  func(s *protocols.Spec) { s.Reuse = 0 },
				"another":   func(s *protocols.Spec) { s.Participants = append(s.Participants[:4:4], "d2") },
			} {
				known["d2"] = protocols.Member{ID: "d2", Process: known["e"].Process}
				other := s
				change(&other)
				assert.False(t, reused(t, ctx, e, other), name)
			}
			require.True(t, reused(t, ctx, e, s))

			m := known["a"]
			heavy := s
			heavy.Expertise = true
			require.True(t, reused(t, ctx, e, heavy))
			m.Weight = 3 * machine.One
			known["a"] = m
			assert.False(t, reused(t, ctx, e, heavy), "another weight")
			assert.True(t, reused(t, ctx, e, heavy))
			last := known["e"]
			last.Degraded = true
			known["e"] = last
			assert.False(t, reused(t, ctx, e, s), "one of them is left out")
			last.Degraded = false
			known["e"] = last
			require.True(t, reused(t, ctx, e, s))
			time.Sleep(time.Hour + time.Second)
			assert.False(t, reused(t, ctx, e, s), "it is too old")
			require.True(t, reused(t, ctx, e, s))
			require.NoError(t, e.Register(protocols.Protocol{Name: "mine", New: func(protocols.Setup) (machine.Stepper, error) { return futile{}, nil }}))
			assert.False(t, reused(t, ctx, e, s), "a protocol was registered")
			assert.Equal(t, 7, e.Stats().Reused)
			_, err = e.Coordinate(ctx, protocols.Spec{Question: "?", Participants: s.Participants, Reuse: -1})
			assert.ErrorIs(t, err, selector.ErrInvalidSpec)
		})
	})
}

func TestWhatIsNoOpinionIsNeverUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		within(t, func(ctx context.Context, sys *actors.System) {
			e, _, s := cached(t, sys, protocols.EngineOptions{})
			require.NoError(t, e.Register(protocols.Protocol{Name: "mine", New: func(protocols.Setup) (machine.Stepper, error) { return settled{}, nil }}))
			s.Protocol = "mine"
			for range 2 {
				assert.False(t, reused(t, ctx, e, s))
			}
			s.Protocol, s.Rule = "", consensus.Rule{Kind: consensus.Unanimous}
			for range 2 { // no decision is asked for anew
				_, err := e.Coordinate(ctx, s)
				require.Error(t, err)
			}
			assert.Zero(t, e.Stats().Reused)
		})
	})
}

// settled is a machine that decides at once.
type settled struct{}

func (settled) Step(e machine.Event) []machine.Effect {
	if _, ok := e.(machine.Opened); ok {
		return []machine.Effect{machine.Decide{Outcome: machine.Outcome{Verdict: machine.Decided, Decision: "done"}}}
	}
	return nil
}

func TestOutcomesAreBoundedAndOutliveTheProgramWithItsJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLog()
		within(t, func(ctx context.Context, sys *actors.System) {
			e, _, s := cached(t, sys, protocols.EngineOptions{Journal: l})
			require.False(t, reused(t, ctx, e, s))
		})
		within(t, func(ctx context.Context, sys *actors.System) {
			e, _, s := cached(t, sys, protocols.EngineOptions{Journal: l})
			time.Sleep(time.Second)                                                                     // no program starts again in the same moment
			_, err := e.Start(ctx, protocols.Spec{Question: "Is it up?", Participants: s.Participants}) // then it has read its journal
			require.NoError(t, err)
			require.True(t, reused(t, ctx, e, s))
			for i := range 1_024 {
				other := s
				other.Question = fmt.Sprint(i)
				require.False(t, reused(t, ctx, e, other))
			}
			assert.False(t, reused(t, ctx, e, s), "it was the oldest")
		})
	})
}

// BenchmarkReuse times a hit among five.
func BenchmarkReuse(b *testing.B) {
	sys := actors.New(actors.Options{})
	e, _, s := cached(b, sys, protocols.EngineOptions{})
	if _, err := e.Coordinate(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if r, err := e.Coordinate(b.Context(), s); err != nil || !r.Cached {
			b.Fatal(err)
		}
	}
	require.NoError(b, sys.Close(context.Background()))
}

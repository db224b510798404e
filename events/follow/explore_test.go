// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

var seeds = flag.Int("seeds", 400, "seeds of each exploration")

// writeAll appends n events of three types to two streams, through faults, and gives the ids in the order of the log.
func writeAll(s *sim.Sim, j *events.Journal, n int) {
	rng := s.Rand("writer")
	for i := range n {
		e := events.New{ID: events.ID{1, byte(i)}, Type: []string{"a", "b", "bad"}[rng.IntN(3)], Agent: "writer"}
		for {
			_, err := j.Append(s.Context(), events.Stream(fmt.Sprint("s", rng.IntN(2))), events.Any, e)
			if err == nil {
				break
			}
			e.ID[3]++ // the outcome is open: another event
			s.Advance(time.Second)
		}
		if rng.IntN(3) == 0 {
			s.Advance(time.Duration(rng.IntN(500)) * time.Millisecond)
		}
	}
}

// In any order of turns, and whatever is killed, crashes or hangs: a consumer handles every selected event, in order, repeating some but leaving out none, and those
// that it cannot handle are in its dead stream once.
func TestAConsumerLeavesNothingOutInAnyOrderOfTurnsAndFaults(t *testing.T) {
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		j := events.NewJournal(memory.New(memory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
		moods := s.Rand("moods")
		var seen []events.Position
		c, err := NewConsumer(j, Spec{
			Name: "reader", Query: events.Query{Agent: "writer", Types: []string{"a", "bad"}}, Page: 3,
			Retry: Retry{Attempts: 2, Initial: 100 * time.Millisecond},
		}, func(ctx context.Context, e events.Event) error {
			if caller, ok := actors.CallerOf(ctx); ok && caller.PID().Fenced() {
				return nil // a killed process's abandoned handler
			}
			if moods.IntN(3) == 0 {
				if err := s.System().Sleep(ctx, time.Duration(moods.IntN(1000))*time.Millisecond); err != nil {
					return err
				}
			}
			if e.Type == "bad" {
				return errNo
			}
			seen = append(seen, e.Position)
			return nil
		})
		require.NoError(s, err)
		_, err = supervision.Start(s.System(), "node", supervision.Spec{
			Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
			Children: []supervision.Child{
				supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
				supervision.Worker(c.Name(), c.Behavior, c.ProcessOptions()...),
			},
		})
		require.NoError(s, err)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: []string{"/node/journal", "/node/reader"}, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 4)...)
		writeAll(s, j, 8)
		s.Advance(time.Minute)
		s.Calm()
		s.Advance(time.Minute)

		var good, bad []events.Position
		dead := map[events.ID]int{}
		for e, err := range j.Replay(s.Context(), 0) {
			require.NoError(s, err)
			switch e.Type {
			case "a":
				good = append(good, e.Position)
			case "bad":
				bad = append(bad, e.Position)
			case DeadType:
				dead[e.Causation]++
				assert.Equal(s, 1, dead[e.Causation])
			}
		}
		assert.Len(s, dead, len(bad))
		next := 0 // of good, which nothing may overtake
		for _, at := range seen {
			if next < len(good) && at == good[next] {
				next++
				continue
			}
			require.Contains(s, good[:next], at, "it came before its predecessors")
		}
		assert.Equal(s, len(good), next, "seen %v of %v", seen, good)
		st, err := c.Status(s.Context())
		require.NoError(s, err)
		assert.Equal(s, Following, st.State)
		assert.Equal(s, st.Handled, st.Saved)
		assert.GreaterOrEqual(s, st.Handled, slices.Max(append([]events.Position{0}, slices.Concat(good, bad)...)))
	})
}

// Readers that begin at any moment of a writer's work see history and the rest: all of it, once, in order.
func TestReplayAndThenLiveHasNeitherGapNorRepetition(t *testing.T) {
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		j := events.NewJournal(memory.New(memory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
		_, err := supervision.Start(s.System(), "node", supervision.Spec{
			Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
			Children:  []supervision.Child{supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...)},
		})
		require.NoError(s, err)
		s.Fault(sim.Space{Kinds: []sim.FaultKind{sim.Kill, sim.CrashAfter}, Processes: []string{"/node/journal"}}.Draw(s.Rand("plan"), 2)...)
		f, err := NewFeed(j, events.Query{Agent: "writer", Types: []string{"a", "b"}})
		require.NoError(s, err)
		seen := make([][]events.Position, 3)
		for i := range seen {
			actors.MustSpawn(s.System(), fmt.Sprint("reader", i), func() actors.Behavior[answer] { return &onlooker{f, &seen[i]} })
			writeAll(s, j, 3)
		}
		s.Calm()
		writeAll(s, j, 1)
		s.Advance(time.Minute)
		var want []events.Position
		for e, err := range j.Replay(s.Context(), 0) {
			require.NoError(s, err)
			if e.Type != "bad" {
				want = append(want, e.Position)
			}
		}
		for _, got := range seen {
			assert.Equal(s, want, got)
		}
	})
}

// onlooker is a process that reads a feed with a random credit.
type onlooker struct {
	f    Feed
	seen *[]events.Position
}

func (o *onlooker) Init(c *actors.Context[answer]) error {
	o.ask(c, 0)
	return nil
}

func (o *onlooker) ask(c *actors.Context[answer], after events.Position) {
	Ask(c, o.f, after, 1+c.Rand().IntN(3), func(b Batch, err error) answer { return answer{b, err} })
}

func (o *onlooker) Receive(c *actors.Context[answer], m answer) error {
	if m.err != nil {
		return m.err
	}
	for _, e := range m.b.Events {
		*o.seen = append(*o.seen, e.Position)
	}
	o.ask(c, m.b.Through)
	return nil
}

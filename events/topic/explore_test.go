// SPDX-License-Identifier: Apache-2.0

package topic

import (
	"errors"
	"flag"
	"fmt"
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

var seeds = flag.Int("seeds", 300, "seeds of each exploration")

// In any order of turns, with a bus and a journal that are killed, crash or hang, and with subscribers of every speed: each selected event is given once, in order, or lies in a gap.
func TestEverySelectedEventIsGivenOnceOrLiesInAGapInAnyOrderOfTurnsAndFaults(t *testing.T) {
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		j := events.NewJournal(memory.New(memory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
		bus := New(j, Options{Page: 2})
		_, err := supervision.Start(s.System(), "node", supervision.Spec{
			Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
			Children: []supervision.Child{
				supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
				supervision.Worker(bus.Name(), bus.Behavior, bus.ProcessOptions()...),
			},
		})
		require.NoError(s, err)
		logs := make([]log, 3)
		since := make([]events.Position, len(logs))
		moods := s.Rand("moods")
		for i := range logs {
			spec := Spec{Types: "work.*", Streams: "s/>", Events: 2 + 2*i, Page: 1 + i}
			l := &logs[i]
			if since[i], err = j.Head(s.Context()); err != nil {
				since[i] = 0
			}
			actors.MustSpawn(s.System(), fmt.Sprint("reader", i), func() actors.Behavior[came] {
				return &reader{bus: bus, spec: spec, took: func(c *actors.Context[came], _ *Subscription, m came) error {
					err := l.note(m)
					if moods.IntN(3) == 0 {
						err = errors.Join(err, c.System().Sleep(c, time.Duration(moods.IntN(3000))*time.Millisecond))
					}
					return err
				}}
			})
			if i == 0 {
				s.Fault(sim.Space{
					Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
					Processes: []string{"/node/journal", "/node/topics"}, MaxFor: time.Second,
				}.Draw(s.Rand("plan"), 3)...)
			}
			write(s, j, 6)
		}
		s.Advance(time.Minute)
		s.Calm()
		write(s, j, 3)
		s.Advance(time.Minute)

		for i, l := range logs {
			for k := 1; k < len(l.seen); k++ {
				require.Less(s, l.seen[k-1], l.seen[k], "reader %d: %v", i, l.seen)
			}
			given := map[events.Position]bool{}
			for _, p := range l.seen {
				given[p] = true
			}
			for e, err := range j.Replay(s.Context(), 0) {
				require.NoError(s, err)
				if selected := e.Type != "work.done.late" && e.Stream != "other"; !selected || e.Position <= since[i] {
					assert.False(s, given[e.Position], "reader %d was given %d", i, e.Position)
				} else {
					assert.True(s, l.accounts(e.Position), "reader %d does not know of %d: %v, gaps %v", i, e.Position, l.seen, l.gaps)
				}
			}
		}
	})
}

// write appends n events, through faults.
func write(s *sim.Sim, j *events.Journal, n int) {
	rng := s.Rand("writer")
	for i := range n {
		e := events.New{ID: events.ID{1, byte(i), byte(rng.Uint32()), byte(rng.Uint32())}, Type: []string{"work.done", "work.done.late"}[rng.IntN(2)]}
		stream := events.Stream([]string{"s/a", "s/b", "other"}[rng.IntN(3)])
		for {
			if _, err := j.Append(s.Context(), stream, events.Any, e); err == nil {
				break
			}
			e.ID[4]++ // the outcome is open: another event
			s.Advance(time.Second)
		}
		if rng.IntN(3) == 0 {
			s.Advance(time.Duration(rng.IntN(500)) * time.Millisecond)
		}
	}
}

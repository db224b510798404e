// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// moody agents work for some seconds, fail or panic, as they feel.
func moody(s *sim.Sim) agents.Kind {
	return agents.Native("moody", "Works as it feels.", func(spec agents.Spec) (agents.Worker, error) {
		mood := s.Rand(spec.ID)
		return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
			if err := s.System().Sleep(ctx, time.Duration(mood.IntN(3000))*time.Millisecond); err != nil {
				return nil, err
			}
			switch mood.IntN(8) {
			case 0:
				return nil, errors.New("not in the mood")
			case 1:
				panic("in a bad mood")
			}
			return t.Input, nil
		}), nil
	})
}

// produce is a queue with its journal in memory and three agents, where every process but the roots may crash or be killed: all that was
// accepted is done or has failed when the faults are over, and the results say so.
func produce(s *sim.Sim) {
	const tasks = 6
	journal := events.NewJournal(memory.New(memory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
	directory, listed := agents.NewDirectory(s.System(), "agents")
	queue, err := work.New(s.System(), work.Options{Epoch: "one", Journal: journal, Directory: directory, SnapshotEvery: 5})
	require.NoError(s, err)
	var results bytes.Buffer
	queue.WriterSink("results", &results)
	intensity := supervision.Intensity{Max: 1000, Within: time.Second}
	crew := supervision.Spec{Intensity: intensity}
	for i := range 3 {
		agent, err := agents.Child(agents.Spec{ID: fmt.Sprint("m", i)}, moody(s), directory)
		require.NoError(s, err)
		crew.Children = append(crew.Children, agent)
	}
	_, err = supervision.Start(s.System(), "node", supervision.Spec{
		Strategy: supervision.RestForOne, Intensity: intensity, Children: []supervision.Child{
			supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...),
			listed, supervision.Sub("work", queue.Spec()), supervision.Sub("crew", crew),
		},
	})
	require.NoError(s, err)
	s.Fault(sim.Space{
		Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
		Processes: []string{"/node/journal", "/node/agents", "/node/work/*", "/node/crew/*"}, MaxFor: time.Second,
	}.Draw(s.Rand("plan"), 3)...)
	for n := range tasks {
		spec := plan.Task{ID: fmt.Sprint("t", n), Kind: "moody", Input: json.RawMessage(fmt.Sprint(n)), Attempts: 5}
		for {
			receipts, err := queue.Submit(s.Context(), spec)
			if err == nil {
				require.NoError(s, receipts[0].Err)
				break
			}
			s.Note("submit %s: %v", spec.ID, err)
			s.Advance(time.Second)
			require.Less(s, s.Now().Sub(sim.Birth), time.Hour)
		}
	}
	s.Advance(time.Minute)
	s.Calm()
	stats, err := queue.WaitDone(s.Context())
	require.NoError(s, err)
	s.Note("%+v", stats)
	seen := map[string]int{}
	for line := range bytes.Lines(results.Bytes()) {
		o, err := lines.ParseOutcome(line)
		require.NoError(s, err)
		s.Note("%+v", o)
		seen[o.ID]++
	}
	require.Len(s, seen, tasks)
	for ev, err := range journal.Replay(s.Context(), 0) {
		require.NoError(s, err)
		s.Note("%s %s %s", ev.ID, ev.Type, ev.Data)
	}
}

func TestExploreAQueueWithItsJournalThreeTimesEach(t *testing.T) {
	sim.Explore(t, *seeds, produce, sim.Repeat(3))
}

// Appends that wait for room in a small journal wait as everything in a simulation does, in processes and in the body.
func TestExploreAJournalThatIsFull(t *testing.T) {
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		journal := events.NewJournal(memory.New(memory.Options{Now: s.Now}), events.JournalOptions{WaitAppends: 1, Entropy: s.Entropy("ids")})
		pid, err := journal.Start(s.System())
		require.NoError(s, err)
		written := 0
		write := func(ctx context.Context, from int) error {
			_, err := journal.Append(ctx, "all", events.Any, events.New{Type: "number", Data: json.RawMessage(fmt.Sprint(from))})
			if err == nil {
				written++
			}
			return err
		}
		for i := range 4 {
			spawn(s, fmt.Sprint("writer", i)).Tell(func(c *actors.Context[do]) error {
				for range 3 {
					if err := write(c, i); err != nil {
						return err
					}
				}
				return nil
			})
		}
		s.Fault(sim.Fault{Do: sim.Hang, Process: "/journal", Nth: 1 + s.Rand("hang").IntN(10), For: time.Second})
		require.NoError(s, write(s.Context(), 5))
		s.Advance(500 * time.Millisecond)
		s.System().WhereIs("writer0").Kill() // perhaps while it waits
		s.Advance(time.Minute)
		require.True(s, pid.Alive())
		require.GreaterOrEqual(s, written, 10)
		head, err := journal.Head(s.Context())
		require.NoError(s, err)
		require.GreaterOrEqual(s, int(head), written)
	}, sim.Patience(5*time.Second))
}

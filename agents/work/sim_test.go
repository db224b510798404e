// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// capricious agents work, fail or panic, as their own dice say, and in the end they work.
func capricious(s *sim.Sim) agents.Kind {
	all := map[string]*rand.Rand{} // of all incarnations: else each would die of what killed the one before
	return agents.Native("capricious", "Does what its dice say.", func(spec agents.Spec) (agents.Worker, error) {
		dice := all[spec.ID]
		if dice == nil {
			dice = s.Rand(spec.ID)
			all[spec.ID] = dice
		}
		return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
			if err := s.System().Sleep(ctx, time.Duration(dice.IntN(300))*time.Millisecond); err != nil {
				return nil, err
			}
			switch {
			case dice.IntN(8) == 0:
				panic("as the dice said")
			case dice.IntN(8) == 0:
				return nil, errors.New("as the dice said")
			}
			return t.Input, nil
		}), nil
	})
}

// A queue that forgets nearly everything is killed, paused and handed the same tasks again and again, while agents come and go. In the end the journal has one
// outcome of each task, and whoever watched one has seen it end.
func TestInAnyOrderOfTurnsATaskThatIsForgottenIsNotDoneAgain(t *testing.T) {
	var forgotten uint64
	sim.Explore(t, 150, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{})
		journal := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		dir, dirChild := agents.NewDirectory(sys, "agents")
		queue, err := work.New(sys, work.Options{Epoch: "e", Journal: journal, Directory: dir, SnapshotEvery: 20, Plan: plan.Spec{
			Remember: 1, Limit: 6, Attempts: 50, Poison: -1, Policy: plan.Performance, Backoff: plan.Backoff{Base: time.Millisecond},
			Kinds: map[string]plan.Quota{"k1": {Concurrency: 1}, "k2": {Rate: 20, Burst: 2}},
		}})
		require.NoError(s, err)
		crew := supervision.Spec{Intensity: supervision.Intensity{Max: 100_000}}
		for i := range 3 {
			c, err := agents.Child(agents.Spec{ID: fmt.Sprint("a", i), Concurrency: 2}, capricious(s), dir)
			require.NoError(s, err)
			crew.Children = append(crew.Children, c)
		}
		lasting := queue.Spec()
		lasting.Intensity = supervision.Intensity{Max: 100_000}
		_, err = supervision.Start(sys, "node", supervision.Spec{
			Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 100_000}, Children: []supervision.Child{
				supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...), dirChild,
				supervision.Sub("work", lasting), supervision.Sub("crew", crew),
			},
		})
		require.NoError(s, err)
		const tasks = 30
		dice := s.Rand("orders")
		ctx := context.Background()
		for range 60 {
			id := dice.IntN(tasks)
			switch dice.IntN(10) {
			case 0:
				if pid := sys.WhereIs(queue.Name()); pid.Alive() {
					pid.Kill()
				}
			case 1:
				if pid := sys.WhereIs(journal.Name()); pid.Alive() {
					pid.Kill()
				}
			case 2:
				_ = queue.Pause(ctx, "dice") // the queue may be between two lives
			case 3, 4:
				_ = queue.Unpause(ctx)
			default:
				_, _ = queue.TrySubmit(ctx, chore(id), chore((id+7)%tasks), chore(id)) // the end makes up for what is refused
			}
			s.Advance(time.Duration(dice.IntN(400)) * time.Millisecond)
		}
		s.Advance(time.Minute)
		require.NoError(s, queue.Unpause(ctx))
		for id := range tasks {
			receipts, err := queue.Submit(ctx, chore(id))
			require.NoError(s, err)
			require.NoError(s, receipts[0].Err)
		}
		stats, err := queue.WaitDone(ctx)
		require.NoError(s, err)
		forgotten += stats.Forgotten
		for id := range tasks {
			o, err := queue.Outcome(ctx, fmt.Sprint("t", id))
			require.NoError(s, err)
			require.Equal(s, plan.StateDone, o.State)
			var last work.Notice
			for n, err := range queue.Watch(ctx, o.ID) {
				require.NoError(s, err)
				last = n
			}
			require.Equal(s, plan.StateDone, last.State)
			page, err := journal.Query(ctx, events.Query{Correlation: queue.Correlation(o.ID)})
			require.NoError(s, err)
			ends, begins := 0, 0
			for _, e := range page.Events {
				switch e.Type {
				case plan.TypeAccepted:
					begins++
				case plan.TypeDone, plan.TypeDied, plan.TypeCancelled:
					ends++
				}
			}
			require.Equal(s, 1, begins, o.ID)
			require.Equal(s, 1, ends, o.ID)
		}
		require.NoError(s, sys.Close(ctx))
	})
	require.Greater(t, forgotten, uint64(100), "the queues did forget")
}

// chore is one of a number of tasks, the same each time it is asked for.
func chore(n int) plan.Task {
	return plan.Task{ID: fmt.Sprint("t", n), Kind: fmt.Sprint("k", n%3), Input: json.RawMessage(fmt.Sprint(n))}
}

// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

// The registry's owner and its holder, agents and the queue itself are killed again and again, while agents go into maintenance and come back. In the end every
// task has its outcome, and the queue thinks of each agent what the registry says.
func TestInAnyOrderOfTurnsTheQueueComesToThinkOfAgentsAsTheRegistryDoes(t *testing.T) {
	sim.Explore(t, 60, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{})
		journal := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		dir, dirChild := agents.NewDirectory(sys, "agents")
		sweep := dir.Sweep("sweep", agents.Sweep{})
		reg, regChild, err := registry.New(sys, registry.Options{
			Source: registry.FromDirectory(dir, "here"), Intensity: supervision.Intensity{Max: 100_000, Within: time.Second},
		})
		require.NoError(s, err)
		who, err := query.Parse(`kind = "capricious"`)
		require.NoError(s, err)
		queue, err := work.New(sys, work.Options{Epoch: "e", Journal: journal, Directory: dir, Registry: reg, Who: who, Plan: plan.Spec{
			Attempts: 100, Poison: -1, Policy: plan.LeastLoaded, Backoff: plan.Backoff{Base: time.Millisecond},
		}})
		require.NoError(s, err)
		crew := supervision.Spec{Intensity: supervision.Intensity{Max: 100_000}}
		for i := range 3 {
			c, err := agents.Child(agents.Spec{ID: fmt.Sprint("a", i)}, capricious(s), dir)
			require.NoError(s, err)
			crew.Children = append(crew.Children, c)
		}
		lasting := queue.Spec()
		lasting.Intensity = supervision.Intensity{Max: 100_000}
		_, err = supervision.Start(sys, "node", supervision.Spec{
			Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 100_000}, Children: []supervision.Child{
				supervision.Worker(journal.Name(), journal.Behavior, journal.ProcessOptions()...), dirChild, sweep, regChild,
				supervision.Sub("crew", crew), supervision.Sub("work", lasting),
			},
		})
		require.NoError(s, err)
		const tasks = 20
		dice := s.Rand("orders")
		ctx := context.Background()
		maintain := func(id string, on bool) {
			if info, ok := dir.Info(id); ok {
				info.Ref.Tell(agents.Maintain{On: on})
			}
		}
		kill := func(name string) {
			if pid := sys.WhereIs(name); pid.Alive() {
				pid.Kill()
			}
		}
		for range 40 {
			id := fmt.Sprint("a", dice.IntN(3))
			switch dice.IntN(9) {
			case 0, 1:
				kill(reg.Name())
			case 2:
				kill(reg.Name() + ".holder")
			case 3:
				kill(queue.Name())
			case 4:
				maintain(id, true)
			case 5:
				maintain(id, false)
			case 6:
				if info, ok := dir.Info(id); ok {
					info.PID.Kill()
				}
			default:
				_, _ = queue.TrySubmit(ctx, chore(dice.IntN(tasks))) // the end makes up for what is refused
			}
			s.Advance(time.Duration(dice.IntN(600)) * time.Millisecond)
		}
		for i := range 3 {
			maintain(fmt.Sprint("a", i), false)
		}
		s.Advance(time.Minute)
		for id := range tasks {
			_, err := queue.Submit(ctx, chore(id))
			require.NoError(s, err)
		}
		stats, err := queue.WaitDone(ctx)
		require.NoError(s, err)
		require.Equal(s, tasks, stats.Done, "%+v", stats)
		maintain("a1", true)
		s.Advance(3 * time.Second)
		v, err := queue.View(ctx)
		require.NoError(s, err)
		require.Len(s, v.Agents, 3)
		for _, w := range v.Agents {
			row, ok := reg.Lookup(registry.ID{Name: w.Agent.ID})
			require.True(s, ok)
			require.Equal(s, row.State == lifecycle.Maintenance, w.Standing.Out, w.Agent.ID)
			require.Equal(s, row.Health.Status > query.Healthy && !w.Standing.Out, w.Standing.Rank > 0, w.Agent.ID)
		}
		require.NoError(s, sys.Close(ctx))
	})
}

// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

var seeds = flag.Int("procurement.seeds", sim.Seeds(200), "how many orders of turns the procurement is tried in")

// The queue and the journal are killed, agents crash, and the hall fails before or behind what it does, in any order of turns: each task has one outcome, each award
// one settlement, and an agent is paid exactly for the results that count.
func TestInAnyOrderOfTurnsEveryTaskEndsOnceAndEveryAwardIsSettledOnce(t *testing.T) {
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{})
		journal := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		dir, dirChild := agents.NewDirectory(sys, "agents")
		h, dice := newHall(), s.Rand("hall")
		failing := true
		h.fail = func(string) (before, after error) {
			switch {
			case !failing:
				return nil, nil
			case dice.IntN(4) == 0:
				return errHall, nil
			case dice.IntN(4) == 0:
				return nil, errHall
			}
			return nil, nil
		}
		queue, err := work.New(sys, work.Options{
			Epoch: "e", Journal: journal, Directory: dir, SnapshotEvery: 20, Market: marketOf(h, map[string]money.Amount{"a0": 10, "a1": 12, "a2": 14}),
			Plan: plan.Spec{
				Policy: plan.Auction, Procurement: plan.Procurement{Batch: 1 + s.Rand("spec").IntN(3)}, Attempts: 50, Poison: -1,
				Backoff: plan.Backoff{Base: time.Millisecond}, Kinds: map[string]plan.Quota{"k1": {Concurrency: 1}, "k2": {Rate: 20, Burst: 2}},
			},
		})
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
		const tasks = 12
		orders, ctx := s.Rand("orders"), context.Background()
		for range 30 {
			switch orders.IntN(9) {
			case 0:
				if pid := sys.WhereIs(queue.Name()); pid.Alive() {
					pid.Kill()
				}
			case 1:
				if pid := sys.WhereIs(journal.Name()); pid.Alive() {
					pid.Kill()
				}
			case 2:
				_ = queue.Pause(ctx, "dice")
			case 3:
				_ = queue.Unpause(ctx)
			case 4:
				_ = queue.Cancel(ctx, fmt.Sprint("t", orders.IntN(tasks)), "dice")
			default:
				_, _ = queue.TrySubmit(ctx, chore(orders.IntN(tasks)), chore(orders.IntN(tasks)))
			}
			s.Advance(time.Duration(orders.IntN(300)) * time.Millisecond)
		}
		failing = false
		s.Advance(time.Minute)
		for _, do := range []func() error{func() error { return queue.Unpause(ctx) }, func() error {
			_, err := queue.WaitDone(ctx)
			return err
		}} {
			require.NoError(s, do())
		}
		paid := map[string]int{}
		for _, d := range h.deals(s) {
			if d.Verdict == plan.Delivered {
				paid[d.Task]++
			}
		}
		for id := range tasks {
			o, err := queue.Outcome(ctx, fmt.Sprint("t", id))
			if errors.Is(err, plan.ErrUnknown) {
				continue // never accepted
			}
			require.NoError(s, err)
			want := 0
			if o.State == plan.StateDone {
				want = 1
			}
			require.Equal(s, want, paid[o.ID], "%s is %v", o.ID, o.State)
		}
		require.NoError(s, sys.Close(ctx))
	})
}

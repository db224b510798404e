// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/task"
	"mabeam.dev/testkit/sim"
)

const simSeeds = 1000

// In any order of turns, with items that fail, hang, or are killed, and with a consumer that leaves, stops or is killed in between: results
// are in order and right, no more tasks run than may, and nothing is left.
func TestStreamsInAnyOrderOfTurns(t *testing.T) {
	sim.Explore(t, simSeeds, func(s *sim.Sim) {
		rng := s.Rand("plan")
		n, items, leave := 1+rng.IntN(3), rng.IntN(8), rng.IntN(10)
		kinds := make([]int, items)
		for i := range kinds {
			kinds[i] = rng.IntN(6)
		}
		end := rng.IntN(4)
		broken := rng.IntN(4) == 0
		if broken { // the process between the consumer and the tasks
			do := []sim.FaultKind{sim.Crash, sim.Kill}[rng.IntN(2)]
			s.Fault(sim.Fault{Do: do, Process: "/consumer/*", Nth: 1 + rng.IntN(10)})
		}
		sys := s.System()
		tasks, err := task.Start(sys, "tasks", task.Spec{MaxChildren: n})
		require.NoError(s, err)
		got := 0
		var begun []actors.PID
		running := func() (n int) {
			for _, pid := range begun {
				if !pid.Fenced() { // what a killed task's function still does is not the stream's
					n++
				}
			}
			return n
		}
		consumer := actors.MustSpawn(sys, "consumer", actors.Stateless(func(c *cx, m do) error { return m(c) }))
		work := func(ctx *task.Context, i int) (int, error) {
			begun = append(begun, ctx.PID())
			assert.LessOrEqual(s, running(), n)
			switch kinds[i] {
			case 0:
				return 0, errOops
			case 1:
				ctx.PID().Kill()
				return i, nil
			case 2:
				return i, ctx.System().Sleep(ctx, time.Hour)
			default:
				return i, ctx.System().Sleep(ctx, time.Duration(kinds[i]-3)*time.Second)
			}
		}
		input := func(yield func(int) bool) {
			for i := range items {
				if !yield(i) {
					return
				}
			}
		}
		finished := false
		consumer.Tell(func(c *cx) error {
			for v, err := range task.Stream(c, tasks, input, n, work) {
				if got == leave {
					break
				}
				var item *task.ItemError[int]
				if err != nil && !errors.As(err, &item) {
					assert.True(s, broken || c.Err() != nil, "%v", err)
					break
				}
				if err != nil && assert.ErrorAs(s, err, &item) {
					assert.Less(s, kinds[item.Index], 3)
					assert.Equal(s, got, item.Index)
					assert.Equal(s, kinds[item.Index] == 2, errors.Is(err, actors.ErrTimeout))
				} else {
					assert.GreaterOrEqual(s, kinds[got], 3)
					assert.Equal(s, got, v)
				}
				got++
			}
			finished = true
			return nil
		})
		s.Advance(time.Duration(rng.IntN(7)) * time.Second)
		switch end {
		case 0:
			consumer.PID().Kill()
		case 1:
			consumer.PID().Stop()
		}
		s.Advance(time.Hour)
		assert.True(s, finished)
		if end > 1 && !broken {
			assert.Equal(s, min(items, leave), got)
		}
		consumer.PID().Kill()
		s.Settle()
		assert.Equal(s, 1, sys.Len(), "the supervisor")
		assert.Zero(s, running())
		counts, err := tasks.Count(context.Background())
		assert.NoError(s, err)
		assert.Zero(s, counts)
	})
}

// In any order of turns, a task that is awaited while it, its owner and its supervisor may be killed has one outcome, and leaves nothing.
func TestAwaitInAnyOrderOfTurns(t *testing.T) {
	sim.Explore(t, simSeeds, func(s *sim.Sim) {
		rng := s.Rand("plan")
		sys := s.System()
		tasks, err := task.Start(sys, "tasks", task.Spec{})
		require.NoError(s, err)
		var tk *task.Task[int]
		outcomes := 0
		owner := actors.MustSpawn(sys, "owner", actors.Stateless(func(c *cx, m do) error { return m(c) }))
		linked := rng.IntN(2) == 0
		work := after(time.Duration(rng.IntN(3))*time.Second, 7)
		if rng.IntN(3) == 0 {
			work = failing
		}
		owner.Tell(func(c *cx) error {
			start := task.AsyncNoLink[int]
			if linked {
				start = task.Async[int]
			}
			var err error
			if tk, err = start(c, tasks, work); err != nil {
				return nil
			}
			v, err := task.Await(c, tk)
			outcomes++
			if err == nil {
				assert.Equal(s, 7, v)
				again, err := task.Await(c, tk)
				assert.NoError(s, err)
				assert.Equal(s, 7, again)
			}
			return nil
		})
		for range rng.IntN(4) {
			s.Advance(time.Duration(rng.IntN(1500)) * time.Millisecond)
			switch rng.IntN(4) {
			case 0:
				owner.PID().Kill()
			case 1:
				tasks.PID().Kill()
			case 2:
				if tk != nil {
					tk.PID().Kill()
				}
			case 3:
				owner.PID().Stop()
			}
		}
		s.Advance(time.Minute)
		owner.PID().Kill()
		tasks.PID().Kill()
		s.Settle()
		assert.LessOrEqual(s, outcomes, 1)
		assert.Zero(s, sys.Len())
	})
}

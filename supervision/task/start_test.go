// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/task"
)

// A supervisor has no more tasks than it may; the refusal changes nothing.
func TestMaxChildrenLimitsTasks(t *testing.T) {
	for name, async := range starters {
		t.Run(name, func(t *testing.T) {
			bubble(t, task.Spec{MaxChildren: 1}, func(t *testing.T, w *world) {
				in(w.spawn(t), func(c *cx) {
					tk, err := async(c, w.tasks, forever)
					assert.NoError(t, err)
					_, err = async(c, w.tasks, answer(1))
					assert.ErrorIs(t, err, task.ErrMaxChildren)
					_, err = w.tasks.StartChild(c, func(*task.Context) error { return nil })
					assert.ErrorIs(t, err, task.ErrMaxChildren)
					_, _, err = task.Shutdown(c, tk, 0)
					assert.NoError(t, err)
				})
				for range 100 {
					tk, err := async(t.Context(), w.tasks, answer(1))
					require.NoError(t, err, "a task that has ended takes no room")
					_, err = task.Await(t.Context(), tk)
					require.NoError(t, err)
					synctest.Wait() // until the supervisor knows
				}
			})
		})
	}
}

// A task is stopped with its supervisor as its own shutdown says: within 5 s, or as an option has it.
func TestATaskIsStoppedWithItsSupervisor(t *testing.T) {
	for _, c := range []struct {
		name   string
		f      func(*task.Context) (int, error)
		option []task.Option
		why    string
		took   time.Duration
	}{
		{"at once", forever, nil, "shutdown", 0},
		{"after the default", stuck, nil, "killed", 5 * time.Second},
		{"after another time", stuck, []task.Option{task.StopWithin(supervision.After(time.Minute))}, "killed", time.Minute},
		{"killed", forever, []task.Option{task.StopWithin(supervision.Brutal)}, "killed", 0},
		{"waited for", stuck, []task.Option{task.StopWithin(supervision.Infinity)}, "shutdown", 24 * time.Hour},
	} {
		for name, async := range starters {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				bubble(t, task.Spec{}, func(t *testing.T, w *world) {
					tk, err := async(t.Context(), w.tasks, c.f, c.option...)
					require.NoError(t, err)
					synctest.Wait()
					begin := time.Now()
					w.tasks.PID().Stop()
					_, err = w.tasks.PID().Await(t.Context())
					require.NoError(t, err)
					assert.Equal(t, c.took, time.Since(begin))
					assert.Equal(t, c.why, why(t, tk.PID()))
					_, err = task.Await(t.Context(), tk)
					var ended *task.ExitError
					if c.took < 24*time.Hour {
						require.ErrorAs(t, err, &ended)
						assert.Equal(t, c.why, ended.Reason.String())
					}
					time.Sleep(24 * time.Hour)
				})
			})
		}
	}
}

// What cannot be: a task with a result that is restarted, an impossible shutdown, no function, a supervisor that has ended.
func TestStartsThatAreRefused(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		_, err := task.Async(t.Context(), w.tasks, answer(1), task.RestartAs(supervision.Permanent))
		require.ErrorIs(t, err, task.ErrRestarts)
		_, err = task.Async(t.Context(), w.tasks, answer(1), task.StopWithin(supervision.After(-1)))
		var faults supervision.Faults
		require.ErrorAs(t, err, &faults)
		_, err = w.tasks.StartChild(t.Context(), func(*task.Context) error { return nil }, task.StopWithin(supervision.After(-1)))
		require.ErrorAs(t, err, &faults)
		assert.Panics(t, func() { _, _ = task.Async[int](t.Context(), w.tasks, nil) })
		assert.Panics(t, func() { _, _ = w.tasks.StartChild(t.Context(), nil) })
		w.tasks.PID().Kill()
		_, err = task.Async(t.Context(), w.tasks, answer(1))
		require.ErrorIs(t, err, actors.ErrNoProc)
	})
}

// A task knows who has asked for it, over any number of tasks.
func TestATaskKnowsItsCallers(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		var outer, inner, child []actors.PID
		var parent actors.PID
		owner := w.spawn(t)
		in(owner, func(c *cx) {
			assert.Empty(t, task.Callers(c))
			tk, err := task.Async(c, w.tasks, func(ctx *task.Context) (int, error) {
				outer, parent = task.Callers(ctx), ctx.PID()
				derived, cancel := context.WithCancel(ctx)
				defer cancel()
				tk, err := task.Async(derived, w.tasks, func(ctx *task.Context) (int, error) {
					inner = task.Callers(ctx)
					_, err := w.tasks.StartChild(ctx, func(ctx *task.Context) error {
						child = task.Callers(ctx)
						return nil
					})
					return 0, err
				})
				if err != nil {
					return 0, err
				}
				return task.Await(derived, tk)
			})
			assert.NoError(t, err)
			_, err = task.Await(c, tk)
			assert.NoError(t, err)
		})
		assert.Equal(t, []actors.PID{owner.PID()}, outer)
		assert.Equal(t, []actors.PID{parent, owner.PID()}, inner)
		require.Len(t, child, 3)
		assert.Equal(t, []actors.PID{parent, owner.PID()}, child[1:])
	})
}

// A start whose caller could not wait for it is no start: when the supervisor comes to it, nobody wants it.
func TestAStartThatFailsLeavesNoTask(t *testing.T) {
	for name, start := range map[string]func(ctx context.Context, w *world, f func(*task.Context) (int, error)) error{
		"Async": func(ctx context.Context, w *world, f func(*task.Context) (int, error)) error {
			_, err := task.Async(ctx, w.tasks, f)
			return err
		},
		"AsyncNoLink": func(ctx context.Context, w *world, f func(*task.Context) (int, error)) error {
			_, err := task.AsyncNoLink(ctx, w.tasks, f)
			return err
		},
		"StartChild": func(ctx context.Context, w *world, f func(*task.Context) (int, error)) error {
			_, err := w.tasks.StartChild(ctx, func(ctx *task.Context) error {
				_, err := f(ctx)
				return err
			}, task.RestartAs(supervision.Permanent))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, task.Spec{}, func(t *testing.T, w *world) {
				hold, began := make(chan struct{}), false
				go func() { // it ends when hold is closed
					_, _ = w.tasks.Supervisor().StartChild(context.Background(), supervision.Child{ID: "slow", Start: func(actors.Spawner, any) (actors.PID, error) {
						<-hold
						return actors.PID{}, actors.ErrIgnore
					}})
				}()
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				err := start(ctx, w, func(*task.Context) (int, error) {
					began = true
					return 0, nil
				})
				require.ErrorIs(t, err, context.DeadlineExceeded)
				close(hold)
				assert.Empty(t, w.children(t))
				assert.False(t, began)
			})
		})
	}
}

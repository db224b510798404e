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
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/task"
)

// A task is a child of its supervisor until it ends, and its result is its owner's.
func TestATaskRunsUnderItsSupervisor(t *testing.T) {
	for name, async := range starters {
		t.Run(name, func(t *testing.T) {
			bubble(t, task.Spec{}, func(t *testing.T, w *world) {
				owner := w.spawn(t)
				in(owner, func(c *cx) {
					tk, err := async(c, w.tasks, after(time.Second, 7))
					if !assert.NoError(t, err) {
						return
					}
					assert.Equal(t, c.PID(), tk.Owner())
					assert.Equal(t, w.tasks.PID(), tk.PID().Parent())
					pids, err := w.tasks.Children(c)
					assert.NoError(t, err)
					assert.Equal(t, []actors.PID{tk.PID()}, pids)
					v, err := task.Await(c, tk)
					assert.NoError(t, err)
					assert.Equal(t, 7, v)
					assert.Equal(t, "normal", reason(tk.PID()))
					again, err := task.Await(c, tk)
					assert.NoError(t, err, "a result can be asked for again")
					assert.Equal(t, 7, again)
				})
				time.Sleep(2 * time.Second)
				assert.Empty(t, w.children(t))
				assert.True(t, owner.PID().Alive())
			})
		})
	}
}

// starters are the two ways to start a task with a result.
var starters = map[string]func(context.Context, *task.Supervisor, func(*task.Context) (int, error), ...task.Option) (*task.Task[int], error){
	"Async": task.Async[int], "AsyncNoLink": task.AsyncNoLink[int],
}

func reason(who actors.PID) string {
	why, _ := who.Reason()
	return why.String()
}

// Async links: a crash of the task ends its caller, a crash of the caller its task.
func TestAsyncLinksTheTaskToItsCaller(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		owner := w.spawn(t)
		in(owner, func(c *cx) { _, _ = task.Async(c, w.tasks, failing) })
		assert.Contains(t, why(t, owner.PID()), "oops")

		owner = w.spawn(t)
		var tk *task.Task[int]
		in(owner, func(c *cx) { tk, _ = task.Async(c, w.tasks, forever) })
		owner.PID().Exit(exit.CrashOf(&exit.CrashError{Cause: errOops}))
		assert.Contains(t, why(t, tk.PID()), "oops")
		assert.Empty(t, w.children(t))

		owner = w.spawn(t)
		in(owner, func(c *cx) { tk, _ = task.Async(c, w.tasks, forever) })
		owner.Tell(func(*cx) error { return actors.Stop })
		assert.Equal(t, "normal", why(t, owner.PID()))
		assert.True(t, tk.PID().Alive(), "a normal end is no news, as for any link")
	})
}

// A caller that traps exits hears of a crash twice: as an exit signal and as the outcome.
func TestATrappingCallerOutlivesItsTask(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		var heard []actors.Exit
		owner := w.spawnTrapping(t, &heard)
		var pid actors.PID
		in(owner, func(c *cx) {
			tk, err := task.Async(c, w.tasks, failing)
			assert.NoError(t, err)
			pid = tk.PID()
			_, err = task.Await(c, tk)
			assert.ErrorIs(t, err, errOops)
		})
		require.Len(t, heard, 1)
		assert.Equal(t, pid, heard[0].From)
	})
}

// AsyncNoLink leaves caller and task to themselves.
func TestAsyncNoLinkDoesNotLink(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		owner := w.spawn(t)
		var tk *task.Task[int]
		in(owner, func(c *cx) {
			failed, err := task.AsyncNoLink(c, w.tasks, failing)
			assert.NoError(t, err)
			_, err = task.Await(c, failed)
			assert.ErrorIs(t, err, errOops)
			tk, err = task.AsyncNoLink(c, w.tasks, forever)
			assert.NoError(t, err)
		})
		owner.PID().Kill()
		synctest.Wait()
		assert.True(t, tk.PID().Alive())
	})
}

// A caller that has died before its task starts takes it along all the same.
func TestATaskOfADeadCallerDoesNotBegin(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		hold, began := make(chan struct{}), false
		go func() { // it ends when hold is closed
			_, _ = w.tasks.Supervisor().StartChild(t.Context(), supervision.Child{ID: "slow", Start: func(actors.Spawner, any) (actors.PID, error) {
				<-hold
				return actors.PID{}, actors.ErrIgnore
			}})
		}()
		synctest.Wait()
		owner := w.spawn(t)
		in(owner, func(c *cx) {
			_, _ = task.Async(c, w.tasks, func(*task.Context) (int, error) {
				began = true
				return 0, nil
			})
		})
		owner.PID().Kill()
		close(hold)
		assert.Empty(t, w.children(t))
		assert.False(t, began)
	})
}

// Outside of processes a task has no owner: nobody is linked to it, and anybody may ask.
func TestATaskOfNoProcessIsEverybodys(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		tk, err := task.Async(t.Context(), w.tasks, failing)
		require.NoError(t, err)
		assert.True(t, tk.Owner().IsZero())
		in(w.spawn(t), func(c *cx) {
			_, err := task.Await(c, tk)
			assert.ErrorIs(t, err, errOops)
		})
		_, err = task.Await(t.Context(), tk)
		require.ErrorIs(t, err, errOops)
	})
}

// Only the owner may ask for a result, under its own context or one derived from it.
func TestOnlyTheOwnerMayAsk(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		owner, other := w.spawn(t), w.spawn(t)
		var tk *task.Task[int]
		in(owner, func(c *cx) { tk, _ = task.Async(c, w.tasks, answer(1)) })
		refused := func(ctx context.Context) {
			_, err := task.Await(ctx, tk)
			assert.ErrorIs(t, err, task.ErrNotOwner)
			_, _, err = task.Yield(ctx, tk, time.Second)
			assert.ErrorIs(t, err, task.ErrNotOwner)
			_, _, err = task.Shutdown(ctx, tk, supervision.Brutal)
			assert.ErrorIs(t, err, task.ErrNotOwner)
		}
		in(other, func(c *cx) {
			refused(c)
			assert.ErrorIs(t, task.Then(c, tk, func(int, error) do { return nil }), task.ErrNotOwner)
		})
		refused(t.Context())
		in(owner, func(c *cx) {
			derived, cancel := c.WithTimeout(time.Second)
			defer cancel()
			v, err := task.Await(derived, tk)
			assert.NoError(t, err)
			assert.Equal(t, 1, v)
		})
	})
}

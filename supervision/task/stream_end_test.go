// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"context"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/task"
)

// Whoever leaves a stream early leaves nothing behind: tasks in hand are stopped, each within its shutdown time.
func TestLeavingAStreamStopsItsTasks(t *testing.T) {
	leaving := map[string]func(seq iter.Seq2[int, error]){
		"break": func(seq iter.Seq2[int, error]) {
			for range seq {
				break
			}
		},
		"panic": func(seq iter.Seq2[int, error]) {
			defer func() { _ = recover() }()
			for range seq {
				panic("oops")
			}
		},
	}
	for name, leave := range leaving {
		t.Run(name, func(t *testing.T) {
			both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
				var mu sync.Mutex
				var begun []actors.PID
				leave(task.Stream(ctx, w.tasks, slices.Values([]int{0, 1, 1, 1}), 4, func(ctx *task.Context, n int) (int, error) {
					mu.Lock()
					begun = append(begun, ctx.PID())
					mu.Unlock()
					if n == 0 {
						return 0, ctx.System().Sleep(ctx, time.Second)
					}
					return forever(ctx)
				}, task.Within(0)))
				assert.Len(t, begun, 4)
				for _, pid := range begun {
					assert.False(t, pid.Alive(), "they have ended when the loop has")
				}
			})
		})
	}
}

// Tasks that do not notice that they are stopped are killed when their common time is over.
func TestLeavingAStreamKillsWhatDoesNotStop(t *testing.T) {
	for _, c := range []struct {
		name   string
		option []task.Option
		took   time.Duration
	}{
		{"the default", nil, 5 * time.Second},
		{"another time", []task.Option{task.StopWithin(supervision.After(time.Minute))}, time.Minute},
		{"at once", []task.Option{task.StopWithin(supervision.Brutal)}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, task.Spec{}, func(t *testing.T, w *world) {
				began := time.Now()
				for range task.Stream(t.Context(), w.tasks, slices.Values([]int{0, 1, 1}), 3, func(ctx *task.Context, n int) (int, error) {
					if n == 0 {
						return 0, nil
					}
					return stuck(ctx)
				}, append(c.option, task.Within(0))...) {
					synctest.Wait()
					break
				}
				assert.Equal(t, c.took, time.Since(began))
				assert.Empty(t, w.children(t))
				time.Sleep(25 * time.Hour)
			})
		})
	}
}

// A supervisor that is full ends the stream with an error; what ran is stopped.
func TestAStreamEndsWhenTheSupervisorIsFull(t *testing.T) {
	both(t, task.Spec{MaxChildren: 1}, func(t *testing.T, w *world, ctx context.Context) {
		_, errs := collect(task.Stream(ctx, w.tasks, slices.Values([]int{1, 2, 3}), 2, sleeping))
		if !assert.Len(t, errs, 1) {
			return
		}
		assert.ErrorIs(t, errs[0], task.ErrMaxChildren)
		var item *task.ItemError[int]
		assert.NotErrorAs(t, errs[0], &item)
		_ = w.Sleep(ctx, time.Nanosecond) // until the supervisor knows
		tk, err := task.AsyncNoLink(ctx, w.tasks, answer(1))
		if assert.NoError(t, err, "there is room again") {
			_, err = task.Await(ctx, tk)
			assert.NoError(t, err)
		}
	})
}

// So does a supervisor that has ended, before or during the stream.
func TestAStreamEndsWithItsSupervisor(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		var errs []error
		for _, err := range task.Stream(t.Context(), w.tasks, slices.Values([]int{0, 1, 1, 1}), 2, sleeping) {
			w.tasks.PID().Kill()
			errs = append(errs, err)
		}
		require.GreaterOrEqual(t, len(errs), 2)
		require.NoError(t, errs[0])
		require.ErrorIs(t, errs[len(errs)-1], actors.ErrNoProc)
		_, errs = collect(task.Stream(t.Context(), w.tasks, slices.Values([]int{0}), 1, sleeping))
		require.Len(t, errs, 1)
		require.ErrorIs(t, errs[0], actors.ErrNoProc)
		var none task.Supervisor
		_, errs = collect(task.Stream(t.Context(), &none, slices.Values([]int{0}), 1, sleeping))
		require.Len(t, errs, 1)
		require.ErrorIs(t, errs[0], actors.ErrNoProc)
		synctest.Wait()
		assert.Zero(t, w.Len())
	})
}

// And so does the end of the whole system, which no consumer outside of it could prevent.
func TestAStreamEndsWithItsSystem(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		time.AfterFunc(time.Second, func() { _ = w.Close(context.Background()) })
		_, errs := collect(task.Stream(t.Context(), w.tasks, slices.Values([]int{0, 9, 9, 9}), 2, sleeping, task.Within(0)))
		require.GreaterOrEqual(t, len(errs), 2)
		require.NoError(t, errs[0])
		require.Error(t, errs[len(errs)-1])
		synctest.Wait()
		assert.Zero(t, w.Len())
	})
}

// The end of ctx ends the stream with its cause, and the tasks with it.
func TestAStreamEndsWithItsContext(t *testing.T) {
	both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
		limited, cancel := context.WithCancelCause(ctx)
		defer time.AfterFunc(time.Second, func() { cancel(errOops) }).Stop()
		_, errs := collect(task.Stream(limited, w.tasks, slices.Values([]int{0, 9, 9}), 3, sleeping, task.Within(0)))
		if assert.Len(t, errs, 2) {
			assert.NoError(t, errs[0])
			assert.ErrorIs(t, errs[1], errOops)
		}
	})
}

// A consumer that ends in the middle of a stream, however, takes the tasks along.
func TestTheTasksOfAStreamEndWithTheirConsumer(t *testing.T) {
	for name, end := range map[string]func(who actors.PID){"stop": actors.PID.Stop, "kill": actors.PID.Kill} {
		t.Run(name, func(t *testing.T) {
			bubble(t, task.Spec{}, func(t *testing.T, w *world) {
				owner := w.spawn(t)
				start(owner, func(c *cx) {
					collect(task.Stream(c, w.tasks, slices.Values([]int{9, 9, 9, 9}), 2, sleeping, task.Within(0)))
				})
				require.Len(t, w.children(t), 2)
				end(owner.PID())
				assert.Empty(t, w.children(t))
				assert.Equal(t, 1, w.Len())
			})
		})
	}
}

// A consumer that traps exits gets no notice of a stream that is over.
func TestAStreamLeavesNoNotices(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		var heard []actors.Exit
		owner := w.spawnTrapping(t, &heard)
		in(owner, func(c *cx) {
			_, errs := collect(task.Stream(c, w.tasks, slices.Values([]int{0, -1}), 2, func(_ *task.Context, n int) (int, error) {
				if n < 0 {
					return 0, errOops
				}
				return n, nil
			}))
			assert.Len(t, errs, 2)
			for range task.Stream(c, w.tasks, slices.Values([]int{0, 9}), 2, sleeping) {
				break
			}
		})
		assert.Empty(t, heard)
		assert.True(t, owner.PID().Alive())
	})
}

// A loop may be left after failures as at any other place.
func TestAStreamOfFailuresMayBeLeft(t *testing.T) {
	both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
		var inputs []int
		for _, err := range task.Stream(ctx, w.tasks, slices.Values([]int{1, 2, 3, 4, 5, 6, 7, 8}), 4, func(*task.Context, int) (int, error) {
			return 0, errOops
		}) {
			var item *task.ItemError[int]
			if !assert.ErrorAs(t, err, &item) {
				break
			}
			assert.ErrorIs(t, err, errOops)
			if inputs = append(inputs, item.Input); len(inputs) == 4 {
				break
			}
		}
		assert.Equal(t, []int{1, 2, 3, 4}, inputs)
	})
}

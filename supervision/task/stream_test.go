// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/task"
)

// both runs a test of streams with a process and with a plain goroutine as the consumer. What a stream left behind fails it.
func both(t *testing.T, spec task.Spec, body func(t *testing.T, w *world, ctx context.Context)) {
	t.Helper()
	t.Run("a process", func(t *testing.T) {
		bubble(t, spec, func(t *testing.T, w *world) {
			owner := w.spawn(t)
			done := make(chan struct{}) // closed by the process when body has returned
			start(owner, func(c *cx) {
				defer close(done)
				body(t, w, c)
			})
			<-done
			synctest.Wait()
			assert.True(t, owner.PID().Alive())
			assert.Equal(t, 2, w.Len(), "the supervisor and the consumer")
			assert.Zero(t, w.Totals().DeadLetters)
		})
	})
	t.Run("a goroutine", func(t *testing.T) {
		bubble(t, spec, func(t *testing.T, w *world) {
			body(t, w, t.Context())
			synctest.Wait()
			assert.Equal(t, 1, w.Len(), "the supervisor")
		})
	})
}

// sleeping is a task that takes as many seconds as its item says and returns it.
func sleeping(ctx *task.Context, n int) (int, error) {
	return n, ctx.System().Sleep(ctx, time.Duration(n)*time.Second)
}

// collect ranges over a stream.
func collect[T any](seq iter.Seq2[T, error]) (values []T, errs []error) {
	for v, err := range seq {
		values, errs = append(values, v), append(errs, err)
	}
	return values, errs
}

// Results come in the order of the input, whatever order the tasks end in, and each as soon as it can.
func TestAStreamKeepsTheOrderOfItsInput(t *testing.T) {
	for _, input := range [][]int{{1, 2, 3, 4}, {4, 3, 2, 1}, {2, 0, 4, 0, 0}, {}} {
		both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
			began := w.Now()
			var values []int
			for v, err := range task.Stream(ctx, w.tasks, slices.Values(input), 8, sleeping) {
				assert.NoError(t, err)
				values = append(values, v)
				assert.Equal(t, time.Duration(slices.Max(values))*time.Second, w.Now().Sub(began), "nothing is held back")
			}
			assert.Equal(t, input, append([]int{}, values...))
		})
	}
}

// At most n tasks run at once, and as many as that.
func TestAStreamRunsAtMostNTasksAtOnce(t *testing.T) {
	both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
		var running, most atomic.Int32
		began := w.Now()
		_, errs := collect(task.Stream(ctx, w.tasks, slices.Values(make([]int, 10)), 3, func(ctx *task.Context, _ int) (int, error) {
			now := running.Add(1)
			defer running.Add(-1)
			for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
			}
			return 0, ctx.System().Sleep(ctx, time.Second)
		}))
		assert.Equal(t, make([]error, 10), errs)
		assert.Equal(t, int32(3), most.Load())
		assert.Equal(t, 4*time.Second, w.Now().Sub(began))
	})
}

// While one item is late others go on, but not without limit: no more than 16n items are read.
func TestAStreamDoesNotReadFarAhead(t *testing.T) {
	both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
		read := 0
		endless := func(yield func(int) bool) {
			for read = 1; yield(read); read++ {
			}
		}
		for v, err := range task.Stream(ctx, w.tasks, endless, 2, func(ctx *task.Context, n int) (int, error) {
			if n == 1 {
				return n, ctx.System().Sleep(ctx, time.Second)
			}
			return n, nil
		}) {
			assert.NoError(t, err)
			if v == 1 {
				assert.Equal(t, 33, read, "32 are begun, and one waits for room")
			}
			if v == 1000 {
				break
			}
		}
		assert.Less(t, read, 1000+40)
	})
}

// An item that fails is an error in its place that says which item it was; the stream goes on.
func TestAnItemThatFailsIsAnErrorInItsPlace(t *testing.T) {
	both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
		values, errs := collect(task.Stream(ctx, w.tasks, slices.Values([]string{"a", "b", "c", "d"}), 2, func(ctx *task.Context, s string) (string, error) {
			switch s {
			case "b":
				return "", errOops
			case "c":
				panic("oops")
			}
			return s + s, nil
		}))
		assert.Equal(t, []string{"aa", "", "", "dd"}, values)
		for i, err := range errs {
			if i == 0 || i == 3 {
				assert.NoError(t, err)
				continue
			}
			var item *task.ItemError[string]
			if assert.ErrorAs(t, err, &item) {
				assert.Equal(t, i, item.Index)
				assert.Equal(t, "abcd"[i:i+1], item.Input)
			}
			var ended *task.ExitError
			assert.ErrorAs(t, err, &ended)
		}
		assert.ErrorIs(t, errs[1], errOops)
	})
}

// An item has its own time, from the start of its task; what has not ended by then is killed.
func TestAnItemThatTakesTooLongIsAnErrorInItsPlace(t *testing.T) {
	for _, c := range []struct {
		name   string
		within []task.Option
		input  []int
		late   []bool
		took   time.Duration
	}{
		{"the default", nil, []int{1, 6, 4}, []bool{false, true, false}, 5 * time.Second},
		{"shorter", []task.Option{task.Within(2 * time.Second)}, []int{1, 3, 1}, []bool{false, true, false}, 2 * time.Second},
		{"none", []task.Option{task.Within(0)}, []int{1, 3600}, []bool{false, false}, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
				began := w.Now()
				_, errs := collect(task.Stream(ctx, w.tasks, slices.Values(c.input), 4, sleeping, c.within...))
				if !assert.Len(t, errs, len(c.input)) {
					return
				}
				for i, late := range c.late {
					var item *task.ItemError[int]
					if !late {
						assert.NoError(t, errs[i])
					} else if assert.ErrorIs(t, errs[i], actors.ErrTimeout) && assert.ErrorAs(t, errs[i], &item) {
						assert.Equal(t, c.input[i], item.Input)
					}
				}
				assert.Equal(t, c.took, w.Now().Sub(began))
			})
		})
	}
}

// As many tasks at once as the supervisor allows are never too many: each has ended for the supervisor before the next is begun.
func TestAStreamOfAsManyTasksAsAreAllowed(t *testing.T) {
	both(t, task.Spec{MaxChildren: 3}, func(t *testing.T, w *world, ctx context.Context) {
		_, errs := collect(task.Stream(ctx, w.tasks, slices.Values(make([]int, 300)), 3, sleeping))
		assert.Equal(t, make([]error, 300), errs)
	})
}

// A stream in a task of a stream: its tasks know their callers, and the processes in between are not among them.
func TestAStreamInATaskOfAStream(t *testing.T) {
	both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
		var outer []actors.PID
		if c, ok := actors.CallerOf(ctx); ok {
			outer = []actors.PID{c.PID()}
		}
		values, errs := collect(task.Stream(ctx, w.tasks, slices.Values([]int{1, 2}), 2, func(ctx *task.Context, n int) (int, error) {
			assert.Equal(t, outer, task.Callers(ctx))
			sum := 0
			for v, err := range task.Stream(ctx, w.tasks, slices.Values([]int{10, 20}), 2, func(inner *task.Context, m int) (int, error) {
				assert.Equal(t, append([]actors.PID{ctx.PID()}, outer...), task.Callers(inner))
				return n * m, nil
			}) {
				if err != nil {
					return 0, err
				}
				sum += v
			}
			return sum, nil
		}))
		assert.Equal(t, []int{30, 60}, values)
		assert.Equal(t, []error{nil, nil}, errs)
	})
}

// A stream is made anew each time it is ranged over, and starts nothing before.
func TestAStreamMayBeRangedOverAgain(t *testing.T) {
	both(t, task.Spec{}, func(t *testing.T, w *world, ctx context.Context) {
		stream := task.Stream(ctx, w.tasks, slices.Values([]int{0, 1}), 2, sleeping)
		pids, err := w.tasks.Children(ctx)
		assert.NoError(t, err)
		assert.Empty(t, pids)
		for range 2 {
			values, _ := collect(stream)
			assert.Equal(t, []int{0, 1}, values)
		}
	})
}

// What makes no sense is refused.
func TestStreamsThatAreRefused(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		input := slices.Values([]int{1})
		assert.Panics(t, func() { task.Stream(t.Context(), w.tasks, input, 0, sleeping) })
		assert.Panics(t, func() { task.Stream(t.Context(), w.tasks, nil, 1, sleeping) })
		assert.Panics(t, func() { task.Stream[int, int](t.Context(), w.tasks, input, 1, nil) })
		_, errs := collect(task.Stream(t.Context(), w.tasks, input, 1, sleeping, task.StopWithin(supervision.After(-1))))
		require.Len(t, errs, 1)
		var faults supervision.Faults
		require.ErrorAs(t, errs[0], &faults)
		_, errs = collect(task.Stream(t.Context(), w.tasks, input, 1, sleeping, task.RestartAs(supervision.Permanent)))
		require.Len(t, errs, 1)
		require.ErrorIs(t, errs[0], task.ErrRestarts)
	})
}

// A stream is its consumer's: who prepares one for another process hands on what makes it, and has no part in it then.
func TestAStreamIsItsConsumers(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		maker, consumer := w.spawn(t), w.spawn(t)
		var callers [][]actors.PID
		var sum int
		in(maker, func(c *cx) {
			stream := func(ctx context.Context) iter.Seq2[int, error] {
				return task.Stream(ctx, w.tasks, slices.Values([]int{1, 2, 3}), 1, func(ctx *task.Context, n int) (int, error) {
					callers = append(callers, task.Callers(ctx))
					return n, nil
				})
			}
			consumer.Tell(func(c *cx) error {
				for n, err := range stream(c) {
					assert.NoError(t, err)
					sum += n
				}
				return nil
			})
			c.PID().Kill()
		})
		assert.Equal(t, 6, sum)
		by := []actors.PID{consumer.PID()}
		assert.Equal(t, [][]actors.PID{by, by, by}, callers)
	})
}

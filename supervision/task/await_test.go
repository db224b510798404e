// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision/task"
)

// However a task ends, who waits for it hears why, whether it ends before the wait or during it.
func TestAwaitSaysWhyATaskHasNoResult(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(*task.Context) (int, error)
		kind exit.Kind
		is   error
	}{
		{"an error", failing, exit.Crash, errOops},
		{"a panic", func(*task.Context) (int, error) { panic(errOops) }, exit.Crash, errOops},
		{"the goroutine's end", func(*task.Context) (int, error) { runtime.Goexit(); return 0, nil }, exit.Crash, exit.ErrGoexit},
		{"a stop", func(*task.Context) (int, error) { return 1, actors.Stop }, exit.Normal, nil},
		{"a shutdown", func(*task.Context) (int, error) { return 1, actors.StopShutdown }, exit.Shutdown, nil},
		{"a kill", func(ctx *task.Context) (int, error) { ctx.PID().Kill(); return 1, nil }, exit.Killed, nil},
		{"an exit signal", func(ctx *task.Context) (int, error) {
			ctx.PID().Exit(exit.CrashOf(&exit.CrashError{Cause: errOops}))
			<-ctx.Done()
			return 1, ctx.Err()
		}, exit.Crash, errOops},
	} {
		for _, early := range []time.Duration{0, time.Second} {
			t.Run(c.name+"/"+early.String(), func(t *testing.T) {
				bubble(t, task.Spec{}, func(t *testing.T, w *world) {
					owner := w.spawn(t)
					in(owner, func(cx *cx) {
						tk, err := task.AsyncNoLink(cx, w.tasks, func(ctx *task.Context) (int, error) {
							_ = ctx.System().Sleep(ctx, time.Second-early)
							return c.f(ctx)
						})
						assert.NoError(t, err)
						_ = w.Sleep(cx, early)
						_, err = task.Await(cx, tk)
						var ended *task.ExitError
						if assert.ErrorAs(t, err, &ended) {
							assert.Equal(t, c.kind, ended.Reason.Kind())
							assert.Equal(t, tk.PID().Path(), ended.Path)
						}
						if c.is != nil {
							assert.ErrorIs(t, err, c.is)
						}
					})
					time.Sleep(2 * time.Second)
					assert.True(t, owner.PID().Alive())
				})
			})
		}
	}
}

// A wait that is over gives the task up: it goes on, its result is dropped, and nothing of the wait is left.
func TestAnAwaitThatTimesOutGivesTheTaskUp(t *testing.T) {
	for _, c := range []struct {
		name   string
		within func(c *cx) (context.Context, func())
		took   time.Duration
		is     error
	}{
		{"by default", func(c *cx) (context.Context, func()) { return c, func() {} }, 5 * time.Second, actors.ErrTimeout},
		{"by a deadline", func(c *cx) (context.Context, func()) {
			ctx, cancel := c.WithTimeout(time.Second)
			return ctx, cancel
		}, time.Second, actors.ErrTimeout},
		{"by a cause", func(c *cx) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(c)
			t := time.AfterFunc(2*time.Second, func() { cancel(errOops) })
			return ctx, func() { t.Stop(); cancel(nil) }
		}, 2 * time.Second, errOops},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, task.Spec{}, func(t *testing.T, w *world) {
				owner, finished := w.spawn(t), false
				in(owner, func(cx *cx) {
					tk, err := task.Async(cx, w.tasks, func(ctx *task.Context) (int, error) {
						err := ctx.System().Sleep(ctx, time.Minute)
						finished = err == nil
						return 1, err
					})
					assert.NoError(t, err)
					ctx, cancel := c.within(cx)
					defer cancel()
					begin := cx.Now()
					_, err = task.Await(ctx, tk)
					assert.ErrorIs(t, err, c.is)
					assert.Equal(t, c.took, cx.Now().Sub(begin))
					assert.True(t, tk.PID().Alive())
					_ = w.Sleep(cx, time.Hour)
					_, err = task.Await(cx, tk)
					assert.ErrorIs(t, err, task.ErrGivenUp)
				})
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				assert.True(t, finished)
				assert.Zero(t, w.Totals().DeadLetters)
				assert.True(t, owner.PID().Alive())
			})
		})
	}
}

// A process that waits can be stopped and killed.
func TestAWaitEndsWithItsProcess(t *testing.T) {
	for name, end := range map[string]func(who actors.PID){"stop": actors.PID.Stop, "kill": actors.PID.Kill} {
		t.Run(name, func(t *testing.T) {
			bubble(t, task.Spec{}, func(t *testing.T, w *world) {
				owner := w.spawn(t)
				var result error
				start(owner, func(c *cx) {
					tk, _ := task.AsyncNoLink(c, w.tasks, forever)
					_, result = task.Await(c, tk)
				})
				synctest.Wait()
				end(owner.PID())
				_, err := owner.PID().Await(t.Context())
				require.NoError(t, err)
				synctest.Wait()
				assert.Error(t, result)
			})
		})
	}
}

// A task that waits for itself is told so.
func TestATaskCannotAwaitItself(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		handle := make(chan *task.Task[int], 1)
		tk, err := task.Async(t.Context(), w.tasks, func(ctx *task.Context) (int, error) { return task.Await(ctx, <-handle) })
		require.NoError(t, err)
		handle <- tk
		_, err = task.Await(t.Context(), tk)
		require.ErrorIs(t, err, actors.ErrCallSelf)
	})
}

// Yield leaves a task that has no result yet alone, however often.
func TestYieldLeavesTheTaskAlone(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		in(w.spawn(t), func(c *cx) {
			tk, err := task.Async(c, w.tasks, after(3*time.Second+1, 7))
			assert.NoError(t, err)
			begin := c.Now()
			for _, d := range []time.Duration{0, -1, time.Second, 2 * time.Second} {
				_, done, err := task.Yield(c, tk, d)
				assert.NoError(t, err)
				assert.False(t, done)
			}
			assert.Equal(t, 3*time.Second, c.Now().Sub(begin))
			v, done, err := task.Yield(c, tk, time.Second)
			assert.NoError(t, err)
			assert.True(t, done)
			assert.Equal(t, 7, v)
			assert.Equal(t, 3*time.Second+1, c.Now().Sub(begin))
			v, done, err = task.Yield(c, tk, 0)
			assert.NoError(t, err)
			assert.True(t, done)
			assert.Equal(t, 7, v)
		})
		time.Sleep(time.Minute)
	})
}

// The end of ctx, and of the task, are errors of Yield; neither gives the task up.
func TestYieldSaysWhatWentWrong(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errOops) })
		tk, err := task.Async(t.Context(), w.tasks, after(2*time.Second, 7))
		require.NoError(t, err)
		_, done, err := task.Yield(ctx, tk, time.Hour)
		require.ErrorIs(t, err, errOops)
		assert.False(t, done)
		v, err := task.Await(t.Context(), tk)
		require.NoError(t, err)
		assert.Equal(t, 7, v)

		tk, err = task.Async(t.Context(), w.tasks, failing)
		require.NoError(t, err)
		_, done, err = task.Yield(t.Context(), tk, time.Hour)
		require.ErrorIs(t, err, errOops)
		assert.False(t, done)
	})
}

// In an Init, where a wait must not last for ever, Yield is not cut short with an error.
func TestYieldInAnInit(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		_, err := actors.Spawn(w, "", func() actors.Behavior[do] {
			return &initer{func(c *cx) error {
				tk, err := task.Async(c, w.tasks, after(time.Minute, 1))
				assert.NoError(t, err)
				_, done, err := task.Yield(c, tk, time.Hour)
				assert.NoError(t, err)
				assert.False(t, done, "it gives up with the system's limit for calls in an Init")
				return nil
			}}
		})
		require.NoError(t, err)
		time.Sleep(time.Minute)
	})
}

type initer struct{ init func(c *cx) error }

func (b *initer) Init(c *cx) error          { return b.init(c) }
func (b *initer) Receive(c *cx, m do) error { return m(c) }

// Then makes the outcome a message: the owner goes on meanwhile.
func TestThenMakesTheOutcomeAMessage(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		type outcome struct {
			v   int
			err error
		}
		var got []outcome
		owner := w.spawn(t)
		note := func(v int, err error) do {
			return func(*cx) error {
				got = append(got, outcome{v, err})
				return nil
			}
		}
		in(owner, func(c *cx) {
			for _, f := range []func(*task.Context) (int, error){
				after(3*time.Second, 1), after(2*time.Second, 3),
				func(ctx *task.Context) (int, error) {
					_ = ctx.System().Sleep(ctx, time.Second/2)
					return 0, errOops
				},
			} {
				tk, err := task.AsyncNoLink(c, w.tasks, f)
				assert.NoError(t, err)
				assert.NoError(t, task.Then(c, tk, note))
			}
			ended, err := task.AsyncNoLink(c, w.tasks, answer(4))
			assert.NoError(t, err)
			_ = w.Sleep(c, time.Second)
			assert.NoError(t, task.Then(c, ended, note), "one that has ended before")
			assert.Empty(t, got)
			assert.Panics(t, func() { _ = task.Then[int, do](c, ended, nil) })
		})
		time.Sleep(4 * time.Second)
		synctest.Wait()
		require.Len(t, got, 4)
		require.ErrorIs(t, got[0].err, errOops)
		assert.Equal(t, []outcome{{4, nil}, {3, nil}, {1, nil}}, got[1:])
	})
}

// The texts of errors say what was asked of whom.
func TestErrorsNameTheTask(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		tk, err := task.Async(t.Context(), w.tasks, failing)
		require.NoError(t, err)
		_, err = task.Await(t.Context(), tk)
		assert.Equal(t, `task: await "`+tk.PID().Path()+`": ended without a result: `+reason(tk.PID()), err.Error())

		tk, err = task.Async(t.Context(), w.tasks, forever)
		require.NoError(t, err)
		_, err = task.Await(t.Context(), tk)
		assert.Equal(t, `task: await "`+tk.PID().Path()+`": `+actors.ErrTimeout.Error(), err.Error())
		_, err = task.Await(t.Context(), tk)
		assert.Equal(t, `task: await "`+tk.PID().Path()+`": the task was given up`, err.Error())
		item := &task.ItemError[string]{Index: 3, Input: "x", Err: &task.ExitError{Path: "/tasks/task", Reason: exit.ReasonKilled}}
		assert.Equal(t, `task: stream item 3: await "/tasks/task": ended without a result: killed`, item.Error())
		var ended *task.ExitError
		assert.True(t, errors.As(item, &ended))
		assert.NoError(t, errors.Unwrap(ended), "nothing crashed")
	})
}

// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/task"
)

// Shutdown stops a task within its time, whatever the task does, and says what came of it.
func TestShutdownStopsATask(t *testing.T) {
	rescued := func(ctx *task.Context) (int, error) {
		<-ctx.Done()
		return 7, nil
	}
	refusing := func(ctx *task.Context) (int, error) {
		<-ctx.Done()
		return 0, errOops
	}
	day := 24 * time.Hour
	for _, c := range []struct {
		name string
		f    func(*task.Context) (int, error)
		how  supervision.Shutdown
		v    int
		done bool
		err  error
		took time.Duration
	}{
		{"it has its result", answer(7), 0, 7, true, nil, 0},
		{"it has its result before it is killed", answer(7), supervision.Brutal, 7, true, nil, 0},
		{"it had failed before", failing, 0, 0, false, errOops, 0},
		{"it stops", forever, 0, 0, false, nil, 0},
		{"it brings its result", rescued, 0, 7, true, nil, 0},
		{"it fails", refusing, 0, 0, false, nil, 0},
		{"it is stuck", stuck, 0, 0, false, nil, 5 * time.Second},
		{"it is stuck for longer", stuck, supervision.After(time.Minute), 0, false, nil, time.Minute},
		{"it is killed", stuck, supervision.Brutal, 0, false, nil, 0},
		{"it has no time", stuck, supervision.After(0), 0, false, nil, 0},
		{"it has all the time", stuck, supervision.Infinity, 0, true, nil, day - time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, task.Spec{}, func(t *testing.T, w *world) {
				owner := w.spawn(t)
				start(owner, func(cx *cx) {
					tk, err := task.AsyncNoLink(cx, w.tasks, c.f)
					assert.NoError(t, err)
					_ = w.Sleep(cx, time.Second)
					begin := cx.Now()
					v, done, err := task.Shutdown(cx, tk, c.how)
					assert.Equal(t, c.took, cx.Now().Sub(begin))
					assert.Equal(t, c.done, done)
					assert.Equal(t, c.v, v)
					assert.ErrorIs(t, err, c.err)
					assert.False(t, tk.PID().Alive())
				})
				time.Sleep(2 * day)
				synctest.Wait()
				assert.True(t, owner.PID().Alive())
			})
		})
	}
}

// The link is undone first: stopping a task is no news for its owner.
func TestShutdownUndoesTheLink(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		owner := w.spawn(t)
		in(owner, func(c *cx) {
			for _, how := range []supervision.Shutdown{0, supervision.Brutal} {
				tk, err := task.Async(c, w.tasks, forever)
				assert.NoError(t, err)
				_, done, err := task.Shutdown(c, tk, how)
				assert.NoError(t, err)
				assert.False(t, done)
			}
		})
		assert.True(t, owner.PID().Alive())
		assert.Empty(t, w.children(t))
	})
}

// When ctx ends first the task is killed: nobody is left with it.
func TestShutdownDoesNotOutlastItsContext(t *testing.T) {
	for name, how := range map[string]supervision.Shutdown{"limited": supervision.After(time.Hour), "unlimited": supervision.Infinity} {
		t.Run(name, func(t *testing.T) {
			bubble(t, task.Spec{}, func(t *testing.T, w *world) {
				tk, err := task.Async(t.Context(), w.tasks, stuck)
				require.NoError(t, err)
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				begin := time.Now()
				_, done, err := task.Shutdown(ctx, tk, how)
				require.NoError(t, err)
				assert.False(t, done)
				assert.Equal(t, time.Second, time.Since(begin))
				assert.Equal(t, "killed", why(t, tk.PID()))
				time.Sleep(24 * time.Hour)
			})
		})
	}
}

// A task that somebody else has ended is not one that was stopped.
func TestShutdownTellsOtherEnds(t *testing.T) {
	bubble(t, task.Spec{}, func(t *testing.T, w *world) {
		tk, err := task.Async(t.Context(), w.tasks, forever)
		require.NoError(t, err)
		tk.PID().Exit(exit.ShutdownWith("no power"))
		synctest.Wait()
		_, done, err := task.Shutdown(t.Context(), tk, 0)
		assert.False(t, done)
		var ended *task.ExitError
		require.ErrorAs(t, err, &ended)
		assert.Equal(t, "shutdown: no power", ended.Reason.String())

		tk, err = task.Async(t.Context(), w.tasks, forever)
		require.NoError(t, err)
		tk.PID().Kill()
		_, _, err = task.Shutdown(t.Context(), tk, 0)
		require.ErrorAs(t, err, &ended)
		assert.Equal(t, "killed", ended.Reason.String())
	})
}

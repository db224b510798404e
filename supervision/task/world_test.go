// SPDX-License-Identifier: Apache-2.0

package task_test

import (
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/task"
)

var errOops = errors.New("oops")

// do is a message that says itself what its receiver is to do: the test's code runs in the process's turn.
type do func(c *cx) error

type cx = actors.Context[do]

// world is one system inside one bubble, with a supervisor of tasks.
type world struct {
	*actors.System
	tasks *task.Supervisor
}

// bubble runs body in a bubble with a system of its own, which is closed at the end and must then be empty.
func bubble(t *testing.T, spec task.Spec, body func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		tasks, err := task.Start(sys, "tasks", spec)
		require.NoError(t, err)
		body(t, &world{sys, tasks})
		if err := sys.Close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
		synctest.Wait() // for handlers that a test has let go on
		if n, left := sys.Len(), sys.Totals().Abandoning; n != 0 || left != 0 {
			t.Errorf("%d processes are left, %d handlers", n, left)
		}
	})
}

// spawn starts a process that does what it is told.
func (w *world) spawn(t *testing.T) actors.Ref[do] {
	t.Helper()
	ref, err := actors.Spawn(w, "", actors.Stateless(func(c *cx, m do) error { return m(c) }))
	require.NoError(t, err)
	return ref
}

// spawnTrapping starts one that notes exit signals in place of ending.
func (w *world) spawnTrapping(t *testing.T, heard *[]actors.Exit) actors.Ref[do] {
	t.Helper()
	ref := w.spawn(t)
	in(ref, func(c *cx) {
		c.TrapExit(func(e actors.Exit) do {
			return func(*cx) error {
				*heard = append(*heard, e)
				return nil
			}
		})
	})
	return ref
}

// in runs f in the turn of a process and returns when it has, or when the process has ended, and everybody rests.
func in(ref actors.Ref[do], f func(c *cx)) {
	start(ref, f)
	synctest.Wait()
}

// start runs f in the turn of a process and does not wait for it.
func start(ref actors.Ref[do], f func(c *cx)) {
	ref.Tell(func(c *cx) error {
		f(c)
		return nil
	})
}

// why returns the reason of a process that has ended.
func why(t *testing.T, who actors.PID) string {
	t.Helper()
	synctest.Wait()
	reason, ended := who.Reason()
	require.True(t, ended, "%s lives", who)
	return reason.String()
}

// children waits until everybody rests and returns the processes of the tasks.
func (w *world) children(t *testing.T) []actors.PID {
	t.Helper()
	synctest.Wait()
	pids, err := w.tasks.Children(t.Context())
	require.NoError(t, err)
	return pids
}

// The functions of the tests' tasks.

func answer(v int) func(*task.Context) (int, error) {
	return func(*task.Context) (int, error) { return v, nil }
}

// after answers when a time has passed, and fails when it is stopped before.
func after(d time.Duration, v int) func(*task.Context) (int, error) {
	return func(ctx *task.Context) (int, error) { return v, ctx.System().Sleep(ctx, d) }
}

// forever runs until it is stopped.
func forever(ctx *task.Context) (int, error) {
	<-ctx.Done()
	return 0, actors.StopShutdown
}

// stuck does not notice that it is stopped; it ends after a day.
func stuck(*task.Context) (int, error) {
	<-time.After(24 * time.Hour)
	return 0, nil
}

func failing(*task.Context) (int, error) { return 0, errOops }

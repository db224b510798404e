// SPDX-License-Identifier: Apache-2.0

package supervision_test

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
)

// The close of the system while a restart is under way waits for the start in hand, and then stops what there is, in order.
func TestCloseDuringARestart(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		starts := 0
		sup := w.start(t, supervision.Spec{Strategy: supervision.OneForAll, Intensity: many, Children: []supervision.Child{
			plain("a"),
			starting("b", func(*cx) error {
				if starts++; starts == 2 {
					<-hold
				}
				return nil
			}),
			plain("c"),
		}})
		crash(t, child(t, sup, "a"))
		w.deaths()
		done := make(chan error, 1)
		go func() { done <- w.Close(context.Background()) }()
		synctest.Wait()
		assert.Empty(t, w.deaths(), "nobody is stopped behind the supervisor's back")
		close(hold)
		require.NoError(t, <-done)
		assert.Equal(t, []string{"/app/b shutdown", "/app/a shutdown", "/app shutdown"}, w.deaths(), "c was refused")
		assert.Zero(t, w.Len())
	})
}

// A close whose time is up kills what is left, a supervisor that is blocked in a start included.
func TestCloseWithADeadlineDuringARestart(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		starts := 0
		sup := w.start(t, supervision.Spec{Strategy: supervision.OneForAll, Children: []supervision.Child{
			plain("a"),
			starting("b", func(*cx) error {
				if starts++; starts == 2 {
					<-hold
				}
				return nil
			}),
		}})
		crash(t, child(t, sup, "a"))
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.ErrorIs(t, w.Close(ctx), context.DeadlineExceeded)
		assert.Equal(t, exit.Killed, why(t, sup.PID()).Kind())
		close(hold)
		synctest.Wait()
		assert.Zero(t, w.Len(), "nor does the child stay that came up after that")
	})
}

// Close stops a tree as its supervisors would: in reverse order, level by level.
func TestCloseStopsTheTreeInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		family(t, w)
		require.NoError(t, w.Close(t.Context()))
		assert.Equal(t, []string{
			"/app/sup/inner/y shutdown", "/app/sup/inner/x shutdown", "/app/sup/inner shutdown",
			"/app/sup/trapping shutdown", "/app/sup/plain shutdown", "/app/sup shutdown", "/app shutdown",
		}, w.deaths())
	})
}

// R24: the stop of a supervisor ends retries; what was asked and not served fails with its reason, and later calls with ErrNoProc.
func TestCallsToADyingSupervisor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{
			with(supervision.Worker("a", of(doer{init: trap, term: func(*cx, actors.Reason) error { <-hold; return nil }})),
				func(c *supervision.Child) { c.Shutdown = supervision.Infinity }),
		}})
		sup.PID().Stop()
		synctest.Wait()
		failed := make(chan error, 1)
		go func() {
			_, err := sup.StartChild(t.Context(), plain("late"))
			failed <- err
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := sup.Count(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded, "the deadline of a call is its context's")
		close(hold)
		var ended *actors.CallError
		require.ErrorAs(t, <-failed, &ended)
		assert.Equal(t, exit.Shutdown, ended.Reason.Kind())
		assert.Equal(t, "/app", ended.Path)
		synctest.Wait()
		for name, call := range calls(t, sup) {
			assert.ErrorIs(t, call(), actors.ErrNoProc, name)
		}
		for name, call := range calls(t, &supervision.Supervisor{}) {
			assert.ErrorIs(t, call(), actors.ErrNoProc, name)
		}
	})
}

// calls are all management calls.
func calls(t *testing.T, sup *supervision.Supervisor) map[string]func() error {
	return map[string]func() error{
		"StartChild":       func() error { _, err := sup.StartChild(t.Context(), plain("x")); return err },
		"StartDynamic":     func() error { _, err := sup.StartDynamic(t.Context(), 1); return err },
		"TerminateChild":   func() error { return sup.TerminateChild(t.Context(), "x") },
		"TerminateDynamic": func() error { return sup.TerminateDynamic(t.Context(), actors.PID{}) },
		"RestartChild":     func() error { _, err := sup.RestartChild(t.Context(), "x"); return err },
		"DeleteChild":      func() error { return sup.DeleteChild(t.Context(), "x") },
		"ChildSpec":        func() error { _, err := sup.ChildSpec(t.Context(), "x"); return err },
		"Children":         func() error { _, err := sup.Children(t.Context()); return err },
		"Count":            func() error { _, err := sup.Count(t.Context()); return err },
		"Replace":          func() error { return sup.Replace(t.Context(), supervision.Spec{}) },
		"ReplaceInit": func() error {
			return sup.ReplaceInit(t.Context(), func() (supervision.Spec, error) { return supervision.Spec{}, nil })
		},
		"Tree": func() error { _, err := supervision.Tree(t.Context(), sup, 0); return err },
	}
}

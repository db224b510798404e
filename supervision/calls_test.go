// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
)

// R37: what StartChild answers to a child that is there already.
func TestStartChildOfAKnownID(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a"), plain("b")}})
		_, err := sup.StartChild(t.Context(), plain("a"))
		var started *supervision.AlreadyStartedError
		require.ErrorAs(t, err, &started)
		assert.Equal(t, "a", started.ID)
		assert.Equal(t, child(t, sup, "a"), started.PID)
		require.NoError(t, sup.TerminateChild(t.Context(), "b"))
		_, err = sup.StartChild(t.Context(), plain("b"))
		require.ErrorIs(t, err, supervision.ErrAlreadyPresent)
		pid, err := sup.StartChild(t.Context(), plain("c"))
		require.NoError(t, err)
		assert.Equal(t, pid, child(t, sup, "c"))
		assert.Equal(t, []string{"a up", "b stopped", "c up"}, children(t, sup))
	})
}

// R38-R40: the errors of calls by id.
func TestCallsByID(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		fail := false
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{
			plain("a"),
			starting("bad", func(*cx) error {
				if fail {
					return errBoom
				}
				return nil
			}),
		}})
		ctx := t.Context()
		for name, call := range map[string]func() error{
			"TerminateChild": func() error { return sup.TerminateChild(ctx, "x") },
			"RestartChild":   func() error { _, err := sup.RestartChild(ctx, "x"); return err },
			"DeleteChild":    func() error { return sup.DeleteChild(ctx, "x") },
			"ChildSpec":      func() error { _, err := sup.ChildSpec(ctx, "x"); return err },
		} {
			assert.ErrorIs(t, call(), supervision.ErrNotFound, name)
		}
		_, err := sup.RestartChild(ctx, "a")
		require.ErrorIs(t, err, supervision.ErrRunning)
		require.ErrorIs(t, sup.DeleteChild(ctx, "a"), supervision.ErrRunning)
		_, err = sup.StartDynamic(ctx, 1)
		require.ErrorIs(t, err, supervision.ErrNotSimpleOneForOne)
		require.ErrorIs(t, sup.TerminateDynamic(ctx, child(t, sup, "a")), supervision.ErrNotFound)

		require.NoError(t, sup.TerminateChild(ctx, "a"))
		require.NoError(t, sup.TerminateChild(ctx, "a"), "stopping what is stopped is fine")
		pid, err := sup.RestartChild(ctx, "a")
		require.NoError(t, err)
		assert.True(t, pid.Alive())

		fail = true
		require.NoError(t, sup.TerminateChild(ctx, "bad"))
		_, err = sup.RestartChild(ctx, "bad")
		var failed *supervision.StartError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "bad", failed.ID)
		require.ErrorIs(t, err, errBoom)
		assert.Equal(t, []string{"a up", "bad stopped"}, children(t, sup), "it stays stopped, without a retry")
		require.NoError(t, sup.DeleteChild(ctx, "bad"))
		assert.Equal(t, []string{"a up"}, children(t, sup))
	})
}

// R23: what calls meet while a child is between two attempts. They are served there, because the next attempt is behind them (R22).
func TestCallsWhileAChildIsRestarting(t *testing.T) {
	for name, c := range map[string]struct {
		call func(t *testing.T, sup *supervision.Supervisor) error
		want error
		up   bool // whether the child comes back in the end
	}{
		"RestartChild": {
			func(t *testing.T, sup *supervision.Supervisor) error {
				_, err := sup.RestartChild(t.Context(), "a")
				return err
			}, supervision.ErrRestarting, true,
		},
		"DeleteChild": {
			func(t *testing.T, sup *supervision.Supervisor) error { return sup.DeleteChild(t.Context(), "a") },
			supervision.ErrRestarting, true,
		},
		"StartChild": {
			func(t *testing.T, sup *supervision.Supervisor) error {
				_, err := sup.StartChild(t.Context(), plain("a"))
				return err
			}, supervision.ErrAlreadyPresent, true,
		},
		"TerminateChild": {
			func(t *testing.T, sup *supervision.Supervisor) error { return sup.TerminateChild(t.Context(), "a") }, nil, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				failing, failed := make(chan struct{}), 0
				sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
					starting("a", func(*cx) error {
						if failed++; failed == 2 {
							<-failing
							return errBoom
						}
						return nil
					}),
				}})
				crash(t, child(t, sup, "a")) // now a restart is in hand
				got := make(chan error, 1)
				state := make(chan plan.Status, 1)
				go func() { got <- c.call(t, sup) }()
				synctest.Wait()
				go func() {
					infos, err := sup.Children(t.Context())
					assert.NoError(t, err)
					state <- infos[0].Status
				}()
				synctest.Wait()
				close(failing)
				require.ErrorIs(t, <-got, c.want)
				if c.up {
					assert.Equal(t, plan.StatusRestarting, <-state, "the retry is behind both calls")
					assert.Equal(t, []string{"a up"}, children(t, sup))
					assert.Equal(t, 3, failed)
				} else {
					assert.Equal(t, plan.StatusStopped, <-state)
					assert.Equal(t, []string{"a stopped"}, children(t, sup))
					assert.Equal(t, 2, failed, "its retries are over")
				}
			})
		})
	}
}

// R41: Count counts specs and living processes, Children lists the latest start first.
func TestCountAndChildren(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{
			plain("a"), supervision.Sub("b", supervision.Spec{}), starting("c", func(*cx) error { return actors.Ignore }), plain("d"),
		}})
		require.NoError(t, sup.TerminateChild(t.Context(), "d"))
		counts, err := sup.Count(t.Context())
		require.NoError(t, err)
		assert.Equal(t, supervision.Counts{Specs: 4, Active: 2, Supervisors: 1, Workers: 3}, counts)
		infos, err := sup.Children(t.Context())
		require.NoError(t, err)
		require.Len(t, infos, 4)
		assert.Equal(t, supervision.ChildInfo{ID: "d", Kind: supervision.KindWorker, Status: plan.StatusStopped}, infos[0])
		assert.Equal(t, "b", infos[2].ID)
		assert.Equal(t, supervision.KindSupervisor, infos[2].Kind)
		assert.True(t, infos[2].PID.Alive())
	})
}

// Errors name the child, and what is behind them can be told without reading their text.
func TestErrorsCanBeBranchedOn(t *testing.T) {
	err := error(&supervision.StartError{ID: "a", Reason: crashOf(errBoom)})
	require.ErrorIs(t, err, errBoom)
	assert.Equal(t, `supervision: start child "a": crash: boom`, err.Error())
	require.NoError(t, errors.Unwrap(&supervision.StartError{ID: "a"}), "other reasons have no error behind them")
	assert.Equal(t, `supervision: start child "a": already started as nobody`, (&supervision.AlreadyStartedError{ID: "a"}).Error())
	assert.Equal(t, `supervision: start child of template "a": args are string, want int`,
		(&supervision.ArgsError{Child: "a", Got: "one", Want: 1}).Error())
}

// A refusal says what was asked of which child, and can be told by the sentinel all the same.
func TestARefusalNamesTheOperationAndTheChild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		sup, err := supervision.Start(sys, "app", supervision.Spec{})
		require.NoError(t, err)
		err = sup.TerminateChild(t.Context(), "db")
		assert.ErrorIs(t, err, supervision.ErrNotFound)
		assert.EqualError(t, err, `supervision: terminate child "db": no such child`)
		_, err = sup.StartDynamic(t.Context(), 7)
		assert.ErrorIs(t, err, supervision.ErrNotSimpleOneForOne)
		assert.EqualError(t, err, `supervision: start dynamic child "7": possible with simple_one_for_one only`)
		assert.NoError(t, sys.Close(t.Context()))
	})
}

// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
)

// startFailed digs the failed child out of the error of a supervisor's start.
func startFailed(t *testing.T, err error) *supervision.StartFailed {
	t.Helper()
	var failed *actors.StartError
	require.ErrorAs(t, err, &failed)
	term, ok := failed.Reason.Term()
	require.True(t, ok, "%s", failed.Reason)
	require.IsType(t, (*supervision.StartFailed)(nil), term)
	return term.(*supervision.StartFailed)
}

// badStarts are the ways in which a start goes wrong. R8: they are one thing, a start that failed with a reason.
var badStarts = []struct {
	name  string
	child supervision.Child
	cause func(t *testing.T, err error)
}{
	{
		"a panic of the start function",
		supervision.Child{ID: "bad", Start: func(actors.Spawner, any) (actors.PID, error) { panic("no start") }},
		func(t *testing.T, err error) {
			var p *exit.PanicError
			require.ErrorAs(t, err, &p)
			assert.Equal(t, "no start", p.Value)
			var c *actors.CrashError
			require.ErrorAs(t, err, &c)
			assert.Equal(t, "/app/bad", c.Path)
			assert.Equal(t, "Start", c.Message)
			assert.Contains(t, string(c.Stack), "start_test.go")
		},
	},
	{
		"an error of the start function",
		supervision.Child{ID: "bad", Start: func(actors.Spawner, any) (actors.PID, error) { return actors.PID{}, errBoom }},
		func(t *testing.T, err error) { assert.ErrorIs(t, err, errBoom) },
	},
	{
		"neither a process nor an error",
		supervision.Child{ID: "bad", Start: func(actors.Spawner, any) (actors.PID, error) { return actors.PID{}, nil }},
		func(t *testing.T, err error) { assert.ErrorIs(t, err, supervision.ErrNoProcess) },
	},
	{
		"an error of Init",
		starting("bad", func(*cx) error { return errBoom }),
		func(t *testing.T, err error) { assert.ErrorIs(t, err, errBoom) },
	},
	{
		"a panic in Init",
		starting("bad", func(*cx) error { panic(errBoom) }),
		func(t *testing.T, err error) { assert.ErrorIs(t, err, errBoom) },
	},
	{
		"an Init that blocks for ever under a StartTimeout",
		starting("bad", func(c *cx) error { <-c.Done(); return nil }, actors.StartTimeout(time.Second)),
		func(t *testing.T, err error) { assert.ErrorIs(t, err, actors.ErrStartTimeout) },
	},
	{
		"a name that is taken",
		supervision.Child{ID: "bad", Start: func(in actors.Spawner, _ any) (actors.PID, error) {
			ref, err := actors.SpawnLink(in, "app", of(doer{})) // the supervisor's own
			return ref.PID(), err
		}},
		func(t *testing.T, err error) {
			var taken *actors.NameTakenError
			require.ErrorAs(t, err, &taken)
			assert.Equal(t, "app", taken.Name)
		},
	},
}

// R4: the start of a supervisor fails with the child and its reason; what was up is stopped, in reverse order; the rest is not tried.
func TestAFailedStartFailsTheSupervisorsStart(t *testing.T) {
	for _, bad := range badStarts {
		t.Run(bad.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup, err := supervision.Start(w, "app", supervision.Spec{Children: []supervision.Child{
					plain("a"), plain("b"), bad.child, starting("never", func(*cx) error { w.say("never"); return nil }),
				}})
				failed := startFailed(t, err)
				assert.Equal(t, "bad", failed.ID)
				require.NotNil(t, failed.Reason.CrashError())
				bad.cause(t, failed.Reason.CrashError())
				assert.True(t, sup.PID().IsZero())
				assert.Subset(t, w.deaths(), []string{"/app/b shutdown", "/app/a shutdown"})
				assert.Zero(t, w.Len(), "nothing is left")
				assert.NotContains(t, w.told(), "never")
			})
		})
	}
}

// R37: the error of a start that a call asked for is the call's, and the spec is not kept.
func TestAFailedStartByCallIsTheCallsError(t *testing.T) {
	for _, bad := range badStarts {
		t.Run(bad.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a")}})
				_, err := sup.StartChild(t.Context(), bad.child)
				var failed *supervision.StartError
				require.ErrorAs(t, err, &failed)
				assert.Equal(t, "bad", failed.ID)
				assert.Equal(t, exit.Crash, failed.Reason.Kind())
				bad.cause(t, err)
				assert.Equal(t, []string{"a up"}, children(t, sup))
			})
		})
	}
}

// R4, R20: every level of a tree whose start fails wraps the reason once more.
func TestEveryLevelWrapsAFailedStart(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		low := supervision.Spec{Children: []supervision.Child{starting("bad", func(*cx) error { return errBoom })}}
		mid := supervision.Spec{Children: []supervision.Child{supervision.Sub("low", low)}}
		_, err := supervision.Start(w, "app", supervision.Spec{Children: []supervision.Child{supervision.Sub("mid", mid)}})
		failed := startFailed(t, err)
		assert.Equal(t, "shutdown: low failed: shutdown: bad failed: crash: boom", short(failed.Reason))
		assert.Contains(t, err.Error(), `child "mid" failed to start: shutdown: child "low" failed to start: shutdown: child "bad" failed`)
	})
}

// A restart whose Init blocks ends with its StartTimeout: it counts as a failed attempt, the blocked Init is abandoned, and the
// supervisor goes on.
func TestABlockedRestartEndsWithItsStartTimeout(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		var starts atomic.Int64
		sup := w.start(t, supervision.Spec{Intensity: supervision.Intensity{Max: 5}, Children: []supervision.Child{
			starting("a", func(*cx) error {
				if n := starts.Add(1); n == 2 || n == 3 {
					<-release // deaf to everything, even to its own end
				}
				return nil
			}, actors.StartTimeout(time.Second)),
		}})
		w.told()
		crash(t, child(t, sup, "a"))
		time.Sleep(1500 * time.Millisecond)
		begin := w.Now()
		assert.Equal(t, []string{"a restarting"}, children(t, sup), "a call waits for no more than the attempt in hand")
		assert.Equal(t, 500*time.Millisecond, w.Now().Sub(begin))
		assert.Equal(t, []string{
			"exited a: crash: boom, restarts true",
			"restarting a: 1 of 5, one_for_one", "start failed a: crash: " + actors.ErrStartTimeout.Error(),
			"restarting a: 2 of 5, one_for_one", "start failed a: crash: " + actors.ErrStartTimeout.Error(),
			"restarting a: 3 of 5, one_for_one", "started a",
		}, w.told())
		assert.EqualValues(t, 2, w.Totals().Abandoned)
		assert.EqualValues(t, 2, w.Totals().Abandoning)
		close(release)
	})
}

// R42: a child's Init that calls its own supervisor would block both for ever; it gets ErrTimeout after the default call time-out.
func TestACallFromInitToItsOwnSupervisorEnds(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		begin := w.Now()
		_, err := supervision.Start(w, "app", supervision.Spec{Children: []supervision.Child{
			starting("a", func(c *cx) error {
				own, err := supervision.Of(c.PID().Parent())
				if err != nil {
					return err
				}
				_, err = own.Count(c)
				return err
			}),
		}})
		cause := startFailed(t, err).Reason.CrashError()
		require.ErrorIs(t, cause, actors.ErrTimeout)
		require.ErrorIs(t, cause, context.DeadlineExceeded)
		assert.Equal(t, 5*time.Second, w.Now().Sub(begin))
	})
}

// R1: a start begins only after the Init before it has returned.
func TestChildrenStartOneAfterAnother(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		go func() {
			_, err := supervision.Start(w, "app", supervision.Spec{Children: []supervision.Child{
				starting("a", func(*cx) error { w.say("begin a"); <-hold; w.say("end a"); return nil }),
				starting("b", func(*cx) error { w.say("begin b"); return nil }),
			}})
			assert.NoError(t, err)
		}()
		assert.Equal(t, []string{"begin a"}, w.told())
		close(hold)
		assert.Equal(t, []string{"end a", "started a", "begin b", "started b"}, w.told())
	})
}

// R5, R6: ignore is no failure.
func TestIgnoreLeavesASpecWithoutAProcess(t *testing.T) {
	ignore := func(*cx) error { return actors.Ignore }
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{
			starting("a", ignore), with(starting("b", ignore), temporary), plain("c"),
			{ID: "d", Kind: supervision.KindSupervisor, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
				s, err := supervision.StartInit(in, "d", func(actors.PID) (supervision.Spec, error) {
					return supervision.Spec{}, actors.Ignore
				}, actors.Local())
				return s.PID(), err
			}},
		}})
		assert.Equal(t, []string{"a stopped", "c up", "d stopped"}, children(t, sup))
		pid, err := sup.StartChild(t.Context(), starting("e", ignore))
		require.NoError(t, err)
		assert.True(t, pid.IsZero())
		_, err = supervision.StartInit(w, "sup", func(actors.PID) (supervision.Spec, error) {
			return supervision.Spec{}, actors.Ignore
		})
		require.ErrorIs(t, err, actors.ErrIgnore)
	})
}

// A StartFunc is not started on the supervisor's behalf after the supervisor is dead: the children of a start that is under way when
// the system closes are none.
func TestAStartOnAClosedSystemIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		require.NoError(t, sys.Close(t.Context()))
		_, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{plain("a")}})
		require.ErrorIs(t, err, actors.ErrStopped)
		require.False(t, errors.Is(err, actors.ErrIgnore))
	})
}

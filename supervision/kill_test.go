// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
)

// family is a supervisor "sup" under the root, with a plain worker, one that traps exits, and a supervisor of two.
func family(t *testing.T, w *world) (root, sup *supervision.Supervisor) {
	t.Helper()
	inner := supervision.Spec{Children: []supervision.Child{plain("x"), plain("y")}}
	root = w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
		supervision.Sub("sup", supervision.Spec{Children: []supervision.Child{
			plain("plain"), trapping("trapping"), supervision.Sub("inner", inner),
		}}),
	}})
	return root, sub(t, root, "sup")
}

// R45: the kill of a supervisor is no ordered stop. Its children end by their links: plain ones Killed, those that trap exits after
// their Terminate, and its supervisors stop their own children in order first. Nobody is left, and the parent starts all of it again.
func TestAKilledSupervisorLeavesNoOrphan(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		root, sup := family(t, w)
		w.deaths()
		before := w.Len()
		sup.PID().Kill()
		deaths := w.deaths()
		assert.Equal(t, "/app/sup killed", deaths[0])
		assert.ElementsMatch(t, []string{
			"/app/sup killed", "/app/sup/plain killed", "/app/sup/trapping killed",
			"/app/sup/inner/y shutdown", "/app/sup/inner/x shutdown", "/app/sup/inner killed",
		}, deaths)
		var inner []string
		for _, d := range deaths {
			if len(d) > len("/app/sup/inner") && d[:len("/app/sup/inner")] == "/app/sup/inner" {
				inner = append(inner, d)
			}
		}
		assert.Equal(t, []string{"/app/sup/inner/y shutdown", "/app/sup/inner/x shutdown", "/app/sup/inner killed"}, inner, "in order")
		assert.Equal(t, []string{"sup up"}, children(t, root))
		assert.NotEqual(t, sup.PID(), child(t, root, "sup"))
		assert.Equal(t, []string{"plain up", "trapping up", "inner up"}, children(t, sub(t, root, "sup")))
		assert.Equal(t, before, w.Len(), "as many processes as before")
	})
}

// R45: a supervisor that is killed while a start of its own blocks is dead for its parent at once. The child that comes up afterwards
// has no supervisor and ends; the dead one does and reports nothing more.
func TestASupervisorKilledInAStartDoesNothingMore(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		blocks := false
		root := w.start(t, supervision.Spec{Children: []supervision.Child{
			supervision.Sub("sup", supervision.Spec{Strategy: supervision.OneForAll, Children: []supervision.Child{
				starting("a", func(*cx) error {
					if blocks {
						blocks = false
						<-hold
					}
					return nil
				}),
				plain("b"),
			}}),
		}})
		old := sub(t, root, "sup")
		blocks = true
		crash(t, child(t, old, "b"))
		w.told()
		w.deaths()
		old.PID().Kill()
		synctest.Wait()
		assert.Equal(t, []string{"exited sup: killed, restarts true", "restarting sup: 1 of 1, one_for_one", "started a", "started b", "started sup"},
			w.told(), "its successor does not wait for it")
		assert.EqualValues(t, 1, w.Totals().Abandoning)
		w.deaths()
		close(hold)
		assert.Empty(t, w.told(), "a dead supervisor reports nothing")
		assert.Equal(t, []string{"/app/sup/a killed"}, w.deaths(), "the child that came too late")
		assert.Zero(t, w.Totals().Abandoning)
		assert.Zero(t, w.Totals().DeadLetters, "and it sends nothing to itself")
		assert.Equal(t, 4, w.Len())
	})
}

// R45: the same for one that is killed while it waits for a child's stop, which may take for ever.
func TestASupervisorKilledInAStopDoesNothingMore(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		root := w.start(t, supervision.Spec{Children: []supervision.Child{
			supervision.Sub("sup", supervision.Spec{Children: []supervision.Child{
				plain("a"),
				with(supervision.Worker("b", of(doer{init: trap, term: func(*cx, actors.Reason) error { <-hold; return nil }})),
					func(c *supervision.Child) { c.Shutdown = supervision.Infinity }),
			}}),
		}})
		old := sub(t, root, "sup")
		done := make(chan error, 1)
		go func() { done <- old.TerminateChild(t.Context(), "b") }()
		synctest.Wait()
		w.told()
		old.PID().Kill()
		var ended *actors.CallError
		require.ErrorAs(t, <-done, &ended)
		assert.Equal(t, exit.Killed, ended.Reason.Kind())
		assert.Equal(t, []string{"exited sup: killed, restarts true", "restarting sup: 1 of 1, one_for_one", "started a", "started b", "started sup"},
			w.told())
		assert.Equal(t, []string{"/app/sup killed", "/app/sup/a killed"}, w.deaths())
		close(hold)
		assert.Equal(t, []string{"/app/sup/b shutdown"}, w.deaths(), "the child that was asked ends as it was asked")
		assert.Empty(t, w.told())
	})
}

// A supervisor that is killed during its own start is none: nothing of it is left, and its parent's start fails with Killed.
func TestASupervisorKilledInItsOwnStartIsNone(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		_, err := supervision.Start(w, "app", supervision.Spec{Children: []supervision.Child{
			supervision.Sub("sup", supervision.Spec{Children: []supervision.Child{
				plain("a"), starting("b", func(c *cx) error { c.PID().Parent().Kill(); return nil }), plain("c"),
			}}),
		}})
		failed := startFailed(t, err)
		assert.Equal(t, "sup", failed.ID)
		assert.Equal(t, exit.Killed, failed.Reason.Kind())
		synctest.Wait()
		assert.Zero(t, w.Len())
	})
}

// R45: whoever hangs in its Terminate when its supervisor is killed holds up neither the parent nor the successor.
func TestAHangingChildOfAKilledSupervisorHoldsUpNobody(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		root := w.start(t, supervision.Spec{Children: []supervision.Child{
			supervision.Sub("sup", supervision.Spec{Children: []supervision.Child{
				supervision.Worker("a", of(doer{init: trap, term: func(*cx, actors.Reason) error { <-hold; return nil }})),
			}}),
		}})
		old := child(t, sub(t, root, "sup"), "a")
		begin := w.Now()
		sub(t, root, "sup").PID().Kill()
		assert.Equal(t, []string{"a up"}, children(t, sub(t, root, "sup")))
		assert.Equal(t, begin, w.Now())
		assert.True(t, old.Alive(), "it was told, but not to hurry")
		close(hold)
		assert.Equal(t, exit.Killed, why(t, old).Kind())
	})
}

// The start function's own end of its goroutine takes the supervisor's turn with it, which nothing can undo; its children still end.
func TestGoexitInAStartEndsTheSupervisorWithItsChildren(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		times := 0
		root := w.start(t, supervision.Spec{Children: []supervision.Child{
			supervision.Sub("sup", supervision.Spec{Children: []supervision.Child{
				plain("a"), trapping("b"), starting("c", func(*cx) error {
					if times++; times == 2 {
						runtime.Goexit()
					}
					return nil
				}),
			}}),
		}})
		old := sub(t, root, "sup")
		crash(t, child(t, old, "c"))
		require.ErrorIs(t, why(t, old.PID()).CrashError(), exit.ErrGoexit)
		assert.Equal(t, []string{"a up", "b up", "c up"}, children(t, sub(t, root, "sup")))
		assert.Equal(t, 5, w.Len(), "nobody of the old family is left")
	})
}

// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
)

// stick lets a worker block in a handler that is deaf to everything but release.
func stick(t *testing.T, who actors.PID, release <-chan struct{}) {
	t.Helper()
	tell(t, who, func(*cx) error { <-release; return nil })
	synctest.Wait()
}

// R27, R28: a worker whose handler is stuck is killed when its shutdown time is over, and replaced at once in the restart of its group;
// the supervisor waits no longer than that, and the handler is counted as abandoned until it returns.
func TestAStuckWorkerIsReplacedAfterItsShutdownTime(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		sup := w.start(t, supervision.Spec{Strategy: supervision.OneForAll, Children: []supervision.Child{
			plain("a"), with(plain("b"), func(c *supervision.Child) { c.Shutdown = supervision.After(3 * time.Second) }), plain("c"),
		}})
		b := child(t, sup, "b")
		stick(t, b, release)
		w.told()
		begin := w.Now()
		crash(t, child(t, sup, "a"))
		require.True(t, sup.PID().Alive())
		assert.Equal(t, []string{"exited a: crash: boom, restarts true", "restarting a: 1 of 1, one_for_all", "stopped c: shutdown"}, w.told())
		assert.Equal(t, []string{"a up", "b up", "c up"}, children(t, sup))
		assert.Equal(t, 3*time.Second, w.Now().Sub(begin))
		assert.Equal(t, []string{"stop went wrong b: killed, timed out true", "started a", "started b", "started c"}, w.told())
		assert.NotEqual(t, b, child(t, sup, "b"))
		assert.Equal(t, exit.Killed, why(t, b).Kind())
		assert.EqualValues(t, 1, w.Totals().Abandoned)
		assert.EqualValues(t, 1, w.Totals().Abandoning)
		close(release)
		synctest.Wait()
		assert.Zero(t, w.Totals().Abandoning)
		assert.Equal(t, []string{"a up", "b up", "c up"}, children(t, sup), "its late return touches nobody")
	})
}

// R27: what each shutdown does with a worker that is stuck, traps exits and hangs, or goes at once.
func TestShutdownTimes(t *testing.T) {
	for name, c := range map[string]struct {
		shutdown supervision.Shutdown
		stuck    bool
		want     exit.Kind
		took     time.Duration
	}{
		"brutal":                   {supervision.Brutal, false, exit.Killed, 0},
		"brutal, stuck":            {supervision.Brutal, true, exit.Killed, 0},
		"default":                  {0, false, exit.Shutdown, 0},
		"default, stuck":           {0, true, exit.Killed, 5 * time.Second},
		"two seconds, stuck":       {supervision.After(2 * time.Second), true, exit.Killed, 2 * time.Second},
		"no time at all, stuck":    {supervision.After(0), true, exit.Killed, 0},
		"infinity":                 {supervision.Infinity, false, exit.Shutdown, 0},
		"infinity, for an hour on": {supervision.Infinity, true, exit.Shutdown, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				release := make(chan struct{})
				time.AfterFunc(time.Hour, func() { close(release) })
				sup := w.start(t, supervision.Spec{Children: []supervision.Child{
					with(plain("a"), func(ch *supervision.Child) { ch.Shutdown = c.shutdown }),
				}})
				a := child(t, sup, "a")
				if c.stuck {
					stick(t, a, release)
				}
				begin := w.Now()
				require.NoError(t, sup.TerminateChild(t.Context(), "a"))
				assert.Equal(t, c.took, w.Now().Sub(begin))
				assert.Equal(t, c.want, why(t, a).Kind())
				time.Sleep(time.Hour)
			})
		})
	}
}

// R2: the next child is asked to stop only when the one before is dead, in reverse order of their starts.
func TestChildrenStopOneAfterAnotherInReverse(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		slow := func(id string) supervision.Child {
			return supervision.Worker(id, of(doer{init: trap, term: func(*cx, actors.Reason) error {
				w.say("%s asked at %s", id, w.Now().Format("05"))
				time.Sleep(time.Second)
				return nil
			}}))
		}
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{slow("a"), slow("b"), slow("c")}})
		w.told()
		sup.PID().Stop()
		_, err := sup.PID().Await(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []string{
			"c asked at 00", "stopped c: shutdown", "b asked at 01", "stopped b: shutdown", "a asked at 02", "stopped a: shutdown",
		}, w.told())
		assert.Equal(t, []string{"/app/c shutdown", "/app/b shutdown", "/app/a shutdown", "/app shutdown"}, w.deaths())
	})
}

// R28: a child that unlinks from its supervisor can neither hang nor fool it: its death itself is waited for.
func TestAChildThatUnlinksCannotHangItsSupervisor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("dead"), plain("well"), plain("stuck")}})
		for _, id := range []string{"dead", "well", "stuck"} {
			tell(t, child(t, sup, id), func(c *cx) error { c.Unlink(c.PID().Parent()); return nil })
		}
		stick(t, child(t, sup, "stuck"), release)
		crash(t, child(t, sup, "dead"))
		w.deaths()
		counts, err := sup.Count(t.Context())
		require.NoError(t, err)
		assert.Equal(t, supervision.Counts{Specs: 3, Active: 2, Workers: 3}, counts, "the death was not heard of, but is seen")
		begin := w.Now()
		sup.PID().Stop()
		_, err = sup.PID().Await(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 5*time.Second, w.Now().Sub(begin))
		assert.Equal(t, []string{"/app/stuck killed", "/app/well shutdown", "/app shutdown"}, w.deaths())
		close(release)
	})
}

// R29, R14: a child may answer its stop with any reason; odd ones are reported and have no other effect.
func TestAnOddAnswerToAStopIsOnlyReported(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		odd := func(id string, term func(c *cx, why actors.Reason) error) supervision.Child {
			return supervision.Worker(id, of(doer{init: trap, term: term}))
		}
		sup := w.start(t, supervision.Spec{Strategy: supervision.OneForAll, Children: []supervision.Child{
			plain("a"),
			odd("panics", func(*cx, actors.Reason) error { panic("in Terminate") }),
			odd("fails", func(*cx, actors.Reason) error { return errBoom }),
			odd("leaves", func(*cx, actors.Reason) error { return actors.Stop }),
			odd("says", func(*cx, actors.Reason) error { return actors.StopWith("why") }),
		}})
		w.told()
		crash(t, child(t, sup, "a"))
		assert.Equal(t, []string{
			"exited a: crash: boom, restarts true", "restarting a: 1 of 1, one_for_all",
			"stopped says: shutdown: why",
			"stop went wrong leaves: normal, timed out false",
			"stop went wrong fails: crash: boom, timed out false",
			"stop went wrong panics: crash: panic: in Terminate, timed out false",
			"started a", "started panics", "started fails", "started leaves", "started says",
		}, w.told())
	})
}

// R3: a simple_one_for_one supervisor stops its children at once under one common deadline.
func TestSimpleChildrenStopAtOnceUnderOneDeadline(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		slow := supervision.Template("slow", func(d time.Duration) actors.Behavior[do] {
			return &doer{init: trap, term: func(*cx, actors.Reason) error {
				select {
				case <-time.After(d):
				case <-release:
				}
				return nil
			}}
		})
		sup := w.start(t, supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{slow}})
		var pids []actors.PID
		for _, d := range []time.Duration{time.Second, 4 * time.Second, time.Hour, time.Hour, 4 * time.Second, 0} {
			pid, err := sup.StartDynamic(t.Context(), d)
			require.NoError(t, err)
			pids = append(pids, pid)
		}
		begin := w.Now()
		sup.PID().Stop()
		_, err := sup.PID().Await(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 5*time.Second, w.Now().Sub(begin), "one deadline for all")
		var kinds []exit.Kind
		for _, pid := range pids {
			kinds = append(kinds, why(t, pid).Kind())
		}
		ok, killed := exit.Shutdown, exit.Killed
		assert.Equal(t, []exit.Kind{ok, ok, killed, killed, ok, ok}, kinds)
		close(release)
	})
}

// R44: an exit signal from the parent stops the children in order and ends the supervisor with the same reason. R43: one from a
// stranger does nothing.
func TestOnlyTheParentsExitEndsASupervisor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var sup *supervision.Supervisor
		parent := actors.MustSpawn(w, "parent", of(doer{init: func(c *cx) (err error) {
			if err = trap(c); err != nil {
				return err
			}
			sup, err = supervision.StartLink(c, "app", supervision.Spec{Children: []supervision.Child{plain("a"), plain("b")}})
			return err
		}}))
		stranger := actors.MustSpawn(w, "stranger", of(doer{}))
		tell(t, stranger.PID(), func(c *cx) error { c.AskExit(sup.PID(), crashOf(errBoom)); return nil })
		sup.PID().Exit(crashOf(errBoom))
		sup.PID().Exit(exit.ReasonShutdown)
		assert.Equal(t, []string{"a up", "b up"}, children(t, sup))
		tell(t, parent.PID(), func(c *cx) error { c.AskExit(sup.PID(), exit.ShutdownWith("moving")); return nil })
		assert.Equal(t, []string{"/parent/app/b shutdown", "/parent/app/a shutdown", "/parent/app shutdown: moving"}, w.deaths())
	})
}

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

// R9: the class of the reason alone decides. A link to a process that is not there is a crash, and so is a kill; the failed call of a
// callee that was shut down is the caller's crash, never its order to stop.
func TestWhichEndsRestartATransientChild(t *testing.T) {
	for name, c := range map[string]struct {
		end      do
		restarts bool
	}{
		"normal":             {func(*cx) error { return actors.Stop }, false},
		"shutdown":           {func(*cx) error { return actors.StopShutdown }, false},
		"shutdown with term": {func(*cx) error { return actors.StopWith(1) }, false},
		"error":              {func(*cx) error { return errBoom }, true},
		"panic":              {func(*cx) error { panic(1) }, true},
		"killed":             {func(c *cx) error { c.PID().Kill(); return nil }, true},
		"link to nobody": {func(c *cx) error {
			gone := actors.MustSpawn(c, "", of(doer{}))
			gone.PID().Kill()
			c.Link(gone.PID())
			return nil
		}, true},
		"call of a callee that is shut down": {func(c *cx) error {
			callee := actors.MustSpawn(c, "", of(doer{}))
			_, err := actors.Call(c, callee, func(actors.Reply[int]) do { return func(*cx) error { return actors.StopShutdown } })
			return err
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup := w.start(t, supervision.Spec{Children: []supervision.Child{with(plain("a"), transient)}})
				tell(t, child(t, sup, "a"), c.end)
				want := "a stopped"
				if c.restarts {
					want = "a up"
				}
				assert.Equal(t, []string{want}, children(t, sup))
			})
		})
	}
}

// R3, R27: brutal kills the children of a simple_one_for_one supervisor, and does not wait for handlers.
func TestSimpleChildrenAreKilledBrutally(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		sup := dynamic(t, w, func(int) actors.Behavior[do] { return &doer{} }, func(c *supervision.Child) { c.Shutdown = supervision.Brutal })
		var pids []actors.PID
		for i := range 3 {
			pid, err := sup.StartDynamic(t.Context(), i)
			require.NoError(t, err)
			pids = append(pids, pid)
		}
		stick(t, pids[1], release)
		begin := w.Now()
		sup.PID().Stop()
		for _, pid := range pids {
			assert.Equal(t, exit.Killed, why(t, pid).Kind())
		}
		assert.Equal(t, exit.Shutdown, why(t, sup.PID()).Kind())
		assert.Equal(t, begin, w.Now())
		close(release)
	})
}

// A supervisor that is killed while it stops its children, in order or all at once, is dead at once.
func TestASupervisorKilledInItsOwnStop(t *testing.T) {
	hanging := func(hold <-chan struct{}) *doer {
		return &doer{init: trap, term: func(*cx, actors.Reason) error { <-hold; return nil }}
	}
	for name, spec := range map[string]func(hold <-chan struct{}) supervision.Spec{
		"one after another": func(hold <-chan struct{}) supervision.Spec {
			return supervision.Spec{Children: []supervision.Child{
				plain("a"),
				with(supervision.Worker("b", of(*hanging(hold))), func(c *supervision.Child) { c.Shutdown = supervision.Infinity }),
			}}
		},
		"all at once": func(hold <-chan struct{}) supervision.Spec {
			template := supervision.Template("t", func(int) actors.Behavior[do] { return hanging(hold) })
			template.Shutdown = supervision.Infinity
			return supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{template}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				hold := make(chan struct{})
				sup := w.start(t, spec(hold))
				_, _ = sup.StartDynamic(t.Context(), 1) // refused where it does not apply
				sup.PID().Stop()
				synctest.Wait()
				require.True(t, sup.PID().Alive())
				w.told()
				sup.PID().Kill()
				assert.Equal(t, exit.Killed, why(t, sup.PID()).Kind())
				close(hold)
				assert.Empty(t, w.told(), "a dead supervisor reports nothing")
				assert.Zero(t, w.Len())
			})
		})
	}
}

// A supervisor's own start may be limited: when the time is up nothing of it is left, nor of the child that blocked it.
func TestASupervisorsStartTimeout(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		_, err := supervision.Start(w, "app", supervision.Spec{Children: []supervision.Child{
			plain("a"), starting("b", func(*cx) error { <-hold; return nil }), starting("c", func(*cx) error { w.say("c"); return nil }),
		}}, actors.StartTimeout(time.Second))
		require.ErrorIs(t, err, actors.ErrStartTimeout)
		assert.True(t, w.WhereIs("app").IsZero())
		close(hold)
		assert.Equal(t, []string{"started a"}, w.told())
		assert.Zero(t, w.Len())
	})
}

// P18: a child may ask its own supervisor to stop it, from its handler: it is blocked in the call, and the stop ends the call. One that
// traps exits comes to the stop in its turn only, so its time runs out, as in OTP.
func TestAChildThatAsksForItsOwnStop(t *testing.T) {
	for name, c := range map[string]struct {
		child supervision.Child
		took  time.Duration
		want  exit.Kind
	}{
		"plain":    {plain("a"), 0, exit.Shutdown},
		"trapping": {trapping("a"), 5 * time.Second, exit.Killed},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup := w.start(t, supervision.Spec{Children: []supervision.Child{c.child}})
				a := child(t, sup, "a")
				begin := w.Now()
				tell(t, a, func(c *cx) error {
					err := sup.TerminateChild(c, "a")
					w.say("call ended: %t", err != nil)
					return nil
				})
				_, err := a.Await(context.Background())
				require.NoError(t, err)
				assert.Equal(t, c.took, w.Now().Sub(begin))
				assert.Equal(t, c.want, why(t, a).Kind())
				assert.Contains(t, w.told(), "call ended: true")
				assert.Equal(t, []string{"a stopped"}, children(t, sup))
			})
		})
	}
}

// A supervisor that is started inside a process without a link is nobody's child: it outlives that process.
func TestStartIsNotLinked(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var sup *supervision.Supervisor
		p := actors.MustSpawn(w, "p", of(doer{init: func(c *cx) (err error) {
			sup, err = supervision.Start(c, "app", supervision.Spec{Children: []supervision.Child{plain("a")}})
			return err
		}}))
		p.PID().Kill()
		assert.Equal(t, []string{"a up"}, children(t, sup))
		_, err := supervision.Start(w, "app", supervision.Spec{})
		var taken *actors.NameTakenError
		require.ErrorAs(t, err, &taken)
		assert.Equal(t, sup.PID(), taken.Holder)
	})
}

// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

func linkTo(r ref) do { return func(c *cx) error { c.Link(r.PID()); return nil } }

// The table of exit signals from a link, and P20: a death travels along a link with its reason; Normal harms nobody who does not trap.
func TestALinkCarriesTheReasonOfADeath(t *testing.T) {
	for name, tc := range map[string]struct {
		end   do
		plain string // what the plain peer ends with; empty: it lives
		told  string // what the trapping peer is told
	}{
		"normal":   {func(*cx) error { return actors.Stop }, "", "exit normal"},
		"shutdown": {func(*cx) error { return actors.StopShutdown }, "shutdown", "exit shutdown"},
		"with":     {func(*cx) error { return actors.StopWith("t") }, "shutdown: t", "exit shutdown: t"},
		"crash":    {func(*cx) error { return errBroken }, `crash: actors: process "/p" handling actors_test.do: broken`, `exit crash: actors: process "/p" handling actors_test.do: broken`},
		"killed":   {func(c *cx) error { c.PID().Kill(); return nil }, "killed", "exit killed"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				p := actors.MustSpawn(w, "p", plain())
				plainPeer, trapping := actors.MustSpawn(w, "plain", plain()), actors.MustSpawn(w, "trapping", w.trapper())
				second := actors.MustSpawn(w, "second", plain())
				tell(plainPeer, linkTo(p))
				tell(plainPeer, linkTo(p)) // at most one per pair
				tell(p, linkTo(trapping))  // mutual, from either side
				tell(second, linkTo(plainPeer))
				st, _ := p.PID().Status()
				assert.Equal(t, 2, st.Links)
				tell(p, tc.end)
				assert.Equal(t, []string{tc.told}, w.heard())
				assert.True(t, alive(trapping))
				if tc.plain == "" {
					assert.True(t, alive(plainPeer))
					return
				}
				assert.Equal(t, tc.plain, why(t, plainPeer).String())
				assert.Equal(t, tc.plain, why(t, second).String(), "and on along the next link")
			})
		})
	}
}

// P20: a link to a dead process is an exit signal NoProc.
func TestALinkToTheDeadIsAnExitSignal(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		dead := actors.MustSpawn(w, "dead", plain())
		dead.PID().Kill()
		a, b := actors.MustSpawn(w, "a", plain()), actors.MustSpawn(w, "b", w.trapper())
		tell(a, linkTo(dead))
		tell(b, linkTo(dead))
		assert.Equal(t, exit.NoProc, why(t, a).Kind())
		assert.Equal(t, []string{"exit noproc"}, w.heard())
		tell(b, func(c *cx) error { c.Link(c.PID()); c.Link(actors.PID{}); return nil })
		assert.True(t, alive(b), "a link to oneself or nobody is none")
	})
}

// P20: after Unlink has returned no notice of that link is delivered, even if it was queued.
func TestUnlinkRevokes(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := actors.MustSpawn(w, "a", plain()), actors.MustSpawn(w, "b", w.trapper())
		tell(b, linkTo(a))
		tell(b, func(c *cx) error {
			a.PID().Kill()
			// Its notice is in the queue now.
			c.Unlink(a.PID())
			c.Unlink(a.PID()) // twice is harmless
			return nil
		})
		tell(b, linkTo(a))
		assert.Equal(t, []string{"exit noproc"}, w.heard(), "a new link is none of the old one's business")

		x, y := actors.MustSpawn(w, "x", plain()), actors.MustSpawn(w, "y", plain())
		tell(x, linkTo(y))
		tell(y, func(c *cx) error { c.Unlink(x.PID()); return nil })
		tell(x, func(*cx) error { return errBroken })
		assert.True(t, alive(y), "either side may end it")
	})
}

// The table of exit signals of the parent: a plain process ends after the turn in hand, before its queue; one that traps ends at the
// signal's place in the queue, with the same reason.
func TestAParentsStopTakesItsPlace(t *testing.T) {
	for name, tc := range map[string]struct {
		start func(w *world) func() actors.Behavior[do]
		stop  func(r ref)
		want  []string
	}{
		"plain":    {func(w *world) func() actors.Behavior[do] { return of(doer{}) }, func(r ref) { r.PID().Stop() }, []string{"in hand"}},
		"trapping": {(*world).trapper, func(r ref) { r.PID().Stop() }, []string{"in hand", "before"}},
		"stranger": {(*world).trapper, func(r ref) { r.PID().Exit(exit.ReasonShutdown) }, []string{"in hand", "before", "exit shutdown", "after"}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := actors.MustSpawn(w, "p", tc.start(w))
				tell(r, func(c *cx) error {
					c.Self().Tell(w.says("before"))
					tc.stop(r)
					c.Self().Tell(w.says("after"))
					w.say("in hand")
					return nil
				})
				assert.Equal(t, tc.want, w.heard())
				assert.Equal(t, name == "stranger", alive(r))
				if name != "stranger" {
					assert.Equal(t, exit.ReasonShutdown, why(t, r))
				}
			})
		})
	}
}

// The table of exit signals: a child takes its parent's death as the parent's order, in its place, whatever the reason.
func TestATrappingChildEndsWithItsParent(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		parent := actors.MustSpawn(w, "parent", plain())
		child := ask(t, parent, func(c *cx) ref {
			r, err := actors.SpawnLink(c, "child", w.trapper())
			assert.NoError(t, err)
			return r
		})
		assert.Equal(t, "/parent/child", child.PID().Path())
		tell(parent, func(c *cx) error {
			child.Tell(w.says("before"))
			return errBroken
		})
		assert.Equal(t, []string{"before"}, w.heard())
		assert.Equal(t, why(t, parent), why(t, child))
	})
}

// The table of exit signals: Normal from outside harms no plain process and is told to one that traps; Killed is a kill.
func TestExitSignalsFromOutside(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := actors.MustSpawn(w, "a", plain()), actors.MustSpawn(w, "b", w.trapper())
		a.PID().Exit(exit.ReasonNormal)
		b.PID().Exit(exit.ReasonNormal)
		tell(a, func(c *cx) error { c.AskExit(b.PID(), exit.ShutdownWith("asked")); return nil })
		assert.True(t, alive(a))
		assert.Equal(t, []string{"exit normal", "exit shutdown: asked"}, w.heard())
		a.PID().Exit(exit.ReasonKilled)
		b.PID().Exit(exit.ReasonKilled)
		assert.Equal(t, exit.Killed, why(t, a).Kind())
		assert.Equal(t, exit.Killed, why(t, b).Kind())
		actors.PID{}.Exit(exit.ReasonKilled)
	})
}

// TrapExit(nil) ends trapping.
func TestTrappingCanEnd(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", w.trapper())
		tell(r, func(c *cx) error { c.TrapExit(nil); return nil })
		r.PID().Exit(exit.ReasonShutdown)
		assert.Equal(t, exit.Shutdown, why(t, r).Kind())
		assert.Empty(t, w.heard())
	})
}

// P21: a monitor is one-way and stackable, fires exactly once with the reason, and with NoProc at once when nobody is there.
func TestAMonitorFiresExactlyOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p, watcher := actors.MustSpawn(w, "p", plain()), actors.MustSpawn(w, "watcher", plain())
		var revoked actors.Monitor
		tell(watcher, func(c *cx) error {
			c.Monitor(p.PID(), func(d actors.Down) do { return w.says("first %s %t", d.Reason, d.PID == p.PID()) })
			c.Monitor(p.PID(), func(d actors.Down) do { return w.says("second %s", d.Reason) })
			revoked = c.Monitor(p.PID(), w.sayDown)
			c.Monitor(c.PID(), w.sayDown)
			return nil
		})
		tell(watcher, func(*cx) error { revoked.Stop(); revoked.Stop(); return nil })
		st, _ := watcher.PID().Status()
		assert.Equal(t, 2, st.Monitors)
		tell(p, func(*cx) error { return actors.StopWith("t") })
		assert.Equal(t, []string{"first shutdown: t true", "second shutdown: t"}, w.heard())
		tell(watcher, func(c *cx) error {
			c.Monitor(p.PID(), w.sayDown)
			c.Monitor(actors.PID{}, func(d actors.Down) do { return w.says("%t %s", d.PID.IsZero(), d.Reason) })
			c.Monitor(p.PID(), w.sayDown).Stop()
			return nil
		})
		assert.Equal(t, []string{"down noproc", "true noproc"}, w.heard()[2:])
		assert.True(t, alive(watcher), "one-way")
		actors.Monitor{}.Stop()
	})
}

// P21: the watcher's own death ends its watch, and leaves nothing with the watched.
func TestAMonitorEndsWithItsWatcher(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p, watcher := actors.MustSpawn(w, "p", plain()), actors.MustSpawn(w, "watcher", plain())
		tell(watcher, func(c *cx) error { c.Monitor(p.PID(), w.sayDown); return actors.Stop })
		tell(p, func(*cx) error { return errBroken })
		assert.Empty(t, w.heard())
		assert.Empty(t, w.dead(), "a notice to the dead is no dead letter")
	})
}

// P21: Stop also revokes a notice that is queued already.
func TestStoppingAMonitorRevokesAQueuedNotice(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p, watcher := actors.MustSpawn(w, "p", plain()), actors.MustSpawn(w, "watcher", plain())
		tell(watcher, func(c *cx) error {
			m := c.Monitor(p.PID(), w.sayDown)
			p.PID().Kill()
			st, _ := c.PID().Status()
			assert.Zero(t, st.Monitors)
			m.Stop()
			return nil
		})
		assert.Empty(t, w.heard())
	})
}

// P12, P22: what a process sent before it died is seen before the notice of its death, and notices come in the order they were made.
func TestNoticesKeepTheOrderOfMessages(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		p, r := actors.MustSpawn(w, "p", plain()), actors.MustSpawn(w, "r", w.trapper())
		tell(r, func(c *cx) error {
			c.Monitor(p.PID(), w.sayDown)
			c.Link(p.PID())
			c.Monitor(p.PID(), func(actors.Down) do { return w.says("last") })
			return nil
		})
		tell(p, func(c *cx) error {
			for i := range 3 {
				r.From(c).Tell(w.says("message %d", i))
			}
			return actors.Stop
		})
		assert.Equal(t, []string{"message 0", "message 1", "message 2", "down normal", "exit normal", "last"}, w.heard())
	})
}

// P12: exits and messages between two processes arrive in the order sent; only what is urgent overtakes.
func TestOnlyUrgentSignalsOvertake(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "r", of(doer{view: func() any { w.say("inspected"); return nil }}))
		seen := make(chan error, 1)
		tell(r, func(c *cx) error {
			for i := range 2 {
				c.Self().Tell(w.says("%d", i))
			}
			go func() { _, err := actors.Inspect(t.Context(), r.PID()); seen <- err }()
			time.Sleep(time.Millisecond)
			return nil
		})
		require.NoError(t, <-seen)
		assert.Equal(t, []string{"inspected", "0", "1"}, w.heard())
		tell(r, func(c *cx) error { c.Self().Tell(w.says("not handled")); r.PID().Exit(exit.ReasonShutdown); return nil })
		assert.Len(t, w.heard(), 3)
		assert.Equal(t, exit.Shutdown, why(t, r).Kind())
	})
}

// P23: a stop that is not obeyed in time is followed by a kill; who waits for the death blocks alone, for as long as it says.
func TestAwaitExitWaitsAsLongAsItSays(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		parent := actors.MustSpawn(w, "parent", w.trapper())
		tell(parent, func(c *cx) error {
			child, err := actors.SpawnLink(c, "child", plain())
			assert.NoError(t, err)
			child.Tell(func(*cx) error { <-release; return nil })
			time.Sleep(time.Second)
			begin := c.Now()
			c.AskExit(child.PID(), exit.ReasonShutdown)
			ended, err := c.AwaitExit(child.PID(), 3*time.Second)
			w.say("%t %v after %s", ended, err, c.Now().Sub(begin))
			child.PID().Kill()
			ended, err = c.AwaitExit(child.PID(), -1)
			w.say("%t %v after %s", ended, err, c.Now().Sub(begin))
			_, err = c.AwaitExit(c.PID(), -1)
			assert.ErrorIs(t, err, actors.ErrCallSelf)
			ended, err = c.AwaitExit(actors.PID{}, 0)
			w.say("%t %v", ended, err)
			return nil
		})
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"false <nil> after 3s", "true <nil> after 3s", "true <nil>", "exit killed"}, w.heard())
		close(release)
	})
}

// A link is found from its shorter side: a process with very many links makes and ends one more as fast as the first.
func TestALinkIsFoundFromEitherSide(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hub := actors.MustSpawn(w, "hub", w.trapper())
		spokes := make([]ref, 30_000) // a walk over all links for each would take seconds
		for i := range spokes {
			spokes[i] = actors.MustSpawn(w, "", plain())
		}
		ask(t, hub, func(c *cx) int {
			for _, s := range spokes {
				c.Link(s.PID())
				c.Link(s.PID()) // at most once
			}
			return 0
		})
		links := func(r ref) int { st, _ := r.PID().Status(); return st.Links }
		assert.Equal(t, len(spokes), links(hub))
		assert.Equal(t, 1, links(spokes[7]))
		ask(t, hub, func(c *cx) int {
			for _, s := range spokes[1:] {
				c.Unlink(s.PID())
			}
			return 0
		})
		ask(t, spokes[0], func(c *cx) int { c.Link(hub.PID()); return 0 }) // from the other side it is the same link
		assert.Equal(t, 1, links(hub))
		ask(t, spokes[0], func(c *cx) int { c.Unlink(hub.PID()); return 0 })
		assert.Zero(t, links(hub))
		assert.Zero(t, links(spokes[0]))
	})
}

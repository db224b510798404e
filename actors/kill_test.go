// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// P42: from the instant of the kill whatever the abandoned handler asks of the runtime is void.
func TestAKilledProcessIsFenced(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		other := actors.MustSpawn(w, "other", plain())
		var deferred actors.Reply[int]
		zombie := actors.MustSpawn(w, "zombie", plain())
		first := start(context.Background(), zombie, func(r actors.Reply[int]) do { return func(*cx) error { deferred = r; return nil } })
		inHand := start(context.Background(), zombie, func(r actors.Reply[int]) do {
			return func(c *cx) error {
				running := c.After(time.Hour, w.says("tick"))
				<-release
				r.Send(1)
				deferred.Send(2)
				other.From(c).Tell(w.says("told"))
				assert.ErrorIs(t, other.From(c).TryTell(w.says("told")), actors.ErrFenced)
				assert.ErrorIs(t, other.TellContext(c, w.says("told")), actors.ErrFenced)
				_, err := actors.Call(c, other, replies(1))
				assert.ErrorIs(t, err, actors.ErrFenced)
				_, err = actors.Inspect(c, other.PID())
				assert.ErrorIs(t, err, actors.ErrFenced)
				actors.Request(c, other, 0, replies(1), func(int, error) do { return w.says("answered") })
				_, err = actors.Spawn(c, "child", plain())
				assert.ErrorIs(t, err, actors.ErrFenced)
				_, err = actors.SpawnLink(c, "child", plain())
				assert.ErrorIs(t, err, actors.ErrFenced)
				assert.ErrorIs(t, c.Register("alias"), actors.ErrFenced)
				_, err = c.AwaitExit(other.PID(), -1)
				assert.ErrorIs(t, err, actors.ErrFenced)
				c.Link(other.PID())
				c.Monitor(other.PID(), w.sayDown)
				c.TrapExit(w.sayExit)
				c.AskExit(other.PID(), exit.ReasonKilled)
				c.After(time.Second, w.says("tick"))
				running.Reset(time.Second)
				c.Every(time.Second, w.says("tick"))
				c.Continue(w.says("continued"))
				c.Stash()
				c.Unstash()
				c.Go(func(context.Context) do { w.say("went"); return w.says("went") })
				c.Self().Tell(w.says("self"))
				assert.ErrorIs(t, c.Err(), context.Canceled)
				w.say("handler ends")
				return errBroken
			}
		})
		zombie.PID().Kill()
		for _, out := range []<-chan outcome{first, inHand} {
			var ce *actors.CallError
			require.ErrorAs(t, (<-out).err, &ce)
			assert.Equal(t, exit.Killed, ce.Reason.Kind())
		}
		successor, err := actors.Spawn(w, "zombie", plain())
		require.NoError(t, err, "the replacement starts at once")
		close(release)
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"handler ends"}, w.heard())
		assert.Equal(t, exit.ReasonKilled, why(t, zombie), "what the handler returned is void")
		assert.True(t, alive(other))
		assert.True(t, alive(successor))
		assert.Equal(t, successor.PID(), w.WhereIs("zombie"))
		assert.True(t, w.WhereIs("child").IsZero())
		n := w.Totals()
		assert.EqualValues(t, 2, n.LateReplies+n.TwiceReply)
		st, _ := other.PID().Status()
		assert.Zero(t, st.Links)
		st, _ = zombie.PID().Status()
		assert.Zero(t, st.Links+st.Monitors+st.Timers+st.Stashed+st.Queue, "nothing is kept for the dead")
		assert.Equal(t, []string{"fenced", "noproc"}, w.dead(), "the send in its name, and that to itself")
	})
}

// P42, P43: wherever a handler is stuck: its process dies at once, the gauge is 1 until it returns, and then nothing more happens.
func TestAStuckHandlerIsAbandonedAndCounted(t *testing.T) {
	type tested struct {
		d     doer
		stick func(r ref) // makes it stuck; it has begun when everything rests
		in    string
	}
	for name, build := range map[string]func(w *world, hang func()) tested{
		"on a channel": func(_ *world, hang func()) tested {
			return tested{stick: func(r ref) { r.Tell(func(*cx) error { hang(); return nil }) }, in: "actors_test.do"}
		},
		"in Terminate": func(_ *world, hang func()) tested {
			return tested{
				doer{term: func(*cx, actors.Reason) error { hang(); return errBroken }},
				func(r ref) { r.Tell(func(*cx) error { return actors.Stop }) }, "Terminate",
			}
		},
		"in Inspect": func(_ *world, hang func()) tested {
			return tested{doer{view: func() any { hang(); return nil }}, func(r ref) {
				go func() { _, _ = actors.Inspect(context.Background(), r.PID()) }()
			}, "Inspect"}
		},
		"in a panic": func(_ *world, hang func()) tested {
			return tested{stick: func(r ref) { r.Tell(func(*cx) error { hang(); panic("late") }) }, in: "actors_test.do"}
		},
		"in the making of a notice": func(_ *world, hang func()) tested {
			return tested{stick: func(r ref) {
				r.Tell(func(c *cx) error {
					c.Monitor(actors.PID{}, func(actors.Down) do { hang(); return nil })
					return nil
				})
			}, in: "*kernel.Monitor"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				release := make(chan struct{})
				k := build(w, func() { <-release })
				r := actors.MustSpawn(w, "p", of(k.d))
				watcher := actors.MustSpawn(w, "watcher", plain())
				tell(watcher, func(c *cx) error { c.Monitor(r.PID(), w.sayDown); return nil })
				k.stick(r)
				synctest.Wait()
				r.Tell(w.says("never"))
				r.PID().Kill()
				r.PID().Kill()
				assert.Equal(t, []string{"down killed"}, w.heard())
				assert.Equal(t, []string{"stopped"}, w.dead())
				assert.EqualValues(t, 1, w.Totals().Abandoning)
				require.Len(t, w.left, 1)
				assert.Equal(t, actors.ProcessAbandoned{PID: r.PID(), InHand: k.in}, w.left[0])
				successor := actors.MustSpawn(w, "p", plain())
				assert.Empty(t, w.back)
				close(release)
				assert.Equal(t, []string{"down killed"}, w.heard())
				assert.Equal(t, []actors.ProcessReleased{{PID: r.PID()}}, w.back)
				assert.Zero(t, w.Totals().Abandoning)
				assert.EqualValues(t, 1, w.Totals().Abandoned)
				assert.Equal(t, exit.ReasonKilled, why(t, r))
				assert.True(t, alive(successor))
			})
		})
	}
}

// P43: a handler that waits for another process is freed by the kill; one that heeds its context ends itself.
func TestAHandlerThatWaitsIsFreedByTheKill(t *testing.T) {
	for name, wait := range map[string]func(c *cx, other ref){
		"call":         func(c *cx, other ref) { _, _ = actors.Call(c, other, silent) },
		"call forever": func(c *cx, other ref) { _, _ = actors.CallForever(context.Background(), other.From(c), silent) },
		"await exit":   func(c *cx, other ref) { _, _ = c.AwaitExit(other.PID(), -1) },
		"done":         func(c *cx, _ ref) { <-c.Done() },
		"timeout": func(c *cx, _ ref) {
			ctx, cancel := c.WithTimeout(time.Hour)
			defer cancel()
			<-ctx.Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				other, r := actors.MustSpawn(w, "other", plain()), actors.MustSpawn(w, "p", plain())
				tell(r, func(c *cx) error { wait(c, other); w.say("freed"); return nil })
				assert.Empty(t, w.heard())
				r.PID().Kill()
				assert.Equal(t, []string{"freed"}, w.heard())
				assert.Zero(t, w.Totals().Abandoning)
			})
		})
	}
}

// P42: goroutines of Go that are stuck are left behind; what they return is void.
func TestGoroutinesOfAKilledProcessAreLeftBehind(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error {
			c.Go(func(context.Context) do { <-release; return w.says("void") })
			c.Go(func(context.Context) do { <-release; panic("void") })
			return nil
		})
		r.PID().Kill()
		assert.EqualValues(t, 2, w.Totals().LeftGo)
		assert.Zero(t, w.Totals().Abandoned, "no handler was running")
		close(release)
		assert.Empty(t, w.heard())
		assert.Zero(t, w.Totals().LeftGo)
		assert.Equal(t, exit.ReasonKilled, why(t, r))
	})
}

// P44: a send through a bare Ref is not fenced: nobody knows the sender.
func TestABareRefIsNotFenced(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		other, r := actors.MustSpawn(w, "other", plain()), actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error { c.PID().Kill(); other.Tell(w.says("told")); return nil })
		assert.Equal(t, []string{"told"}, w.heard())
	})
}

// Kill: links of a killed process get Killed; a parent that is killed takes its children along.
func TestAKilledParentTakesItsChildrenAlong(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		parent := actors.MustSpawn(w, "parent", plain())
		child := ask(t, parent, func(c *cx) ref {
			r, err := actors.SpawnLink(c, "child", w.trapper())
			assert.NoError(t, err)
			return r
		})
		parent.PID().Kill()
		assert.Equal(t, exit.Killed, why(t, child).Kind())
	})
}

// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// P38: Done closes when the process ends or a stop takes effect; the cause says why.
func TestDoneClosesWhenAStopTakesEffect(t *testing.T) {
	for name, tc := range map[string]struct {
		trap  bool
		stop  func(p actors.PID)
		early bool // while the handler is still running
		cause string
	}{
		"stop":             {false, actors.PID.Stop, true, "actors: process ended: shutdown"},
		"exit":             {false, func(p actors.PID) { p.Exit(exit.ShutdownWith("t")) }, true, "actors: process ended: shutdown: t"},
		"kill":             {false, actors.PID.Kill, true, "actors: process ended: killed"},
		"normal":           {false, func(p actors.PID) { p.Exit(exit.ReasonNormal) }, false, ""},
		"stop if trapping": {true, actors.PID.Stop, false, "actors: process ended: shutdown"},
		"exit if trapping": {true, func(p actors.PID) { p.Exit(exit.ReasonShutdown) }, false, ""},
		"kill if trapping": {true, actors.PID.Kill, true, "actors: process ended: killed"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				begin := plain()
				if tc.trap {
					begin = w.trapper()
				}
				r := actors.MustSpawn(w, "p", begin)
				var ctx context.Context
				tell(r, func(c *cx) error { // made before the stop
					var cancel context.CancelFunc
					ctx, cancel = context.WithCancel(c)
					t.Cleanup(cancel)
					time.Sleep(time.Second)
					w.say("early %t", c.Err() != nil)
					_, stopped := c.Stopped()
					assert.Equal(t, tc.early, stopped)
					return nil
				})
				tc.stop(r.PID())
				time.Sleep(time.Minute)
				assert.Equal(t, tc.early, w.heard()[0] == "early true")
				if tc.cause == "" {
					assert.NoError(t, ctx.Err())
					return
				}
				assert.EqualError(t, context.Cause(ctx), tc.cause)
				assert.ErrorIs(t, ctx.Err(), context.Canceled)
			})
		})
	}
}

// P38: a context that is first asked for after the stop is cancelled already.
func TestAContextThatComesLateIsCancelled(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error {
			c.PID().Stop()
			w.say("%v", context.Cause(c))
			c.PID().Kill()
			return nil
		})
		assert.Equal(t, []string{"actors: process ended: shutdown"}, w.heard())
		late := actors.MustSpawn(w, "late", plain())
		tell(late, func(c *cx) error { c.PID().Kill(); w.say("%v", context.Cause(c)); return nil })
		assert.Equal(t, "actors: process ended: killed", w.heard()[1])
	})
}

// P39: the result of Go arrives as a message; Do has none.
func TestTheResultOfGoIsAMessage(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error {
			c.Go(func(ctx context.Context) do {
				v, err := actors.Call(ctx, c.Self(), replies(7)) // not a call to self: it is another goroutine
				return w.says("result %d %v", v, err)
			})
			c.Do(func(context.Context) { w.say("done") })
			return nil
		})
		assert.ElementsMatch(t, []string{"result 7 <nil>", "done"}, w.heard())
	})
}

// P39: a panic or Goexit in Go is a crash of the process, after the turn in hand, even if it traps exits.
func TestAPanicInGoIsACrash(t *testing.T) {
	for name, tc := range map[string]struct {
		fn    func(context.Context) do
		cause error
	}{
		"panic":  {func(context.Context) do { panic(errBroken) }, errBroken},
		"goexit": {func(context.Context) do { runtime.Goexit(); return nil }, exit.ErrGoexit},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := actors.MustSpawn(w, "p", w.trapper())
				tell(r, func(c *cx) error {
					c.Go(tc.fn)
					time.Sleep(time.Second)
					w.say("turn ends")
					c.Self().Tell(w.says("never"))
					return nil
				})
				time.Sleep(2 * time.Second)
				assert.Equal(t, []string{"turn ends"}, w.heard())
				c := why(t, r).CrashError()
				require.NotNil(t, c)
				assert.ErrorIs(t, c, tc.cause)
				assert.Equal(t, []any{"Go", "/p"}, []any{c.Message, c.Path})
				assert.Equal(t, name == "panic", c.Stack != nil)
			})
		})
	}
}

// P39: an ordered stop waits for the goroutines of Go, with their context cancelled; a kill ends that wait.
func TestAnOrderedStopWaitsForGo(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		work := func(c *cx) error {
			c.Go(func(ctx context.Context) do {
				<-ctx.Done()
				time.Sleep(time.Second)
				w.say("cleaned up")
				return w.says("void")
			})
			return nil
		}
		r := actors.MustSpawn(w, "p", of(doer{term: func(*cx, actors.Reason) error { w.say("terminate"); return nil }}))
		tell(r, work)
		r.PID().Stop()
		assert.True(t, alive(r))
		time.Sleep(time.Second)
		assert.Equal(t, []string{"cleaned up", "terminate"}, w.heard())
		assert.Equal(t, exit.Shutdown, why(t, r).Kind())

		r = actors.MustSpawn(w, "q", plain())
		tell(r, work)
		r.PID().Stop()
		r.PID().Kill()
		assert.Equal(t, exit.Killed, why(t, r).Kind())
		assert.EqualValues(t, 1, w.Totals().LeftGo)
		time.Sleep(time.Second)
		assert.Len(t, w.heard(), 3)
		assert.Zero(t, w.Totals().LeftGo)
	})
}

// P39: a panic of a goroutine that an ordered stop waits for replaces the reason: it is not lost in silence.
func TestAPanicInGoDuringAStopReplacesTheReason(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", of(doer{term: func(_ *cx, why actors.Reason) error { w.say("%s", why.Kind()); return nil }}))
		tell(r, func(c *cx) error {
			c.Do(func(ctx context.Context) { <-ctx.Done(); panic(errBroken) })
			return actors.Stop
		})
		assert.ErrorIs(t, why(t, r).CrashError(), errBroken)
		assert.Equal(t, []string{"crash"}, w.heard())
	})
}

// P39: a crash does not wait; what is left over is counted and its result void.
func TestACrashDoesNotWaitForGo(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error {
			c.Go(func(context.Context) do { time.Sleep(time.Second); return w.says("void") })
			return errBroken
		})
		assert.Equal(t, exit.Crash, why(t, r).Kind())
		assert.EqualValues(t, 1, w.Totals().LeftGo)
		time.Sleep(time.Second)
		assert.Empty(t, w.heard())
		assert.Zero(t, w.Totals().LeftGo)
		assert.Empty(t, w.dead())
	})
}

// A goroutine that calls with the process's own Context does not take the place of the turn that waits: a kill frees both.
func TestAKillFreesATurnThatWaitsBesideItsGoroutines(t *testing.T) {
	bubbleWith(t, actors.Options{CallTimeout: -1}, func(t *testing.T, w *world) {
		replies := make([]actors.Reply[int], 2)
		deaf := actors.MustSpawn(w, "deaf", plain())
		call := func(ctx context.Context, to ref, i int) error {
			_, err := actors.Call(ctx, to, func(r actors.Reply[int]) do {
				return func(*cx) error { replies[i] = r; return nil }
			})
			return err
		}
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error {
			for i := range replies {
				c.Go(func(context.Context) do { w.say("goroutine: %v", call(c, deaf, i)); return nil })
			}
			w.say("turn: %v", call(context.Background(), deaf.From(c), 0))
			return nil
		})
		replies[1].Send(1)
		assert.Equal(t, []string{"goroutine: <nil>"}, w.heard())
		r.PID().Kill()
		assert.Contains(t, w.heard(), `turn: actors: call "/deaf": the calling process has been killed`)
		assert.Zero(t, w.Totals().Abandoning)
		assert.Len(t, w.heard(), 3)
		deaf.PID().Kill()
	})
}

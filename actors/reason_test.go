// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// The table of exit reasons, and P7: what Receive ends with becomes the reason; its text says which.
func TestReceiveEndsWithTheReasonOfItsResult(t *testing.T) {
	for name, tc := range map[string]struct {
		end  do
		kind exit.Kind
		text string
	}{
		"stop":             {func(*cx) error { return actors.Stop }, exit.Normal, "normal"},
		"shutdown":         {func(*cx) error { return actors.StopShutdown }, exit.Shutdown, "shutdown"},
		"shutdown with":    {func(*cx) error { return actors.StopWith("t") }, exit.Shutdown, "shutdown: t"},
		"passed on":        {func(*cx) error { return actors.StopBecause(exit.ReasonKilled) }, exit.Killed, "killed"},
		"kill":             {func(c *cx) error { c.PID().Kill(); return nil }, exit.Killed, "killed"},
		"error":            {func(*cx) error { return errBroken }, exit.Crash, `crash: actors: process "/p" handling actors_test.do: broken`},
		"panic":            {func(*cx) error { panic("boom") }, exit.Crash, `crash: actors: process "/p" handling actors_test.do: panic: boom`},
		"goexit":           {func(*cx) error { runtime.Goexit(); return nil }, exit.Crash, "Goexit"},
		"wrapped stop":     {func(*cx) error { return fmt.Errorf("x: %w", actors.Stop) }, exit.Crash, "x: actors: stop"},
		"wrapped shutdown": {func(*cx) error { return errors.Join(actors.StopWith("t")) }, exit.Crash, "shutdown: t"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := actors.MustSpawn(w, "p", plain())
				tell(r, tc.end)
				got := why(t, r)
				assert.Equal(t, tc.kind, got.Kind())
				assert.Contains(t, got.String(), tc.text)
				if c := got.CrashError(); c != nil {
					assert.Equal(t, "/p", c.Path)
					assert.Equal(t, r.PID().Incarnation(), c.Incarnation)
					assert.Equal(t, "actors_test.do", c.Message)
				}
				require.Len(t, w.exited, 1)
				assert.Equal(t, got, w.exited[0].Reason)
			})
		})
	}
}

// P7: a panic keeps its stack and its value, an error has none.
func TestACrashByPanicHasAStack(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(*cx) error { panic(errBroken) })
		c := why(t, r).CrashError()
		assert.ErrorIs(t, c, errBroken)
		assert.Contains(t, string(c.Stack), "reason_test.go")
		r = actors.MustSpawn(w, "p", plain())
		tell(r, func(*cx) error { return errBroken })
		assert.Nil(t, why(t, r).CrashError().Stack)
	})
}

// P8: the error of a call whose callee ended with Shutdown is a crash of the caller that returns it.
func TestAFailedCallReturnedIsACrash(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		callee, caller := actors.MustSpawn(w, "callee", plain()), actors.MustSpawn(w, "caller", plain())
		tell(caller, func(c *cx) error {
			_, err := actors.Call(c, callee, func(actors.Reply[int]) do { return func(*cx) error { return actors.StopShutdown } })
			return err
		})
		assert.Equal(t, exit.Shutdown, why(t, callee).Kind())
		assert.Equal(t, exit.Crash, why(t, caller).Kind())
		var ce *actors.CallError
		require.ErrorAs(t, why(t, caller).CrashError(), &ce)
		assert.Equal(t, exit.Shutdown, ce.Reason.Kind())
	})
}

// A reason is immutable: who passes a crash on does not put his own name on it.
func TestAReasonPassedOnKeepsItsOrigin(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		worker, proxy := actors.MustSpawn(w, "worker", plain()), actors.MustSpawn(w, "proxy", plain())
		tell(worker, func(*cx) error { return errBroken })
		tell(proxy, func(*cx) error { return actors.StopBecause(why2(worker)) })
		assert.Equal(t, "/worker", why(t, proxy).CrashError().Path)
		assert.Equal(t, "/worker", why(t, worker).CrashError().Path)
	})
}

// why2 is the reason of a process that is known to be dead.
func why2(r ref) actors.Reason { reason, _ := r.PID().Reason(); return reason }

// P9: context, Terminate, fence and timers, names, mailbox, reason, notices; so a name is free before anyone hears of the death.
func TestDyingRunsInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		watcher := actors.MustSpawn(w, "watcher", w.trapper())
		var dying, successor ref
		dying = actors.MustSpawn(w, "name", of(doer{
			init: func(c *cx) error {
				require.NoError(t, c.Register("alias"))
				c.Do(func(ctx context.Context) {
					<-ctx.Done()
					w.say("context: %v", context.Cause(ctx))
				})
				c.Every(time.Second, w.says("tick"))
				return nil
			},
			term: func(c *cx, why actors.Reason) error {
				w.say("terminate: %s, name held: %t, alive: %t", why, w.WhereIs("name") == c.PID(), c.PID().Alive())
				c.Self().Tell(w.says("never"))
				return nil
			},
		}))
		tell(watcher, func(c *cx) error {
			c.Monitor(dying.PID(), func(d actors.Down) do {
				var err error
				successor, err = actors.Spawn(c, "name", plain())
				_, known := d.PID.Reason()
				return w.says("down: successor %v, alias free %t, reason known %t", err, w.WhereIs("alias").IsZero(), known)
			})
			return nil
		})
		tell(dying, func(*cx) error { return actors.Stop })
		time.Sleep(time.Minute)
		assert.Equal(t, []string{
			"context: actors: process ended: normal",
			"terminate: normal, name held: true, alive: true",
			"down: successor <nil>, alias free true, reason known true",
		}, w.heard())
		assert.Equal(t, []string{"stopped"}, w.dead())
		assert.True(t, alive(successor))
	})
}

// P10: a panic, an error or a Goexit in Terminate replaces the reason.
func TestTerminateCanReplaceTheReason(t *testing.T) {
	for name, tc := range map[string]struct {
		term func(*cx, actors.Reason) error
		kind exit.Kind
		text string
	}{
		"nil":    {func(*cx, actors.Reason) error { return nil }, exit.Shutdown, "shutdown: t"},
		"panic":  {func(*cx, actors.Reason) error { panic("boom") }, exit.Crash, "handling Terminate: panic: boom"},
		"error":  {func(*cx, actors.Reason) error { return errBroken }, exit.Crash, "handling Terminate: broken"},
		"goexit": {func(*cx, actors.Reason) error { runtime.Goexit(); return nil }, exit.Crash, "handling Terminate: actors: a callback called"},
		"stop":   {func(*cx, actors.Reason) error { return actors.Stop }, exit.Normal, "normal"},
	} {
		for how, end := range map[string]do{
			"stopped": func(*cx) error { return actors.StopWith("t") },
			"goexit":  func(*cx) error { runtime.Goexit(); return nil },
		} {
			t.Run(name+" after "+how, func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					calls := 0
					r := actors.MustSpawn(w, "p", of(doer{term: func(c *cx, why actors.Reason) error { calls++; return tc.term(c, why) }}))
					tell(r, end)
					assert.Equal(t, 1, calls)
					if how == "stopped" || name != "nil" {
						assert.Equal(t, tc.kind, why(t, r).Kind())
						assert.Contains(t, why(t, r).String(), tc.text)
					}
					assert.True(t, w.WhereIs("p").IsZero())
				})
			})
		}
	}
}

// P10: Terminate has a context that lives until the kill that cuts it short, not the cancelled one; it may call others.
func TestTerminateHasALivingContext(t *testing.T) {
	for name, end := range map[string]func(r ref){
		"own stop":    func(r ref) { tell(r, func(*cx) error { return actors.Stop }) },
		"parent stop": func(r ref) { r.PID().Stop() },
		"crash":       func(r ref) { tell(r, func(*cx) error { return errBroken }) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				other := actors.MustSpawn(w, "other", plain())
				r := actors.MustSpawn(w, "p", of(doer{
					init: func(c *cx) error { _ = c.Done(); return nil },
					term: func(c *cx, _ actors.Reason) error {
						v, err := actors.Call(c, other, func(r actors.Reply[int]) do { return func(*cx) error { r.Send(7); return nil } })
						w.say("%d %v %v", v, err, c.Err())
						<-c.Done()
						w.say("%v", context.Cause(c))
						return nil
					},
				}))
				end(r)
				assert.Equal(t, []string{"7 <nil> <nil>"}, w.heard())
				assert.True(t, alive(r))
				r.PID().Kill()
				assert.Equal(t, []string{"7 <nil> <nil>", "actors: process ended: killed"}, w.heard())
				assert.Equal(t, exit.Killed, why(t, r).Kind())
			})
		})
	}
}

// P9, P10: a process dies once, with one reason: exit signals that come while it is in Terminate change nothing.
func TestExitSignalsDoNotDisturbTerminate(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		friend := actors.MustSpawn(w, "friend", plain())
		r := actors.MustSpawn(w, "p", of(doer{
			init: func(c *cx) error { c.Link(friend.PID()); return nil },
			term: func(c *cx, why actors.Reason) error {
				_ = c.Done() // the context is made when it is first asked for
				c.PID().Stop()
				c.PID().Exit(exit.ShutdownWith("other"))
				friend.PID().Kill()
				w.say("%s %v", why, c.Err())
				return nil
			},
		}))
		tell(r, func(*cx) error { return actors.Stop })
		assert.Equal(t, []string{"normal <nil>"}, w.heard())
		assert.Equal(t, exit.ReasonNormal, why(t, r))
	})
}

// P24: Terminate also runs in processes that do not trap exits.
func TestTerminateRunsWithoutTrappingExits(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		friend := actors.MustSpawn(w, "friend", plain())
		r := actors.MustSpawn(w, "p", of(doer{
			init: func(c *cx) error { c.Link(friend.PID()); return nil },
			term: func(_ *cx, why actors.Reason) error { w.say("%s", why.Kind()); return nil },
		}))
		tell(friend, func(*cx) error { return errBroken })
		assert.Equal(t, []string{"crash"}, w.heard())
		assert.Equal(t, why(t, friend), why(t, r))
	})
}

// The types of crash reports: a message that a notice became is named by its own type.
func TestACrashNamesTheMessageThatANoticeBecame(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		tell(r, func(c *cx) error { c.After(time.Second, func(*cx) error { return errBroken }); return nil })
		time.Sleep(time.Second)
		assert.Equal(t, "actors_test.do", why(t, r).CrashError().Message)
	})
}

// An event of a start always comes before that of the end.
func TestTheStartIsReportedBeforeTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", of(doer{init: func(c *cx) error {
			c.Self().Tell(func(*cx) error { return actors.Stop })
			return nil
		}}))
		why(t, r)
		var names []string
		for _, e := range w.order {
			names = append(names, e.EventName())
		}
		assert.Equal(t, []string{"process.started", "process.exited"}, names)
	})
}

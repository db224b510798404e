// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

var errBroken = errors.New("broken")

// P1: start builds a fresh behaviour for each incarnation.
func TestEachIncarnationStartsWithAFreshBehaviour(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		built := 0
		start := func() actors.Behavior[do] { built++; return &doer{} }
		first := actors.MustSpawn(w, "same", start)
		tell(first, func(*cx) error { return errBroken })
		second := actors.MustSpawn(w, "same", start)
		assert.Equal(t, 2, built)
		assert.NotEqual(t, first, second)
	})
}

// P2: Spawn returns when Init is over, with the outcome of Init.
func TestSpawnReturnsWhatInitEndedWith(t *testing.T) {
	boom := func(*cx) error { panic("boom") }
	for name, tc := range map[string]struct {
		init  func(c *cx) error
		check func(t *testing.T, err error)
	}{
		"nil":    {nil, func(t *testing.T, err error) { assert.NoError(t, err) }},
		"ignore": {func(*cx) error { return actors.Ignore }, func(t *testing.T, err error) { assert.ErrorIs(t, err, actors.ErrIgnore) }},
		"error": {func(*cx) error { return errBroken }, func(t *testing.T, err error) {
			var se *actors.StartError
			require.ErrorAs(t, err, &se)
			assert.Equal(t, exit.Crash, se.Reason.Kind())
			assert.Equal(t, "Init", se.Reason.CrashError().Message)
			assert.Nil(t, se.Reason.CrashError().Stack)
			assert.ErrorIs(t, err, errBroken)
			assert.Equal(t, "/p", se.Path)
		}},
		"stop": {func(*cx) error { return actors.Stop }, func(t *testing.T, err error) {
			var se *actors.StartError
			require.ErrorAs(t, err, &se)
			assert.Equal(t, exit.Normal, se.Reason.Kind())
		}},
		"shutdown": {func(*cx) error { return actors.StopWith("later") }, func(t *testing.T, err error) {
			var se *actors.StartError
			require.ErrorAs(t, err, &se)
			assert.Equal(t, "shutdown: later", se.Reason.String())
		}},
		"wrapped ignore": {func(*cx) error { return errors.Join(actors.Ignore) }, func(t *testing.T, err error) {
			assert.NotErrorIs(t, err, actors.ErrIgnore)
			var se *actors.StartError
			require.ErrorAs(t, err, &se)
			assert.Equal(t, exit.Crash, se.Reason.Kind())
		}},
		"panic": {boom, func(t *testing.T, err error) {
			var se *actors.StartError
			require.ErrorAs(t, err, &se)
			var p *exit.PanicError
			require.ErrorAs(t, err, &p)
			assert.Equal(t, "boom", p.Value)
			assert.Contains(t, string(se.Reason.CrashError().Stack), "start_test.go")
		}},
	} {
		for limit, option := range map[string]actors.Option{"": actors.Kind("k"), " with a time limit": actors.StartTimeout(time.Second)} {
			t.Run(name+limit, func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					r, err := actors.Spawn(w, "p", of(doer{init: tc.init}), option)
					tc.check(t, err)
					assert.Equal(t, err == nil, r.PID().Alive())
					assert.Equal(t, err == nil, !w.WhereIs("p").IsZero(), "the name is held exactly by what is up")
				})
			})
		}
	}
}

// P2: Goexit in Init is a failed start. On the spawner's goroutine it ends the spawner too, which is a crash of the spawner.
func TestGoexitInInitFailsTheStart(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		leave := of(doer{init: func(*cx) error { runtime.Goexit(); return nil }})
		begin := time.Now()
		_, err := actors.Spawn(w, "limited", leave, actors.StartTimeout(time.Hour))
		assert.ErrorIs(t, err, exit.ErrGoexit)
		assert.Zero(t, time.Since(begin), "the start does not wait for its limit")

		over := make(chan struct{})
		go func() {
			defer close(over)
			_, _ = actors.Spawn(w, "outside", leave)
			t.Error("Goexit was swallowed")
		}()
		<-over
		assert.True(t, w.WhereIs("outside").IsZero())

		spawner := actors.MustSpawn(w, "spawner", plain())
		tell(spawner, func(c *cx) error { _, _ = actors.Spawn(c, "inside", leave); return nil })
		assert.ErrorIs(t, why(t, spawner).CrashError(), exit.ErrGoexit)
		assert.True(t, w.WhereIs("inside").IsZero())
	})
}

// P2: a name that is taken starts nothing, and says who holds it.
func TestATakenNameStartsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		holder := actors.MustSpawn(w, "n", plain())
		_, err := actors.Spawn(w, "n", of(doer{init: func(*cx) error { t.Error("Init ran"); return nil }}))
		var taken *actors.NameTakenError
		require.ErrorAs(t, err, &taken)
		assert.Equal(t, "n", taken.Name)
		assert.Equal(t, holder.PID(), taken.Holder)
		assert.EqualValues(t, 1, w.Totals().Started)

		_, err = actors.Spawn(w, "n", plain(), actors.Local())
		assert.NoError(t, err, "a local name is never taken")
		assert.Equal(t, holder.PID(), w.WhereIs("n"))
	})
}

// P3: no message is handled before Init has returned; what arrives meanwhile waits.
func TestMessagesWaitForInit(t *testing.T) {
	for name, option := range map[string]actors.Option{"here": actors.Kind(""), "elsewhere": actors.StartTimeout(time.Minute)} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				_, err := actors.Spawn(w, "p", of(doer{init: func(c *cx) error {
					c.Self().Tell(w.says("second"))
					actors.Named[do](w.System, "p").Tell(w.says("third"))
					c.Continue(w.says("first"))
					time.Sleep(time.Second)
					w.say("init")
					return nil
				}}), option)
				require.NoError(t, err)
				assert.Equal(t, []string{"init", "first", "second", "third"}, w.heard())
			})
		})
	}
}

// P3: what Continue puts in is handled before anything queued or unstashed, from Receive too.
func TestContinueIsTheNextMessage(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		asides := 0
		aside := func(c *cx) error {
			if asides++; asides == 1 {
				c.Stash()
				return nil
			}
			w.say("stashed")
			return nil
		}
		tell(r, aside)
		tell(r, func(c *cx) error {
			c.Self().Tell(w.says("queued"))
			c.Continue(w.says("continued"))
			c.Unstash()
			return nil
		})
		assert.Equal(t, []string{"continued", "stashed", "queued"}, w.heard())
	})
}

// P4: after a failed or ignoring Init nothing is left: name free, timers, links and monitors gone.
func TestNothingIsLeftOfAFailedInit(t *testing.T) {
	for name, end := range map[string]func() error{
		"error": func() error { return errBroken }, "ignore": func() error { return actors.Ignore }, "panic": func() error { panic(errBroken) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				friend := actors.MustSpawn(w, "friend", w.trapper())
				var timer actors.Timer
				_, err := actors.Spawn(w, "p", of(doer{init: func(c *cx) error {
					c.Link(friend.PID())
					c.Monitor(friend.PID(), w.sayDown)
					timer = c.Every(time.Second, w.says("tick"))
					require.NoError(t, c.Register("alias"))
					c.Self().Tell(w.says("message"))
					return end()
				}, term: func(*cx, actors.Reason) error { w.say("terminate"); return nil }}))
				require.Error(t, err)
				assert.True(t, w.WhereIs("p").IsZero())
				assert.True(t, w.WhereIs("alias").IsZero())
				assert.Equal(t, 1, w.Len())
				st, _ := friend.PID().Status()
				assert.Zero(t, st.Links)
				time.Sleep(time.Minute)
				timer.Cancel()
				for _, line := range w.heard() {
					assert.Contains(t, line, "exit ", "only the link hears of it")
				}
				assert.Equal(t, []string{"stopped"}, w.dead())
			})
		})
	}
}

// P5: when the StartTimeout passes the process is killed and the start fails; the handler is abandoned until it returns.
func TestStartTimeoutAbandonsAnInitThatBlocksForEver(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		begin := time.Now()
		_, err := actors.Spawn(w, "p", of(doer{init: func(*cx) error { <-release; return nil }}), actors.StartTimeout(3*time.Second))
		assert.ErrorIs(t, err, actors.ErrStartTimeout)
		assert.Equal(t, 3*time.Second, time.Since(begin))
		assert.True(t, w.WhereIs("p").IsZero())
		assert.EqualValues(t, 1, w.Totals().Abandoning)

		again, err := actors.Spawn(w, "p", plain(), actors.StartTimeout(time.Second))
		require.NoError(t, err, "the replacement starts at once")
		close(release)
		synctest.Wait()
		assert.Zero(t, w.Totals().Abandoning)
		assert.EqualValues(t, 1, w.Totals().Abandoned)
		assert.True(t, again.PID().Alive())
	})
}

// P5: with a StartTimeout a kill takes effect at once, and the spawner does not wait for the limit.
func TestAKillDuringALimitedInitEndsTheStart(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		time.AfterFunc(time.Second, func() { w.WhereIs("p").Kill() })
		begin := time.Now()
		_, err := actors.Spawn(w, "p", of(doer{init: func(*cx) error { <-release; return nil }}), actors.StartTimeout(time.Hour))
		var se *actors.StartError
		require.ErrorAs(t, err, &se)
		assert.Equal(t, exit.Killed, se.Reason.Kind())
		assert.Equal(t, time.Second, time.Since(begin))
		assert.EqualValues(t, 1, w.Totals().Abandoning)
		close(release)
		synctest.Wait()
	})
}

// P5: a kill during an Init on the spawner's goroutine takes effect when Init returns.
func TestAKillDuringInitOnTheSpawnersGoroutineWaitsForInit(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		begin := time.Now()
		_, err := actors.Spawn(w, "p", of(doer{init: func(c *cx) error {
			w.WhereIs("p").Kill()
			time.Sleep(time.Second)
			assert.True(t, c.PID().Alive())
			return nil
		}, term: func(*cx, actors.Reason) error { t.Error("a killed process runs no Terminate"); return nil }}))
		var se *actors.StartError
		require.ErrorAs(t, err, &se)
		assert.Equal(t, exit.Killed, se.Reason.Kind())
		assert.Equal(t, time.Second, time.Since(begin))
		assert.True(t, w.WhereIs("p").IsZero())
		assert.Zero(t, w.Totals().Abandoned)
		assert.Empty(t, w.started, "it never was up")
	})
}

// P5, P18: a spawner that is killed while a limited Init runs is freed at once, and the start is void.
func TestAKilledSpawnerIsFreedFromALimitedInit(t *testing.T) {
	for name, spawn := range map[string]func(actors.Spawner, string, func() actors.Behavior[do], ...actors.Option) (ref, error){
		"spawn": actors.Spawn[do], "spawn link": actors.SpawnLink[do],
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				release := make(chan struct{})
				spawner := actors.MustSpawn(w, "spawner", plain())
				tell(spawner, func(c *cx) error {
					_, err := spawn(c, "child", of(doer{init: func(*cx) error { <-release; return nil }}), actors.StartTimeout(time.Hour))
					w.say("freed %t", err != nil)
					return nil
				})
				spawner.PID().Kill()
				assert.Equal(t, []string{"freed true"}, w.heard())
				assert.True(t, w.WhereIs("child").IsZero())
				close(release)
			})
		})
	}
}

// P6: Init runs as the new process: Self, timers, links, monitors and calls are its own.
func TestInitRunsAsTheNewProcess(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		friend := actors.MustSpawn(w, "friend", plain())
		spawner := actors.MustSpawn(w, "spawner", plain())
		child := ask(t, spawner, func(c *cx) ref {
			r, err := actors.Spawn(c, "child", of(doer{init: func(c *cx) error {
				w.say("self %s", c.Self().PID().Name())
				c.After(time.Second, w.says("tick"))
				c.Link(friend.PID())
				c.Monitor(friend.PID(), w.sayDown)
				v, err := actors.Call(c, friend, func(r actors.Reply[string]) do {
					return func(*cx) error { r.Send("answer"); return nil }
				})
				w.say("%s %v", v, err)
				_, err = actors.Call(c, c.Self(), func(actors.Reply[string]) do { return nil })
				w.say("%v", errors.Is(err, actors.ErrCallSelf))
				return nil
			}}))
			assert.NoError(t, err)
			return r
		})
		st, _ := child.PID().Status()
		assert.Equal(t, []int{1, 1, 1}, []int{st.Links, st.Monitors, st.Timers})
		st, _ = spawner.PID().Status()
		assert.Equal(t, []int{0, 0, 0}, []int{st.Links, st.Monitors, st.Timers})
		time.Sleep(time.Second)
		assert.Equal(t, []string{"self child", "answer <nil>", "true", "tick"}, w.heard())
	})
}

// P4, P9: whoever looks when Spawn has returned finds the process up: it was linked before anything could happen to it.
func TestALinkedChildThatIsKilledAtOnceIsHeardOf(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		parent := actors.MustSpawn(w, "parent", w.trapper())
		tell(parent, func(c *cx) error {
			actors.Named[do](w.System, "child").Tell(nil)
			_, err := actors.SpawnLink(c, "child", of(doer{init: func(c *cx) error {
				c.Self().Tell(func(*cx) error { return actors.StopWith("early") })
				return nil
			}}))
			return err
		})
		assert.Equal(t, []string{"exit shutdown: early"}, w.heard())
	})
}

// P42: a spawn inside a process that has been killed is void.
func TestSpawnOnAClosedSystemIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		require.NoError(t, w.Close(context.Background()))
		_, err := actors.Spawn(w, "p", plain())
		assert.ErrorIs(t, err, actors.ErrStopped)
	})
}

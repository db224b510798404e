// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// A start that has nothing to run fails at once and says what is missing, instead of crashing on the first message.
func TestAStartWithoutABehaviourFails(t *testing.T) {
	for name, start := range map[string]func() actors.Behavior[do]{
		"no function":  nil,
		"no behaviour": func() actors.Behavior[do] { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				_, err := actors.Spawn(w, "p", start)
				require.ErrorIs(t, err, actors.ErrNoBehavior)
				var failed *actors.StartError
				require.ErrorAs(t, err, &failed)
				assert.Equal(t, "/p", failed.Path)
				assert.True(t, w.WhereIs("p").IsZero())
			})
		})
	}
}

// A function that is missing is a mistake where it is handed over, not where it would have been called.
func TestAMissingFunctionPanicsWhereItIsGiven(t *testing.T) {
	assert.PanicsWithValue(t, "actors: Stateless needs a function", func() { actors.Stateless[do](nil) })
	for name, mistake := range map[string]func(c *cx){
		"Monitor": func(c *cx) { c.Monitor(c.PID(), nil) },
		"Request": func(c *cx) {
			actors.Request[int](c, c.Self(), 0, func(actors.Reply[int]) do { return nil }, (func(int, error) do)(nil))
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := actors.MustSpawn(w, "p", plain())
				tell(r, func(c *cx) error { mistake(c); return nil })
				crash := why(t, r).CrashError()
				require.NotNil(t, crash)
				assert.Equal(t, &exit.PanicError{Value: "actors: " + name + " needs a function"}, crash.Cause)
				assert.Equal(t, "actors_test.do", crash.Message)
			})
		})
	}
}

// Stashing the message in hand a second time changes nothing: it is handled once more, and its caller is answered once.
func TestAMessageIsStashedOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain(), actors.MailboxSize(1))
		times := 0
		tell(r, func(c *cx) error {
			if times++; times == 1 {
				c.Stash()
				c.Stash()
				c.After(time.Second, func(c *cx) error { c.Unstash(); return nil })
			}
			return nil
		})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		assert.Equal(t, 2, times)
		st, _ := r.PID().Status()
		assert.Zero(t, st.Queue)
	})
}

// The bound of a mailbox is what was asked for, however large; less than nothing is no bound.
func TestTheBoundIsWhatWasAskedFor(t *testing.T) {
	for _, n := range []int{-1, math.MinInt, math.MaxInt32, math.MaxInt32 + 2, 1<<32 + 1, math.MaxInt} {
		bubble(t, func(t *testing.T, w *world) {
			r := actors.MustSpawn(w, "", plain(), actors.MailboxSize(n))
			r.Tell(func(*cx) error { time.Sleep(time.Second); return nil })
			synctest.Wait()
			for range 16384 + 1 {
				require.NoError(t, r.TryTell(func(*cx) error { return nil }), "%d", n)
			}
		})
	}
}

// A deadline as far away as can be written leaves nothing behind: a later call, which may get the same slot, ends in time.
func TestADeadlineBeyondAllTimeHarmsNoLaterCall(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		echo := actors.MustSpawn(w, "echo", actors.Stateless(func(_ *actors.Context[actors.Reply[int]], r actors.Reply[int]) error {
			r.Send(1)
			return nil
		}))
		deaf := actors.MustSpawn(w, "deaf", actors.Stateless(func(*actors.Context[actors.Reply[int]], actors.Reply[int]) error { return nil }))
		same := func(r actors.Reply[int]) actors.Reply[int] { return r }
		p := actors.MustSpawn(w, "p", plain())
		time.Sleep(time.Second) // so that now and the longest duration together overflow
		for range 10 {
			tell(p, func(c *cx) error {
				actors.Request(c, echo, math.MaxInt64, same, func(n int, err error) do { return w.says("%d %v", n, err) })
				return nil
			})
		}
		begin := time.Now()
		for range 10 {
			tell(p, func(c *cx) error {
				actors.Request(c, deaf, time.Second, same, func(_ int, err error) do { return w.says("%v", err) })
				return nil
			})
		}
		time.Sleep(time.Minute)
		lines := w.heard()
		require.Len(t, lines, 20)
		assert.Equal(t, "1 <nil>", lines[9])
		assert.Equal(t, `actors: call "/deaf": no reply within the deadline`, lines[19])
		assert.Equal(t, time.Minute, time.Since(begin))
	})
}

// A process can be killed as soon as its name is known, which is before its Init: then the start ends with that, and nothing runs.
func TestAKillBeforeInitIsAKill(t *testing.T) {
	sys := actors.New(actors.Options{})
	defer func() { assert.NoError(t, sys.Close(t.Context())) }()
	for range 300 {
		over := make(chan struct{})
		killer := make(chan struct{})
		go func() { // ends with the start
			defer close(killer)
			for {
				sys.WhereIs("p").Kill()
				select {
				case <-over:
					return
				default:
				}
			}
		}()
		ref, err := actors.Spawn(sys, "p", plain(), actors.StartTimeout(time.Minute))
		close(over)
		<-killer
		if err != nil {
			var failed *actors.StartError
			require.ErrorAs(t, err, &failed)
			require.Equal(t, exit.ReasonKilled, failed.Reason)
		}
		ref.PID().Kill()
	}
}

// A call that is refused says which call it was, and can be told by the sentinel all the same.
func TestARefusedCallNamesItsCallee(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		never := func(actors.Reply[int]) do { return func(*cx) error { return nil } }
		r := actors.MustSpawn(w, "deaf", plain())
		_, err := actors.Call(t.Context(), r, never)
		assert.ErrorIs(t, err, actors.ErrTimeout)
		assert.EqualError(t, err, `actors: call "/deaf": no reply within the deadline`)
		_, err = actors.Call(t.Context(), actors.Named[do](w.System, "gone"), never)
		assert.ErrorIs(t, err, actors.ErrNoProc)
		assert.EqualError(t, err, `actors: call "gone": no such process`)
		_, err = actors.Call(t.Context(), r, func(r actors.Reply[int]) do {
			return func(*cx) error { r.Fail(actors.ErrNoProc); return nil }
		})
		assert.Equal(t, actors.ErrNoProc, err, "an answer of the callee is passed on as it is")
		_, err = actors.Inspect(t.Context(), actors.PID{})
		assert.EqualError(t, err, `actors: call "nobody": no such process`)
	})
}

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

// P40: Inspect is answered between two messages, ahead of those that wait.
func TestInspectGoesAheadOfTheQueue(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		state := 0
		r := actors.MustSpawn(w, "p", of(doer{view: func() any { return state }}))
		seen := make(chan any, 1)
		tell(r, func(c *cx) error {
			c.Self().Tell(func(*cx) error { state = 2; return nil })
			go func() { v, _ := actors.Inspect(context.Background(), c.PID()); seen <- v }()
			time.Sleep(time.Second)
			state = 1
			return nil
		})
		assert.Equal(t, 1, <-seen)
		v, err := actors.Inspect(context.Background(), actors.MustSpawn(w, "", plain()).PID())
		assert.NoError(t, err)
		assert.Nil(t, v, "a behaviour without a view shows none")
	})
}

// P40: an inspection during Init is answered when Init is over.
func TestInspectWaitsForInit(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		seen := make(chan any, 1)
		r, err := actors.Spawn(w, "p", of(doer{init: func(c *cx) error {
			go func() { v, err := actors.Inspect(context.Background(), c.PID()); assert.NoError(t, err); seen <- v }()
			time.Sleep(time.Second)
			return nil
		}, view: func() any { return "view" }}))
		require.NoError(t, err)
		assert.Equal(t, "view", <-seen)
		assert.True(t, alive(r))
	})
}

// A panic or Goexit in Inspect is a crash like any other; those who asked are told.
func TestAPanicInInspectIsACrash(t *testing.T) {
	for name, tc := range map[string]struct {
		view  func() any
		cause error
	}{
		"panic": {func() any { panic(errBroken) }, errBroken}, "goexit": {func() any { runtime.Goexit(); return nil }, exit.ErrGoexit},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				r := actors.MustSpawn(w, "p", of(doer{view: tc.view}))
				_, err := actors.Inspect(context.Background(), r.PID())
				assert.ErrorIs(t, err, tc.cause)
				assert.Equal(t, "Inspect", why(t, r).CrashError().Message)
				_, err = actors.Inspect(context.Background(), r.PID())
				assert.ErrorIs(t, err, actors.ErrNoProc)
				_, err = actors.Inspect(context.Background(), actors.PID{})
				assert.ErrorIs(t, err, actors.ErrNoProc)
			})
		})
	}
}

// P40: an inspection of a process that hangs ends with its deadline; one that is killed meanwhile ends it.
func TestAnInspectionEnds(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		hung := actors.MustSpawn(w, "hung", plain())
		tell(hung, func(*cx) error { <-release; return nil })
		begin := time.Now()
		_, err := actors.Inspect(context.Background(), hung.PID())
		assert.ErrorIs(t, err, actors.ErrTimeout)
		assert.Equal(t, 5*time.Second, time.Since(begin))
		go func() { time.Sleep(time.Second); hung.PID().Kill() }()
		_, err = actors.Inspect(context.Background(), hung.PID())
		assert.ErrorIs(t, err, actors.ErrNoProc)

		looking := actors.MustSpawn(w, "looking", of(doer{view: func() any { <-release; return nil }}))
		begin = time.Now()
		go func() { time.Sleep(time.Second); looking.PID().Kill() }()
		_, err = actors.Inspect(context.Background(), looking.PID())
		var ce *actors.CallError
		require.ErrorAs(t, err, &ce)
		assert.Equal(t, exit.Killed, ce.Reason.Kind())
		assert.Equal(t, time.Second, time.Since(begin))
		close(release)
	})
}

// P41: a process's status is readable without its help: what is in hand and since when, queue, high-water mark, count, relations.
func TestStatusNeedsNoHelp(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		other := actors.MustSpawn(w, "other", plain())
		r := actors.MustSpawn(w, "p", plain(), actors.Kind("worker"))
		tell(r, func(c *cx) error { c.Stash(); return nil })
		tell(r, func(c *cx) error {
			c.Link(other.PID())
			c.Monitor(other.PID(), w.sayDown)
			c.After(time.Hour, nil)
			<-release
			return nil
		})
		r.Tell(w.says("queued"))
		time.Sleep(time.Minute)
		st, ok := r.PID().Status()
		require.True(t, ok)
		assert.Equal(t, actors.Status{
			ID: r.PID().Incarnation(), Path: "/p", Kind: "worker", State: "running", Queue: 2, HighWater: 2,
			Handled: 2, InHand: "actors_test.do", Since: time.Minute, Links: 1, Monitors: 1, Timers: 1, Stashed: 1,
		}, st)
		assert.Equal(t, []actors.PID{other.PID()}, r.PID().Links(9))
		assert.Equal(t, []actors.PID{r.PID()}, other.PID().Links(9), "a link has no direction, a monitor has")
		assert.Empty(t, r.PID().Links(0))
		close(release)
		synctest.Wait()
		st, _ = r.PID().Status()
		assert.Empty(t, st.InHand)
		r.PID().Kill()
		assert.Empty(t, r.PID().Links(9))
		assert.Empty(t, actors.PID{}.Links(9))
		st, _ = r.PID().Status()
		assert.Equal(t, []any{"dead", exit.ReasonKilled}, []any{st.State, st.Why})
		_, ok = actors.PID{}.Status()
		assert.False(t, ok)
	})
}

// P41: callbacks other than Receive are seen at work too.
func TestStatusShowsTheCallbackAtWork(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		look := func(c *cx) { st, _ := c.PID().Status(); w.say("%s %s", st.State, st.InHand) }
		r := actors.MustSpawn(w, "p", of(doer{
			init: func(c *cx) error { look(c); return nil },
			term: func(c *cx, _ actors.Reason) error { look(c); return nil },
		}))
		tell(r, func(c *cx) error { look(c); return actors.Stop })
		assert.Equal(t, []string{"starting Init", "running actors_test.do", "terminating Terminate"}, w.heard())
	})
}

// P45: a turn that lasts longer than the limit is reported once, with what is in hand; nothing is killed by it.
func TestAStuckProcessIsReportedOnce(t *testing.T) {
	bubbleWith(t, actors.Options{StuckAfter: time.Second}, func(t *testing.T, w *world) {
		idle, r := actors.MustSpawn(w, "idle", plain()), actors.MustSpawn(w, "p", plain())
		tell(r, func(*cx) error { time.Sleep(10 * time.Second); return nil })
		time.Sleep(20 * time.Second)
		synctest.Wait()
		require.Len(t, w.stuck, 1)
		assert.Equal(t, r.PID(), w.stuck[0].PID)
		assert.Equal(t, "actors_test.do", w.stuck[0].InHand)
		assert.GreaterOrEqual(t, w.stuck[0].Since, time.Second)
		tell(r, func(*cx) error { time.Sleep(10 * time.Second); return nil })
		time.Sleep(20 * time.Second)
		synctest.Wait()
		assert.Len(t, w.stuck, 2)
		assert.True(t, alive(r))
		assert.True(t, alive(idle))
	})
}

// A process that is busy with many short turns is not stuck, however long it has been busy.
func TestManyShortTurnsAreNotStuck(t *testing.T) {
	bubbleWith(t, actors.Options{StuckAfter: time.Second}, func(t *testing.T, w *world) {
		r := actors.MustSpawn(w, "p", plain())
		for range 100 {
			r.Tell(func(*cx) error { time.Sleep(300 * time.Millisecond); return nil })
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Empty(t, w.stuck)
	})
}

// WaitQuiet returns when nothing is going on: no message under way, no turn running; a process that waits for another is not busy.
func TestWaitQuiet(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) { assert.Error(t, w.WaitQuiet(context.Background())) })
	bubbleWith(t, actors.Options{TrackIdle: true}, func(t *testing.T, w *world) {
		ring := make([]ref, 10)
		for i := range ring {
			ring[i] = actors.MustSpawn(w, "", plain())
		}
		hops := 0
		var hop do
		hop = func(c *cx) error {
			if hops++; hops < 1000 {
				ring[hops%len(ring)].Tell(hop)
			}
			return nil
		}
		ring[0].Tell(hop)
		require.NoError(t, w.WaitQuiet(context.Background()))
		assert.Equal(t, 1000, hops)

		release := make(chan struct{})
		ring[0].Tell(func(c *cx) error { <-release; return nil })
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		assert.ErrorIs(t, w.WaitQuiet(ctx), context.DeadlineExceeded)
		close(release)

		ring[1].Tell(func(c *cx) error {
			_, err := actors.Call(c, ring[2], silent)
			w.say("%t", errors.Is(err, actors.ErrTimeout))
			return nil
		})
		require.NoError(t, w.WaitQuiet(context.Background()))
		time.Sleep(5 * time.Second)
		require.NoError(t, w.WaitQuiet(context.Background()))
		assert.Equal(t, []string{"true"}, w.heard())

		// An Init that calls, started from outside any process: the callee's work counts all the same.
		busy := make(chan struct{})
		go func() {
			_, _ = actors.Spawn(w, "caller", of(doer{init: func(c *cx) error {
				_, err := actors.Call(c, ring[4], func(r actors.Reply[int]) do { return func(*cx) error { <-busy; r.Send(1); return nil } })
				return err
			}}))
		}()
		synctest.Wait()
		ctx, cancel = context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		assert.ErrorIs(t, w.WaitQuiet(ctx), context.DeadlineExceeded)
		close(busy)
		require.NoError(t, w.WaitQuiet(context.Background()))

		gate := w.NewGate()
		ring[3].Tell(func(*cx) error { gate.Wait(); w.say("held"); return nil })
		require.NoError(t, w.WaitQuiet(context.Background()))
		gate.Open()
		require.NoError(t, w.WaitQuiet(context.Background()))
		assert.Equal(t, "held", w.heard()[1])
	})
}

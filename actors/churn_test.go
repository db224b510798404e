// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
)

// countingClock is the real clock, and knows how many of its timers are armed.
type countingClock struct{ armed atomic.Int64 }

type countedTimer struct {
	clock *countingClock
	on    atomic.Bool
	t     *time.Timer
}

func (c *countingClock) Now() time.Time { return time.Now() }

func (c *countingClock) AfterFunc(d time.Duration, f func()) actors.ClockTimer {
	t := &countedTimer{clock: c}
	t.set()
	t.t = time.AfterFunc(d, func() { t.unset(); f() })
	return t
}

func (t *countedTimer) set() {
	if !t.on.Swap(true) {
		t.clock.armed.Add(1)
	}
}

func (t *countedTimer) unset() {
	if t.on.Swap(false) {
		t.clock.armed.Add(-1)
	}
}

func (t *countedTimer) Stop() bool                 { t.unset(); return t.t.Stop() }
func (t *countedTimer) Reset(d time.Duration) bool { t.set(); return t.t.Reset(d) }

// heapInUse is what the heap holds after the garbage is gone.
func heapInUse() int64 {
	var m runtime.MemStats
	for range 3 { // pools give up what they hold in two cycles
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// 10,000 crashes in a row leave no goroutine, no timer and no memory behind.
func TestTenThousandCrashesLeaveNothing(t *testing.T) {
	clock := &countingClock{}
	// Without a default time-out calls arm no timers, which a reply slot that a collection takes out of its pool would keep for its time.
	sys := actors.New(actors.Options{Clock: clock, CallTimeout: -1, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	defer func() { require.NoError(t, sys.Close(context.Background())) }()
	ctx := context.Background()
	exits, want, all := 0, -1, make(chan struct{})
	friend, err := actors.Spawn(sys, "friend", of(doer{init: func(c *cx) error {
		c.TrapExit(func(actors.Exit) do {
			return func(*cx) error {
				if exits++; exits == want {
					close(all)
				}
				return nil
			}
		})
		return nil
	}}))
	require.NoError(t, err)
	ends := []do{
		func(*cx) error { return errBroken },
		func(*cx) error { panic("boom") },
		func(*cx) error { runtime.Goexit(); return nil },
		func(c *cx) error { c.PID().Kill(); return nil },
		func(*cx) error { return actors.Stop },
		func(c *cx) error { c.Do(func(context.Context) { panic("boom") }); return nil },
	}
	crash := func(i int) {
		if i%7 == 6 {
			_, err := actors.Spawn(sys, "p", of(doer{init: func(c *cx) error { c.After(time.Hour, nil); panic("boom") }}))
			var se *actors.StartError
			if !errors.As(err, &se) {
				t.Fatal(err)
			}
			return
		}
		p := actors.MustSpawn(sys, "p", of(doer{init: func(c *cx) error {
			c.After(time.Hour, nil)
			c.Every(time.Hour, nil)
			c.Link(friend.PID())
			c.Monitor(friend.PID(), func(actors.Down) do { return nil })
			return c.Register("alias")
		}}))
		if _, err := actors.Call(ctx, p, func(r actors.Reply[int]) do { return func(*cx) error { r.Send(1); return nil } }); err != nil {
			t.Fatal(err)
		}
		p.Tell(ends[i%len(ends)])
		p.Tell(nil)
		if _, err := p.PID().Await(ctx); err != nil {
			t.Fatal(err)
		}
	}
	// settle returns when the friend has heard of the end of all that were linked to it.
	settle := func(linked int) {
		_, err := actors.Call(ctx, friend, func(r actors.Reply[int]) do {
			return func(*cx) error {
				if want = linked; exits == want {
					close(all)
				}
				r.Send(0)
				return nil
			}
		})
		require.NoError(t, err)
		<-all
		all = make(chan struct{})
	}
	for i := range 1001 {
		crash(i)
	}
	settle(1001 / 7 * 6)
	heap, goroutines, timers := heapInUse(), runtime.NumGoroutine(), clock.armed.Load()
	for i := range 10003 {
		crash(i)
	}
	settle((1001 + 10003) / 7 * 6)
	if !raceDetector { // with it pools drop things at random
		assert.Less(t, heapInUse()-heap, int64(256<<10), "bytes of heap")
	}
	assert.Equal(t, timers, clock.armed.Load(), "timers")
	assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines+8, "goroutines, a few warm workers aside")
	st, _ := friend.PID().Status()
	assert.Zero(t, st.Links)
}

// A call that is given up leaves no timer behind.
func TestACancelledCallLeavesNoTimer(t *testing.T) {
	clock := &countingClock{}
	sys := actors.New(actors.Options{Clock: clock})
	defer func() { require.NoError(t, sys.Close(context.Background())) }()
	p := actors.MustSpawn(sys, "p", plain())
	for range 100 {
		ctx, cancel := context.WithCancel(context.Background())
		_, err := actors.Call(ctx, p, func(actors.Reply[int]) do { return func(*cx) error { cancel(); return nil } })
		require.ErrorIs(t, err, context.Canceled)
	}
	assert.Zero(t, clock.armed.Load())
}

// SPDX-License-Identifier: Apache-2.0

package testkit_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit"
)

// job is a message that says itself what its receiver is to do.
type job func(ctx *actors.Context[job]) error

func worker() actors.Behavior[job] {
	return actors.Stateless(func(ctx *actors.Context[job], j job) error { return j(ctx) })()
}

// end returns what a test that has made a system says at its end. What body hands over runs then, so that the bubble can end.
func end(t *testing.T, body func(f *failing, sys *actors.System) (after func())) (said string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &failing{TB: t}
		sys := testkit.System(f, actors.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		after := body(f, sys)
		said = f.end()
		after()
	})
	return said
}

func TestATestThatLeavesNothingEndsInSilence(t *testing.T) {
	assert.Empty(t, end(t, func(_ *failing, sys *actors.System) func() {
		r := actors.MustSpawn(sys, "r", worker)
		r.Tell(func(ctx *actors.Context[job]) error { ctx.Every(time.Second, nil); return nil })
		r.Tell(func(ctx *actors.Context[job]) error {
			ctx.Do(func(ctx context.Context) { <-ctx.Done() })
			return nil
		})
		actors.SendAfter(sys, r, time.Hour, nil)
		_, err := actors.Call(context.Background(), r, func(reply actors.Reply[int]) job {
			return func(*actors.Context[job]) error { reply.Send(1); return nil }
		})
		assert.NoError(t, err)
		return func() {}
	}))
}

func TestAProcessThatDoesNotLeaveFailsTheTest(t *testing.T) {
	said := end(t, func(_ *failing, sys *actors.System) func() {
		free := make(chan struct{})
		r := actors.MustSpawn(sys, "stubborn", worker)
		r.Tell(func(*actors.Context[job]) error { <-free; return nil })
		testkit.Settle(sys)
		timer := sys.Clock().AfterFunc(24*time.Hour, func() {})
		return func() {
			timer.Stop()
			close(free)
		}
	})
	assert.Contains(t, said, "testkit: close: context deadline exceeded: who does not leave within 1m0s")
	assert.Contains(t, said, "/stubborn#1 running, mailbox 0 (most 1), handled 1, has had testkit_test.job in hand for 0s")
	assert.Contains(t, said, "1 abandoned handlers of killed processes")
	assert.Contains(t, said, "timers: 1 by testkit_test.TestAProcessThatDoesNotLeaveFailsTheTest.")
	assert.Contains(t, said, "TestAProcessThatDoesNotLeaveFailsTheTest.func1.1", "the stack of the handler")
}

func TestAGoroutineThatStaysFailsTheTest(t *testing.T) {
	said := end(t, func(*failing, *actors.System) func() {
		ctx, cancel := context.WithCancel(context.Background())
		go func() { <-ctx.Done() }() // ends with the test
		return cancel
	})
	assert.Contains(t, said, "testkit: left when the system was closed:\ngoroutine ")
	assert.Contains(t, said, "TestAGoroutineThatStaysFailsTheTest")
}

func TestAFailedTestShowsWhatIsGoingOn(t *testing.T) {
	said := end(t, func(f *failing, sys *actors.System) func() {
		_, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{
			supervision.Worker("db", worker, actors.Kind("store")),
			supervision.Sub("inner", supervision.Spec{Children: []supervision.Child{supervision.Worker("web", worker)}}),
		}})
		assert.NoError(t, err)
		gate := sys.NewGate()
		r := actors.MustSpawn(sys, "busy", worker)
		r.Tell(func(*actors.Context[job]) error { gate.Wait(); return nil })
		testkit.Settle(sys)
		r.Tell(func(ctx *actors.Context[job]) error { ctx.Stash(); return nil })
		r.Tell(func(*actors.Context[job]) error { return nil })
		testkit.Advance(sys, time.Second)
		_ = sys.Clock().AfterFunc(time.Second, gate.Open)
		f.cleanups = append([]func(){func() { f.Errorf("the test's own words") }}, f.cleanups...)
		return func() {}
	})
	assert.Contains(t, said, "the test's own words\nlog: testkit: the test has failed\nprocesses: 5\n  /app#1")
	assert.Contains(t, said, "\n    /app/db#2 (store) running, mailbox 0 (most 0), handled 0, links 1\n")
	assert.Contains(t, said, "\n    /app/inner#3 ")
	assert.Contains(t, said, "\n      /app/inner/web#4 running")
	assert.Contains(t, said, "\n  /busy#5 running, mailbox 2 (most 2), handled 1, has had testkit_test.job in hand for 1s\n")
	assert.Contains(t, said, "counts: 5 started, 0 ended")
	assert.Contains(t, said, "+0s process.started path=/app/db incarnation=2\n")
}

func TestLeaksNamesWhatHasComeAndStayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{TB: t}
		sys := testkit.System(t, actors.Options{})
		r := actors.MustSpawn(sys, "old", worker)
		check := testkit.Leaks(f, sys)
		assert.Empty(t, f.during(check))
		actors.MustSpawn(sys, "new", worker)
		r.Tell(func(ctx *actors.Context[job]) error { ctx.After(time.Hour, nil); return nil })
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() { <-ctx.Done() }() // ends with the test
		said := f.during(check)
		assert.Contains(t, said, "testkit: leaks: these have come and stayed:\nprocess /new#2 running")
		assert.Contains(t, said, "\ntimers: 1 by testkit_test.TestLeaksNamesWhatHasComeAndStayed.")
		assert.Contains(t, said, "\ngoroutine ")
	})
}

// A thousand crashes of supervised processes leave nothing.
func TestCrashesLeaveNothing(t *testing.T) {
	worlds(t, func(t testkit.T) {
		sys := testkit.System(t, actors.Options{})
		sup, err := supervision.Start(sys, "app", supervision.Spec{
			Intensity: supervision.Intensity{Max: 1000}, Children: []supervision.Child{{
				ID: "idle", Restart: supervision.Temporary, Start: supervision.Worker("idle", worker).Start,
			}},
		})
		require.NoError(t, err)
		check := testkit.Leaks(t, sys)
		_, err = sup.StartChild(context.Background(), supervision.Child{
			ID: "w", Restart: supervision.Transient, Start: supervision.Worker("w", worker).Start,
		})
		require.NoError(t, err)
		w := supervision.ChildRef[job](sup, "w")
		for range 100 {
			w.Tell(func(ctx *actors.Context[job]) error { ctx.After(time.Hour, nil); return errBroken })
			testkit.Settle(sys)
		}
		w.Tell(func(*actors.Context[job]) error { return actors.Stop })
		check()
	})
}

func TestASystemNeedsAVirtualClockAndAnEnd(t *testing.T) {
	assert.PanicsWithValue(t, "testkit: system: not in a bubble: call it inside synctest.Test, or with a *sim.Sim",
		func() { testkit.System(t, actors.Options{}) })
	synctest.Test(t, func(t *testing.T) {
		assert.PanicsWithValue(t, "testkit: system: the clock is the bubble's",
			func() { testkit.System(t, actors.Options{Clock: stopped{}}) })
	})
}

// stopped is a clock on which nothing happens.
type stopped struct{ actors.Clock }

func TestTheLogGoesToTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &writing{TB: t}
		testkit.Logger(out).Debug("hello", "err", errors.New("x"))
		assert.Equal(t, "time=2000-01-01T00:00:00.000Z level=DEBUG msg=hello err=x\n", out.String())
	})
}

// writing is a test whose log is kept.
type writing struct {
	testing.TB
	bytes.Buffer
}

func (w *writing) Output() io.Writer { return &w.Buffer }

// SPDX-License-Identifier: Apache-2.0

package testkit_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit"
)

// teller is a behaviour that tells a probe what it does.
type teller struct {
	to    actors.Ref[string]
	count int
}

func (b *teller) Init(*actors.Context[int]) error {
	b.to.Tell("up")
	return nil
}

func (b *teller) Receive(_ *actors.Context[int], n int) error {
	b.count++
	b.to.Tell(fmt.Sprint(n))
	return nil
}

func (b *teller) Terminate(_ *actors.Context[int], why actors.Reason) error {
	b.to.Tell("down " + why.Kind().String())
	return nil
}

func (b *teller) Inspect() any { return b.count }

// supervised starts a faulty teller under a supervisor that lets it crash ten times.
func supervised(t testkit.T) (*testkit.Faulty[int], actors.Ref[int], *testkit.Probe[string]) {
	t.Helper()
	sys := testkit.System(t, actors.Options{})
	p := testkit.NewProbe[string](t, sys, "p")
	f := testkit.NewFaulty(func() actors.Behavior[int] { return &teller{to: p.Ref()} })
	sup, err := supervision.Start(sys, "app", supervision.Spec{
		Intensity: supervision.Intensity{Max: 10}, Children: []supervision.Child{supervision.Worker("w", f.Start)},
	})
	require.NoError(t, err)
	return f, supervision.ChildRef[int](sup, "w"), p
}

func TestAFaultBefallsTheMessageThatItIsMeantFor(t *testing.T) {
	for do, want := range map[testkit.Fault][]string{
		testkit.Crash:      {"up", "1", "down crash", "up", "3"},
		testkit.CrashAfter: {"up", "1", "2", "down crash", "up", "3"},
		testkit.Panic:      {"up", "1", "down crash", "up", "3"},
		testkit.Kill:       {"up", "1", "2", "up", "3"},
		testkit.Skip:       {"up", "1", "3"},
	} {
		t.Run(do.String(), func(t *testing.T) {
			worlds(t, func(t testkit.T) {
				f, w, p := supervised(t)
				f.At(2, do)
				for i := range 3 {
					w.Tell(i + 1)
					testkit.Settle(w.PID().System())
				}
				assert.ElementsMatch(t, want, p.Messages()) // a killed process's handler is on its own
				assert.Equal(t, 3, f.Seen())
			})
		})
	}
}

func TestAnInjectedCrashSaysSo(t *testing.T) {
	worlds(t, func(t testkit.T) {
		sys := testkit.System(t, actors.Options{})
		f := testkit.NewFaulty(actors.Stateless(func(*actors.Context[int], int) error { return nil }))
		f.When(func(n int) bool { return n > 7 }, testkit.Crash)
		r := actors.MustSpawn(sys, "r", f.Start)
		r.Tell(7)
		r.Tell(8)
		why := testkit.ExpectExit(t, r.PID(), 0, exit.Crash)
		require.ErrorIs(t, why.CrashError(), testkit.ErrInjected)
		assert.Contains(t, why.String(), "testkit: injected fault: crash at int")
	})
}

func TestAHandlerHangsUntilItIsReleasedOrItsProcessKilled(t *testing.T) {
	worlds(t, func(t testkit.T) {
		f, w, p := supervised(t)
		f.At(1, testkit.Hang)
		f.At(2, testkit.Hang)
		w.Tell(1)
		p.ExpectNone(time.Hour, func(m string) bool { return m == "1" })
		assert.Equal(t, 1, f.Hanging())
		f.Release()
		p.ExpectEqual(0, "1")
		w.Tell(2)
		testkit.ExpectAlive(t, w.PID(), time.Hour)
		pid := w.PID()
		pid.Stop() // it takes no notice
		testkit.ExpectAlive(t, pid, time.Hour)
		pid.Kill()
		testkit.ExpectExit(t, pid, 0, exit.Killed)
		p.ExpectEqual(0, "up")
		p.ExpectEqual(0, "up") // the next incarnation
		testkit.Settle(pid.System())
		assert.Zero(t, f.Hanging())
	})
}

// What hangs on purpose is let go before the system is closed: it is no leak.
func TestWhatStillHangsAtTheEndOfATestIsLetGo(t *testing.T) {
	worlds(t, func(t testkit.T) {
		f, w, _ := supervised(t)
		f.When(nil, testkit.Hang)
		for i := range 3 {
			w.Tell(i)
		}
		testkit.Settle(w.PID().System())
		assert.Equal(t, 1, f.Hanging())
	})
}

func TestASlowProcessTakesItsTimeForEachMessage(t *testing.T) {
	worlds(t, func(t testkit.T) {
		f, w, p := supervised(t)
		f.Slow(time.Minute)
		w.Tell(1)
		w.Tell(2)
		p.ExpectNone(time.Minute-1, func(m string) bool { return m == "1" })
		p.ExpectEqual(1, "1")
		p.ExpectNone(time.Minute-1, func(m string) bool { return m == "2" })
		p.ExpectEqual(1, "2")
		f.Calm()
		w.Tell(3)
		p.ExpectEqual(0, "3")
	})
}

func TestStartsFailAsOftenAsTheyAreTold(t *testing.T) {
	worlds(t, func(t testkit.T) {
		f, w, p := supervised(t)
		f.FailStarts(3)
		f.At(1, testkit.Crash)
		w.Tell(1)
		p.ExpectEqual(0, "up")
		p.ExpectEqual(0, "up")
		p.ExpectNone(0, func(m string) bool { return m == "up" })
		assert.Len(t, testkit.Events[supervision.ChildStartFailed](w.PID().System()), 3)
	})
}

func TestAStartThatHangsEndsByItsTimeOut(t *testing.T) {
	worlds(t, func(t testkit.T) {
		sys := testkit.System(t, actors.Options{})
		f := testkit.NewFaulty(actors.Stateless(func(*actors.Context[int], int) error { return nil }))
		f.HangStarts(1)
		_, err := actors.Spawn(sys, "r", f.Start, actors.StartTimeout(time.Hour))
		require.ErrorIs(t, err, actors.ErrStartTimeout)
		_, err = actors.Spawn(sys, "r", f.Start, actors.StartTimeout(time.Hour))
		require.NoError(t, err)
	})
}

func TestAFaultyBehaviourShowsWhatIsInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w, _ := supervised(t)
		w.Tell(1)
		testkit.Settle(w.PID().System())
		view, err := actors.Inspect(t.Context(), w.PID())
		require.NoError(t, err)
		assert.Equal(t, 1, view)
		assert.Panics(t, func() { f.At(0, testkit.Crash) })
		assert.Equal(t, "fault 99", testkit.Fault(99).String())
	})
}

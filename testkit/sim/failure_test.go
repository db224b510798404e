// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/testkit/sim"
)

// do is a message that says itself what is to be done.
type do func(c *actors.Context[do]) error

func doIt(c *actors.Context[do], m do) error { return m(c) }

func spawn(s *sim.Sim, name string) actors.Ref[do] {
	return actors.MustSpawn(s.System(), name, actors.Stateless(doIt))
}

func silent(r actors.Reply[int]) do {
	return func(*actors.Context[do]) error { _ = r; return nil }
}

func TestADeadlockNamesWhoWaitsForWhom(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		a, b := spawn(s, "a"), spawn(s, "b")
		waits := func(for_ actors.Ref[do]) do {
			return func(c *actors.Context[do]) error {
				_, err := actors.CallForever(c, for_, silent)
				return err
			}
		}
		a.Tell(waits(b))
		b.Tell(waits(a))
		_, err := actors.CallForever(s.Context(), a, silent)
		s.Fatalf("not reached: %v", err)
	})
	var deadlock *sim.DeadlockError
	require.ErrorAs(t, r.Failure, &deadlock)
	assert.Equal(t, []string{"driver waits for reply of /a#1", "/a#1 waits for reply of /b#2", "/b#2 waits for reply of /a#1"}, deadlock.Waits)
}

func TestADeadlockEndsWithADeadlineIfThereIsOne(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		a := spawn(s, "a")
		_, err := actors.Call(s.Context(), a, silent)
		require.ErrorIs(s, err, actors.ErrTimeout)
		require.Equal(s, 5*time.Second, s.Now().Sub(sim.Birth))
	})
	require.NoError(t, r.Failure)
}

func TestABodyFailsByItsAssertions(t *testing.T) {
	reached := false
	r := sim.Run(1, func(s *sim.Sim) {
		assert.True(s, false, "first")
		require.Equal(s, 1, 2, "second")
		reached = true
	})
	require.Error(t, r.Failure)
	assert.Contains(t, r.Failure.Error(), "first")
	assert.False(t, reached)
}

func TestAPanicOfTheBodyIsAFailure(t *testing.T) {
	r := sim.Run(1, func(*sim.Sim) { panic("oh") })
	var broke *sim.PanicError
	require.ErrorAs(t, r.Failure, &broke)
	assert.Equal(t, "oh", broke.Value)
	assert.Contains(t, string(broke.Stack), "failure_test.go")
}

func TestABodyThatEndsItsGoroutineIsAFailure(t *testing.T) {
	require.Error(t, sim.Run(1, func(*sim.Sim) { runtime.Goexit() }).Failure)
}

func TestGoexitInAProcessIsItsCrashAndTheRunGoesOn(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		a := spawn(s, "a")
		a.Tell(func(*actors.Context[do]) error { runtime.Goexit(); return nil })
		spawn(s, "b").Tell(func(*actors.Context[do]) error { return nil })
		s.Settle()
		_, ended := a.PID().Reason()
		require.True(s, ended)
	})
	require.NoError(t, r.Failure)
}

func TestARunThatGoesRoundInCirclesFails(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		a := spawn(s, "a")
		var round do
		round = func(c *actors.Context[do]) error { c.Self().Tell(round); return nil }
		a.Tell(round)
		s.Settle()
	}, sim.MaxSteps(1000))
	require.ErrorIs(t, r.Failure, sim.ErrSteps)
}

func TestATurnThatBlocksOutsideTheRuntimeIsNamed(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	r := sim.Run(1, func(s *sim.Sim) {
		spawn(s, "stuck").Tell(func(*actors.Context[do]) error { <-release; return nil })
		s.Settle()
	}, sim.Patience(50*time.Millisecond))
	require.ErrorIs(t, r.Failure, sim.ErrStuck)
	assert.Contains(t, r.Failure.Error(), "/stuck#1")
}

func TestADeadlineOfAnotherClockIsRefused(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		_, err := actors.Call(ctx, spawn(s, "a"), silent)
		s.Fatalf("not reached: %v", err)
	})
	require.ErrorIs(t, r.Failure, sim.ErrForeignDeadline)
}

func TestWhatIsLeftWaitingEndsWithTheRun(t *testing.T) {
	before := runtime.NumGoroutine()
	for seed := range uint64(20) {
		r := sim.Run(seed, func(s *sim.Sim) {
			a, b := spawn(s, "a"), spawn(s, "b")
			for range 5 {
				a.Tell(func(c *actors.Context[do]) error { _, err := actors.CallForever(c, b, silent); return err })
			}
			a.Tell(func(c *actors.Context[do]) error {
				c.Do(func(ctx context.Context) { _ = s.System().Sleep(ctx, -1) })
				return nil
			})
			s.Settle()
		})
		require.NoError(t, r.Failure)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before+2)
}

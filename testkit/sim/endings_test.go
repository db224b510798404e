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

func TestAPanicOfATimersFunctionIsAFailureOfTheRun(t *testing.T) {
	for name, wait := range map[string]func(s *sim.Sim){
		"while the body waits": func(s *sim.Sim) { s.Advance(time.Minute) },
		"fired by the body":    func(s *sim.Sim) { s.Next() },
		"while a process waits": func(s *sim.Sim) {
			a := spawn(s, "a")
			a.Tell(func(c *actors.Context[do]) error {
				defer func() { require.Nil(s, recover(), "it is not the process that panics") }()
				return c.System().Sleep(c, time.Hour)
			})
			s.Advance(time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			reached := false
			r := sim.Run(1, func(s *sim.Sim) {
				s.Clock().AfterFunc(time.Second, func() { panic("oh") })
				wait(s)
				s.Settle()
				reached = true
			})
			var broke *sim.PanicError
			require.ErrorAs(t, r.Failure, &broke)
			assert.Equal(t, "oh", broke.Value)
			assert.Contains(t, string(broke.Stack), "endings_test.go")
			assert.False(t, reached)
		})
	}
}

func TestATimersFunctionThatBlocksIsAFailureOfTheRun(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		a := spawn(s, "a")
		s.Clock().AfterFunc(time.Second, func() { _, _ = actors.Call(context.Background(), a, silent) })
		s.Advance(time.Minute)
	})
	require.ErrorIs(t, r.Failure, sim.ErrTimerBlocks)
}

func TestABodyThatEndsItsGoroutineLeavesNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		r := sim.Run(1, func(s *sim.Sim) {
			a, b := spawn(s, "a"), spawn(s, "b")
			a.Tell(func(c *actors.Context[do]) error { _, err := actors.CallForever(c, b, silent); return err })
			s.Settle()
			runtime.Goexit()
		})
		require.ErrorIs(t, r.Failure, sim.ErrEnded)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before+2)
}

func TestABodyThatEndsItsGoroutineIsNotRunAgain(t *testing.T) {
	runs := 0
	r := explored(10, func(*sim.Sim) { runs++; runtime.Goexit() }, t.Name())
	require.Contains(t, r.fatal, sim.ErrEnded.Error())
	assert.Equal(t, 1, runs)
}

func TestGoroutinesThatNothingEndsAreEndedWithTheRun(t *testing.T) {
	forever := func(s *sim.Sim) do { // takes no notice of anything
		return func(c *actors.Context[do]) error {
			c.Do(func(context.Context) {
				for {
					_ = s.System().Sleep(context.Background(), time.Second)
				}
			})
			return nil
		}
	}
	pingPong := func(s *sim.Sim, sys *actors.System) {
		a := actors.MustSpawn(sys, "a", actors.Stateless(doIt))
		var round do
		round = func(c *actors.Context[do]) error { c.Self().Tell(round); return nil }
		a.Tell(round)
	}
	for name, tc := range map[string]struct {
		body  func(s *sim.Sim)
		fails bool
	}{
		"a goroutine that sleeps for ever": {func(s *sim.Sim) { spawn(s, "a").Tell(forever(s)); s.Settle() }, true},
		"one that has not begun":           {func(s *sim.Sim) { spawn(s, "a").Tell(forever(s)) }, false},
		"a gate that stays shut": {func(s *sim.Sim) {
			g := s.System().NewGate()
			spawn(s, "a").Tell(func(*actors.Context[do]) error { g.Wait(); g.Wait(); return nil })
			s.Settle()
		}, true},
		"a handler that defers a wait": {func(s *sim.Sim) {
			g := s.System().NewGate()
			spawn(s, "a").Tell(func(*actors.Context[do]) error { defer g.Wait(); g.Wait(); return nil })
			s.Settle()
		}, true},
		"a system of the body's own that it does not close": {func(s *sim.Sim) {
			pingPong(s, actors.New(s.Options(actors.Options{})))
		}, false},
		"a system that the body closes itself": {func(s *sim.Sim) {
			spawn(s, "a").Tell(func(c *actors.Context[do]) error { return c.System().Sleep(c, -1) })
			s.Settle()
			now, cancel := context.WithCancel(context.Background())
			cancel()
			require.ErrorIs(s, s.System().Close(now), context.Canceled)
		}, false},
		"a process that closes the system": {func(s *sim.Sim) {
			spawn(s, "a").Tell(func(c *actors.Context[do]) error { return c.System().Close(context.Background()) })
			spawn(s, "b")
			s.Settle()
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			for seed := range uint64(10) {
				r := sim.Run(seed, tc.body)
				if tc.fails {
					require.Error(t, r.Failure)
				} else {
					require.NoError(t, r.Failure)
				}
			}
			assert.LessOrEqual(t, runtime.NumGoroutine(), before+2)
		})
	}
}

func TestAnUnclosedSystemDoesNotChangeTheNextRun(t *testing.T) {
	sim.Explore(t, 60, func(s *sim.Sim) {
		sys := actors.New(s.Options(actors.Options{}))
		_, err := actors.Spawn(sys, "a", actors.Stateless(doIt))
		require.NoError(s, err)
	})
}

func TestARunThatIsStuckIsReportedOnceAndNotShortened(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	begun := time.Now()
	r := explored(10, func(s *sim.Sim) {
		spawn(s, "stuck").Tell(func(*actors.Context[do]) error { <-release; return nil })
		s.Settle()
	}, t.Name(), sim.Patience(50*time.Millisecond))
	require.Contains(t, r.fatal, "/stuck#1")
	assert.NotContains(t, r.fatal, "-sim.prefix")
	assert.Less(t, time.Since(begun), 5*time.Second)
}

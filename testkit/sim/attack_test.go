// SPDX-License-Identifier: Apache-2.0

package sim_test

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
			assert.Contains(t, string(broke.Stack), "attack_test.go")
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
		require.Error(t, r.Failure)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before+2)
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

func TestASimulationInsideASimulationIsRefused(t *testing.T) {
	inner := func() { sim.Run(1, func(*sim.Sim) {}) }
	r := sim.Run(1, func(*sim.Sim) { inner() })
	require.ErrorContains(t, r.Failure, "inside a simulation")
	r = sim.Run(1, func(s *sim.Sim) {
		a := spawn(s, "a")
		a.Tell(func(*actors.Context[do]) error { inner(); return nil })
		s.Settle()
		why, _ := a.PID().Reason()
		require.Contains(s, why.String(), "inside a simulation")
	})
	require.NoError(t, r.Failure)
}

func TestOnlyTheBodyMovesTime(t *testing.T) {
	for name, move := range map[string]func(s *sim.Sim){
		"Settle":  (*sim.Sim).Settle,
		"Advance": func(s *sim.Sim) { s.Advance(time.Second) },
		"Next":    func(s *sim.Sim) { s.Next() },
		"Skip":    func(s *sim.Sim) { s.Skip(time.Second) },
		"Until":   func(s *sim.Sim) { s.Until(time.Second, func() bool { return true }) },
	} {
		t.Run(name, func(t *testing.T) {
			r := sim.Run(1, func(s *sim.Sim) {
				a := spawn(s, "a")
				a.Tell(func(*actors.Context[do]) error { move(s); return nil })
				s.Settle()
				why, ended := a.PID().Reason()
				require.True(s, ended)
				require.Contains(s, why.String(), "for the body")
				require.Zero(s, s.Now().Sub(sim.Birth))
			})
			require.NoError(t, r.Failure)
		})
	}
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

func TestRandomNumbersDoNotMakeTheSystem(t *testing.T) {
	var early, late uint64
	r := sim.Run(7, func(s *sim.Sim) {
		early = s.Rand("x").Uint64()
		sys := s.NewSystem(actors.Options{})
		late = s.Rand("x").Uint64()
		require.Equal(s, sys.Rand("sim/x").Uint64(), late)
	})
	require.NoError(t, r.Failure)
	assert.Equal(t, early, late)
}

func TestTimeBeyondAllTimeIsTheEndOfTime(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		a := spawn(s, "a")
		s.Advance(time.Second)
		fired := false
		a.Tell(func(c *actors.Context[do]) error {
			c.After(time.Hour, func(*actors.Context[do]) error { fired = true; return nil })
			return nil
		})
		require.True(s, s.Until(1<<63-1, func() bool { return fired }))
		fired = false
		a.Tell(func(c *actors.Context[do]) error {
			c.After(time.Hour, func(*actors.Context[do]) error { fired = true; return nil })
			return nil
		})
		s.Advance(1<<63 - 1)
		require.True(s, fired)
	})
	require.NoError(t, r.Failure)
}

func TestWaitQuietIsASettle(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		sys := s.NewSystem(actors.Options{TrackIdle: true})
		n := 0
		a := actors.MustSpawn(sys, "a", actors.Stateless(doIt))
		a.Tell(func(c *actors.Context[do]) error { n++; return c.System().Sleep(c, -1) })
		require.NoError(s, sys.WaitQuiet(s.Context()))
		require.Equal(s, 1, n)
	}, sim.Patience(time.Second))
	require.NoError(t, r.Failure)
}

// A process is killed in each of its phases; whoever waits for it hears of it, and the run ends as it should.
func TestAProcessCanBeKilledInEveryPhase(t *testing.T) {
	stays := func(c *actors.Context[do]) error { return c.System().Sleep(c, -1) }
	for name, phase := range map[string]do{
		"idle":   func(*actors.Context[do]) error { return nil },
		"asleep": stays,
		"calling": func(c *actors.Context[do]) error {
			b := actors.MustSpawn(c.System(), "", actors.Stateless(doIt))
			_, err := actors.CallForever(c, b, silent)
			return err
		},
		"waiting for room": func(c *actors.Context[do]) error {
			b := actors.MustSpawn(c.System(), "", actors.Stateless(doIt), actors.MailboxSize(1))
			b.Tell(stays)
			for {
				if err := b.From(c).TellContext(c, stays); err != nil {
					return err
				}
			}
		},
		"starting a child": func(c *actors.Context[do]) error {
			_, err := actors.Spawn(c, "child", func() actors.Behavior[do] { return starts{stays} }, actors.StartTimeout(time.Hour))
			return err
		},
		"waiting for a death": func(c *actors.Context[do]) error {
			_, err := actors.MustSpawn(c.System(), "", actors.Stateless(doIt)).PID().Await(c)
			return err
		},
		"inspecting": func(c *actors.Context[do]) error {
			b := actors.MustSpawn(c.System(), "", actors.Stateless(doIt))
			b.Tell(stays)
			_, err := actors.Inspect(c, b.PID())
			return err
		},
		"with a goroutine": func(c *actors.Context[do]) error {
			c.Do(func(ctx context.Context) { _ = c.System().Sleep(ctx, -1) })
			return nil
		},
		"stopping, with a goroutine": func(c *actors.Context[do]) error {
			c.Do(func(context.Context) { _ = c.System().Sleep(context.Background(), 2*time.Hour) })
			return actors.Stop
		},
		"at a gate": func(c *actors.Context[do]) error {
			g := c.System().NewGate()
			c.System().Clock().AfterFunc(2*time.Hour, g.Open)
			g.Wait()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			sim.Explore(t, 20, func(s *sim.Sim) {
				a := spawn(s, "a")
				heard := 0
				spawn(s, "watcher").Tell(func(c *actors.Context[do]) error {
					c.Monitor(a.PID(), func(d actors.Down) do {
						return func(*actors.Context[do]) error { heard++; return nil }
					})
					return nil
				})
				s.Settle()
				a.Tell(phase)
				s.Advance(time.Duration(s.Rand("when").IntN(2)) * time.Second)
				a.PID().Kill()
				s.Settle()
				why, ended := a.PID().Reason()
				require.True(s, ended)
				require.Equal(s, "killed", why.String())
				require.Equal(s, 1, heard)
				s.Advance(3 * time.Hour)
			})
		})
	}
}

// starts runs a function as its Init.
type starts struct{ run do }

// Init runs it.
func (b starts) Init(c *actors.Context[do]) error { return b.run(c) }

// Receive does nothing.
func (starts) Receive(*actors.Context[do], do) error { return nil }

func TestAStartThatTakesTooLongEndsAtItsTime(t *testing.T) {
	sim.Explore(t, 50, func(s *sim.Sim) {
		_, err := actors.Spawn(s.System(), "a", func() actors.Behavior[do] {
			return starts{func(c *actors.Context[do]) error { return c.System().Sleep(c, time.Hour) }}
		}, actors.StartTimeout(time.Minute))
		require.Error(s, err)
		require.Equal(s, time.Minute, s.Now().Sub(sim.Birth))
		require.Zero(s, s.System().Len())
	})
}

func TestAProcessThatBreaksAnywhereEndsAloneAndTheRunGoesOn(t *testing.T) {
	boom := func(*actors.Context[do]) error { panic("boom") }
	for name, body := range map[string]func(s *sim.Sim, a actors.Ref[do]){
		"in a handler": func(_ *sim.Sim, a actors.Ref[do]) { a.Tell(boom) },
		"in a goroutine": func(_ *sim.Sim, a actors.Ref[do]) {
			a.Tell(func(c *actors.Context[do]) error { c.Do(func(context.Context) { panic("boom") }); return nil })
		},
		"in a goroutine that ends itself": func(_ *sim.Sim, a actors.Ref[do]) {
			a.Tell(func(c *actors.Context[do]) error { c.Do(func(context.Context) { runtime.Goexit() }); return nil })
		},
		"in the function of a timer's message": func(s *sim.Sim, a actors.Ref[do]) {
			a.Tell(func(c *actors.Context[do]) error { c.After(time.Second, boom); return nil })
			s.Advance(time.Second)
		},
		"in the answer to a request": func(s *sim.Sim, a actors.Ref[do]) {
			a.Tell(func(c *actors.Context[do]) error {
				actors.Request(c, spawn(s, "b"), time.Second, silent, func(int, error) do { panic("boom") })
				return nil
			})
			s.Advance(time.Second)
		},
		"in a wait that is left by a panic": func(s *sim.Sim, a actors.Ref[do]) {
			a.Tell(func(c *actors.Context[do]) error {
				defer func() { _ = c.System().Sleep(c, time.Second) }()
				panic("boom")
			})
			s.Advance(time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			sim.Explore(t, 20, func(s *sim.Sim) {
				a := spawn(s, "a")
				body(s, a)
				s.Settle()
				why, ended := a.PID().Reason()
				require.True(s, ended)
				require.NotNil(s, why.CrashError())
				to, _ := echo(s, "echo")
				v, err := ask(s, to)
				require.NoError(s, err)
				require.Equal(s, 1, v)
			})
		})
	}
}

func TestAnInitThatFailsTheRunOnTheBodysGoroutineEndsTheRun(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		_, err := actors.Spawn(s.System(), "a", func() actors.Behavior[do] {
			return starts{func(c *actors.Context[do]) error { return c.System().Sleep(c, -1) }}
		})
		s.Fatalf("not reached: %v", err)
	})
	var deadlock *sim.DeadlockError
	require.True(t, errors.As(r.Failure, &deadlock), "%v", r.Failure)
}

func TestACallThatIsAnsweredLeavesNoTimer(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		to, _ := echo(s, "echo")
		for range 10 {
			_, err := ask(s, to)
			require.NoError(s, err)
		}
		spawn(s, "a").Tell(func(c *actors.Context[do]) error {
			actors.Request(c, to, time.Hour, func(r actors.Reply[int]) inc { return inc{r} }, func(int, error) do {
				return func(*actors.Context[do]) error { return nil }
			})
			_, err := actors.Call(c, to, func(r actors.Reply[int]) inc { return inc{r} })
			return err
		})
		s.Settle()
		require.False(s, s.Next(), "no timer is armed")
	})
	require.NoError(t, r.Failure)
}

func TestAMessageThatWaitsForRoomIsOneMessageToAFault(t *testing.T) {
	sim.Explore(t, 20, func(s *sim.Sim) {
		var handled []int
		to := actors.MustSpawn(s.System(), "to", actors.Stateless(func(c *actors.Context[int], n int) error {
			handled = append(handled, n)
			return c.System().Sleep(c, time.Second)
		}), actors.MailboxSize(1))
		s.Fault(sim.Fault{Do: sim.Drop, Process: "/to", Nth: 5})
		spawn(s, "").Tell(func(c *actors.Context[do]) error {
			for n := range 6 {
				if err := to.From(c).TellContext(c, n+1); err != nil {
					return err
				}
			}
			return nil
		})
		s.Advance(time.Minute)
		require.Equal(s, []int{1, 2, 3, 4, 6}, handled, "the fifth is lost, however often the others ask for room")
	})
}

func TestAFailureInAProcessEndsTheRunAndIsWhatIsReported(t *testing.T) {
	r := sim.Run(1, func(s *sim.Sim) {
		a := spawn(s, "a")
		a.Tell(func(*actors.Context[do]) error { require.Equal(s, 1, 2, "in a process"); return nil })
		_, err := actors.CallForever(s.Context(), spawn(s, "b"), silent) // never answered
		s.Errorf("not reached: %v", err)
	})
	var failed *sim.FailureError
	require.ErrorAs(t, r.Failure, &failed)
	assert.Contains(t, failed.Text, "in a process")
	assert.NotContains(t, failed.Text, "not reached")

	r = sim.Run(1, func(s *sim.Sim) {
		spawn(s, "a").Tell(func(*actors.Context[do]) error { assert.Equal(s, 1, 2, "in a process"); return nil })
		_, _ = actors.CallForever(s.Context(), spawn(s, "b"), silent)
	})
	require.ErrorAs(t, r.Failure, &failed)
	assert.Contains(t, failed.Text, "in a process")
	var deadlock *sim.DeadlockError
	require.ErrorAs(t, r.Failure, &deadlock, "which came after it")
}

func TestASimulationInABubbleOfSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := time.Now()
		r := sim.Run(1, fixed)
		require.NoError(t, r.Failure)
		assert.Equal(t, before, time.Now(), "its time is its own")
	})
}

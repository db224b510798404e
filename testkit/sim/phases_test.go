// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/testkit/sim"
)

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

// ending waits in its Terminate.
type ending struct {
	starts
	until do
}

// Terminate waits.
func (b ending) Terminate(c *actors.Context[do], _ actors.Reason) error { return b.until(c) }

func TestAProcessIsKilledInItsInitAndInItsTerminate(t *testing.T) {
	long := func(c *actors.Context[do]) error { return c.System().Sleep(c, time.Hour) }
	at := func(s *sim.Sim, d time.Duration, name string) {
		s.Clock().AfterFunc(d, func() { s.System().WhereIs(name).Kill() })
	}
	sim.Explore(t, 20, func(s *sim.Sim) {
		at(s, time.Minute, "limited")
		_, err := actors.Spawn(s.System(), "limited", func() actors.Behavior[do] { return starts{long} }, actors.StartTimeout(2*time.Hour))
		require.Error(s, err)
		require.Equal(s, time.Minute, s.Now().Sub(sim.Birth), "an Init with a limit is left at once")

		at(s, time.Minute, "unlimited")
		_, err = actors.Spawn(s.System(), "unlimited", func() actors.Behavior[do] { return starts{long} })
		require.Error(s, err)
		require.Equal(s, time.Hour+time.Minute, s.Now().Sub(sim.Birth), "one without runs on its starter's goroutine")

		ref := actors.MustSpawn(s.System(), "ends", func() actors.Behavior[do] {
			return ending{starts{func(*actors.Context[do]) error { return nil }}, long}
		})
		at(s, time.Minute, "ends")
		ref.PID().Stop()
		why, err := ref.PID().Await(s.Context())
		require.NoError(s, err)
		require.Equal(s, "killed", why.String())
		require.Equal(s, time.Hour+2*time.Minute, s.Now().Sub(sim.Birth))
		require.Zero(s, s.System().Len())
	})
}

// Everything is stopped in order, youngest first, however long each takes.
func TestCloseInASimulationWaitsForEachInTurn(t *testing.T) {
	sim.Explore(t, 50, func(s *sim.Sim) {
		var ended []string
		for i := range 4 {
			name := fmt.Sprint("p", i)
			ref := actors.MustSpawn(s.System(), name, func() actors.Behavior[do] {
				return ending{starts{func(*actors.Context[do]) error { return nil }}, func(c *actors.Context[do]) error {
					err := c.System().Sleep(c, time.Duration(c.Rand().IntN(3))*time.Second)
					ended = append(ended, name)
					return err
				}}
			})
			ref.Tell(func(c *actors.Context[do]) error {
				return c.System().Sleep(c, time.Duration(c.Rand().IntN(3))*time.Second)
			})
			ref.Tell(func(c *actors.Context[do]) error {
				c.Do(func(ctx context.Context) { _ = c.System().Sleep(ctx, time.Hour) })
				return nil
			})
		}
		s.Advance(time.Duration(s.Rand("when").IntN(3)) * time.Second)
		require.NoError(s, s.System().Close(s.Context()))
		require.Equal(s, []string{"p3", "p2", "p1", "p0"}, ended)
		require.Zero(s, s.System().Len())
	})
}

// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/testkit/sim"
)

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

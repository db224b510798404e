// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// Who is restarted after which exit; who is not is forgotten.
func TestRestartTypesDecideWhoComesBack(t *testing.T) {
	for _, c := range []struct {
		restart supervision.Restart
		reason  actors.Reason
		back    bool
	}{
		{supervision.Temporary, exit.ReasonShutdown, false},
		{supervision.Temporary, whatever, false},
		{supervision.Temporary, exit.ReasonKilled, false},
		{supervision.Transient, exit.ReasonShutdown, false},
		{supervision.Transient, odd, false},
		{supervision.Transient, whatever, true},
		{supervision.Transient, exit.ReasonKilled, true},
		{supervision.Permanent, exit.ReasonShutdown, true},
		{supervision.Permanent, odd, true},
		{supervision.Permanent, whatever, true},
	} {
		t.Run(c.restart.String()+" "+c.reason.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				sup := open(t, sys, dynamic.Spec{})
				sibling := start(t, sup, child("ok"))
				end(start(t, sup, with(child("ok"), func(ch *supervision.Child) { ch.Restart = c.restart })), c.reason)
				want := workers(1, 1)
				if c.back {
					want = workers(2, 2)
				}
				assert.Equal(t, want, count(t, sup))
				assert.True(t, sibling.Alive(), "nobody else is touched")
			})
		})
	}
}

// A normal end is an exit like any other: only a permanent child comes back from it.
func TestANormalEndRestartsAPermanentChildAlone(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		for _, c := range []supervision.Child{child("ok"), with(child("ok"), transient), with(child("ok"), temporary)} {
			ref, err := actors.RefOf[do](start(t, sup, c))
			require.NoError(t, err)
			ref.Tell(func(*cx) error { return actors.Stop })
		}
		assert.Equal(t, workers(1, 1), count(t, sup))
	})
}

// What a restart may come to: a process, no process, an error, nothing. One that chooses not to start is forgotten; failed ones are tried
// again for as long as the supervisor lives.
func TestEveryOutcomeOfARestart(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{Intensity: many})
		end(start(t, sup, child("ok", "ok")), exit.ReasonShutdown)
		assert.Equal(t, []string{"up"}, statuses(t, sup))
		end(start(t, sup, child("ok", "ignore")), exit.ReasonShutdown)
		assert.Equal(t, []string{"up"}, statuses(t, sup))
		assert.Equal(t, workers(1, 1), count(t, sup))
	})
	for _, outcome := range []string{"error", "nothing", "panic"} {
		t.Run(outcome, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				sup := open(t, sys, dynamic.Spec{Intensity: many})
				start(t, sup, child("ok"))
				spec, tried := failing(outcome)
				first := start(t, sup, spec)
				last := start(t, sup, child("ok"))
				first.Exit(exit.ReasonShutdown)
				<-tried
				n, err := sup.Count(t.Context())
				require.NoError(t, err)
				assert.Equal(t, workers(3, 2), n, "it counts, and does not run")
				infos, err := sup.Children(t.Context())
				require.NoError(t, err)
				assert.Equal(t, supervision.ChildInfo{PID: last, Status: 1}, infos[0])
				assert.Equal(t, "restarting", infos[1].Status.String())
				assert.True(t, infos[1].PID.IsZero())
				require.NoError(t, sup.TerminateChild(t.Context(), first), "its former process names it")
				assert.Equal(t, workers(2, 2), count(t, sup))
			})
		})
	}
}

// A failed restart is tried again, each attempt counted, until it works.
func TestAFailedRestartIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{Intensity: supervision.Intensity{Max: 2}})
		end(start(t, sup, child("ok", "error", "ok")), exit.ReasonShutdown)
		assert.Equal(t, []string{"up"}, statuses(t, sup))
		assert.True(t, sup.PID().Alive())
	})
}

// More attempts than are allowed, whether first ones or repeated ones, end the supervisor with shutdown and take all children along.
func TestTooManyRestartsEndTheSupervisor(t *testing.T) {
	for _, c := range []struct {
		name string
		max  int
	}{{"first attempt", 1}, {"repeated attempts", 10}, {"none allowed", supervision.NoRestarts}} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				sup := open(t, sys, dynamic.Spec{Intensity: supervision.Intensity{Max: c.max}})
				other := start(t, sup, child("ok"))
				end(start(t, sup, child("ok", "error")), exit.ReasonShutdown)
				assert.Equal(t, []string{"shutdown", "shutdown"}, ends(t, sup.PID(), other))
			})
		})
	}
}

// Without a word about it three restarts within five seconds are allowed, and a fourth is not.
func TestThreeRestartsInFiveSecondsAreTheDefault(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		start(t, sup, child("ok"))
		crash := func() {
			infos, err := sup.Children(t.Context())
			require.NoError(t, err)
			end(infos[0].PID, whatever)
		}
		for range 5 {
			for range 3 {
				crash()
			}
			require.True(t, sup.PID().Alive())
			time.Sleep(5*time.Second + time.Nanosecond)
		}
		for range 3 {
			crash()
			time.Sleep(time.Second)
		}
		crash()
		assert.Equal(t, []string{"shutdown"}, ends(t, sup.PID()))
	})
}

// While a child restarts, calls and the deaths of others are served between two attempts.
func TestOthersAreServedBetweenTwoAttempts(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{Intensity: many})
		spec, tried := failing("error")
		stubborn := start(t, sup, spec)
		other := start(t, sup, with(child("ok"), temporary))
		stubborn.Exit(whatever)
		<-tried
		start(t, sup, child("ok"))
		require.NoError(t, sup.TerminateChild(t.Context(), other))
		n, err := sup.Count(t.Context())
		require.NoError(t, err)
		assert.Equal(t, workers(2, 1), n)
		require.NoError(t, sup.TerminateChild(t.Context(), stubborn))
	})
}

// A child may wait before it is restarted. Meanwhile its former process names it, it counts for the limit, and others come and go.
func TestAChildThatBacksOffWaitsAlone(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{MaxChildren: 2})
		patient := with(child("ok"), func(c *supervision.Child) { c.Backoff = &supervision.Backoff{Initial: time.Second} })
		first := start(t, sup, patient)
		end(first, whatever)
		assert.Equal(t, []string{"restarting"}, statuses(t, sup))
		second := start(t, sup, patient)
		_, err := sup.StartChild(t.Context(), child("ok"))
		require.ErrorIs(t, err, dynamic.ErrMaxChildren)
		time.Sleep(time.Second)
		assert.Equal(t, []string{"up", "up"}, statuses(t, sup))

		end(second, whatever)
		require.NoError(t, sup.TerminateChild(t.Context(), second))
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"up"}, statuses(t, sup))
		require.ErrorIs(t, sup.TerminateChild(t.Context(), first), dynamic.ErrNotFound)
	})
}

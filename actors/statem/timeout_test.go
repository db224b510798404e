// SPDX-License-Identifier: Apache-2.0

package statem_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/statem"
)

// view looks inside a machine.
func view(t *testing.T, r ref) statem.View[state] {
	t.Helper()
	v, err := actors.Inspect(t.Context(), r.PID())
	if err != nil {
		t.Fatalf("inspect: %v", err)
	}
	return v.(statem.View[state])
}

// noted is a machine that notes each event with its time and does what raw messages ask for.
func noted(log *[]string) *machine {
	begin := time.Now()
	return ever(func(t *turn, ev event) result {
		if m, ok := ev.Message.(raw); ok {
			return m.result(t)
		}
		*log = append(*log, fmt.Sprint(t.State, " ", ev.Timeout, " ", ev.Message, " ", t.Now().Sub(begin)))
		return t.Keep()
	})
}

// do has a machine do something in a turn of its own.
func do(r ref, what func(t *turn) result) {
	r.Tell(raw{result: what})
	synctest.Wait()
}

// Timeouts of all kinds run side by side, for a time and until a point in time; one that has passed comes behind what waits already.
func TestTimeoutsRunSideBySide(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		var log []string
		begin := time.Now()
		r := actors.MustSpawn(sys, "", noted(&log).Behavior)
		do(r, func(t *turn) result {
			return t.Next(waiting).After("a", 5*time.Second, note("replaced")).After(statem.StateTimeout, 4*time.Second, note("state")).
				After("b", 2*time.Second, note("cancelled"))
		})
		do(r, func(t *turn) result {
			r.Tell(note("waits"))
			return t.Keep().At("c", begin.Add(time.Second), note("at")).After("d", 0, note("at once")).
				At("e", begin.Add(-time.Second), note("passed")).Cancel("b").After("a", 3*time.Second, note("a")).
				At(statem.EventTimeout, begin.Add(30*time.Minute), note("never: there are events"))
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Equal(t, []string{
			"waiting for confirmation d at once 0s", "waiting for confirmation  waits 0s", "waiting for confirmation e passed 0s",
			"waiting for confirmation c at 1s", "waiting for confirmation a a 3s", "waiting for confirmation state timeout state 4s",
		}, log)
	})
}

// Cancel and Update do what they say to timers and to timeouts that have ended while their event still waits, and what runs can be seen.
func TestTimeoutsAreCancelledAndUpdated(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		var log []string
		r := actors.MustSpawn(sys, "", noted(&log).Behavior)
		do(r, func(t *turn) result {
			return t.Keep().After("cancelled", time.Second, note("")).After("updated", time.Second, note("old")).
				After(statem.StateTimeout, 1500*time.Millisecond, note("state")).After(statem.EventTimeout, time.Hour, note("event"))
		})
		assert.Equal(t, []statem.Timeout{"cancelled", statem.EventTimeout, statem.StateTimeout, "updated"}, view(t, r).Timeouts)
		do(r, func(t *turn) result {
			sleep(t, 2*time.Second) // all have ended
			return t.Keep().Cancel("cancelled").Update("updated", note("new")).Update("other", note("at once"))
		})
		time.Sleep(3 * time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"idle other at once 2s", "idle updated new 2s", "idle state timeout state 2s"}, log)
		assert.Empty(t, view(t, r).Timeouts)
		do(r, func(t *turn) result { return t.Keep().After(statem.EventTimeout, 17*time.Second, note("")) })
		assert.Equal(t, statem.View[state]{State: idle, Timeouts: []statem.Timeout{statem.EventTimeout}}, view(t, r))
	})
}

// A timeout that was started with 0 and, before it came, with a time is a timer.
func TestATimeoutOfZeroCanBecomeATimer(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		var log []string
		r := actors.MustSpawn(sys, "", noted(&log).Behavior)
		do(r, func(t *turn) result {
			next := func(t *turn) result { return t.Keep().After("x", 2*time.Second, note("later")) }
			return t.Keep().After("x", 0, note("at once")).NextEvent(raw{result: next})
		})
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{"idle x later 2s"}, log)
	})
}

// A machine's timers are its process's: they end with it.
func TestTimeoutsEndWithTheMachine(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		var log []string
		r := actors.MustSpawn(sys, "", noted(&log).Behavior)
		do(r, func(t *turn) result { return t.Keep().After("x", time.Second, note("")) })
		r.PID().Kill()
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Empty(t, log)
		assert.Zero(t, sys.Totals().DeadLetters)
	})
}

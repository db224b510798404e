// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// R17, R18: the window slides, exactly and inclusively: an attempt that is as old as the window counts, one that is older by the
// smallest time does not.
func TestTheRestartWindowIsExactAndInclusive(t *testing.T) {
	const within = 10 * time.Second
	for name, c := range map[string]struct {
		max   int
		waits []time.Duration // before each crash
		lives bool            // after the last one
	}{
		"as many as allowed":           {3, []time.Duration{0, 0, 0}, true},
		"one more":                     {3, []time.Duration{0, 0, 0, 0}, false},
		"exactly as old as window":     {1, []time.Duration{0, within}, false},
		"older than it by a moment":    {1, []time.Duration{0, within + 1}, true},
		"the oldest alone has left":    {2, []time.Duration{0, within / 2, within/2 + 1}, true},
		"the oldest has not left":      {2, []time.Duration{0, within / 2, within / 2}, false},
		"a success resets nothing":     {2, []time.Duration{0, within - 1, 1}, false},
		"spread for ever":              {1, []time.Duration{0, within + 1, within + 1, within + 1, within + 1}, true},
		"none is allowed":              {supervision.NoRestarts, []time.Duration{time.Hour}, false},
		"zero is one":                  {0, []time.Duration{0}, true},
		"zero is not two":              {0, []time.Duration{0, 0}, false},
		"a burst after a long silence": {2, []time.Duration{0, 0, time.Hour, 0, 0}, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup := w.start(t, supervision.Spec{
					Intensity: supervision.Intensity{Max: c.max, Within: within}, Children: []supervision.Child{plain("a")},
				})
				for i, wait := range c.waits {
					require.True(t, sup.PID().Alive(), "before crash %d", i+1)
					time.Sleep(wait)
					crash(t, child(t, sup, "a"))
				}
				assert.Equal(t, c.lives, sup.PID().Alive())
			})
		})
	}
}

// R16: attempts of all children are counted together, calls are not counted at all.
func TestOneCounterForAllChildrenAndNoneForCalls(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: supervision.Intensity{Max: 2}, Children: []supervision.Child{plain("a"), plain("b")}})
		for range 5 {
			require.NoError(t, sup.TerminateChild(t.Context(), "a"))
			_, err := sup.RestartChild(t.Context(), "a")
			require.NoError(t, err)
		}
		crash(t, child(t, sup, "a"))
		crash(t, child(t, sup, "b"))
		require.True(t, sup.PID().Alive())
		crash(t, child(t, sup, "a"))
		assert.False(t, sup.PID().Alive())
	})
}

// R21, R22: a failing restart is repeated without a pause, each try counted, and behind what waits in the mailbox: the death of a
// sibling that came meanwhile is handled first.
func TestARetryQueuesBehindWhatWaits(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold, starts := make(chan struct{}), 0
		sup := w.start(t, supervision.Spec{Intensity: supervision.Intensity{Max: 3}, Children: []supervision.Child{
			starting("a", func(*cx) error {
				switch starts++; starts {
				case 1:
					return nil
				case 2:
					<-hold
				}
				return errBoom
			}),
			plain("b"), with(plain("c"), temporary),
		}})
		b, c := child(t, sup, "b"), child(t, sup, "c")
		crash(t, child(t, sup, "a"))
		begin := w.Now()
		w.told()
		crash(t, c) // both while the supervisor is busy with a
		require.Empty(t, w.told(), "it takes nothing from its mailbox meanwhile")
		tell(t, b, func(*cx) error { return actors.StopWith("enough") })
		synctest.Wait()
		close(hold)
		assert.Equal(t, []string{
			"start failed a: crash: boom",
			"exited c: crash: boom, restarts false",
			"exited b: shutdown: enough, restarts true", "restarting b: 2 of 3, one_for_one", "started b",
			"restarting a: 3 of 3, one_for_one", "start failed a: crash: boom",
			"gave up on a: 4 of 3", "stopped b: shutdown",
		}, w.told())
		assert.Equal(t, begin, w.Now())
		assert.False(t, sup.PID().Alive())
	})
}

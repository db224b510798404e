// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// limited gives a child a limit.
func limited(c supervision.Child, l supervision.Limit) supervision.Child {
	return with(c, func(c *supervision.Child) { c.Limit = &l })
}

// A child whose own limit is reached stays down; its siblings and the supervisor's intensity know nothing of it.
func TestALimitLeavesTheChildDown(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: supervision.Intensity{Max: 2}, Children: []supervision.Child{
			limited(plain("a"), supervision.Limit{}), plain("b"),
		}})
		w.told()
		crash(t, child(t, sup, "a"))
		crash(t, child(t, sup, "a"))
		assert.Equal(t, []string{
			"exited a: crash: boom, restarts true", "restarting a: 1 of 2, one_for_one", "started a",
			"exited a: crash: boom, restarts true", "limit of a: 2 of 1",
		}, w.told())
		assert.Equal(t, []string{"a stopped", "b up"}, children(t, sup))
		crash(t, child(t, sup, "b"))
		_, err := sup.RestartChild(t.Context(), "a")
		require.NoError(t, err)
		assert.Equal(t, []string{"a up", "b up"}, children(t, sup))
	})
}

// A limit may make the supervisor give up instead, although its own intensity would allow more.
func TestALimitMayEndTheSupervisor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
			limited(plain("a"), supervision.Limit{Intensity: supervision.Intensity{Max: supervision.NoRestarts}, Then: supervision.GiveUp}), plain("b"),
		}})
		w.told()
		crash(t, child(t, sup, "a"))
		assert.Equal(t, []string{"exited a: crash: boom, restarts true", "gave up on a: 1 of 0", "stopped b: shutdown"}, w.told())
		assert.Equal(t, "shutdown", why(t, sup.PID()).String())
	})
}

// With a backoff a child tries for a while and then stays down: what such a pair is for.
func TestALimitAndABackoffTogether(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
			limited(backing(failing(w, "a", 99), supervision.Backoff{Initial: time.Second}), supervision.Limit{
				Intensity: supervision.Intensity{Max: 3, Within: time.Minute},
			}),
		}})
		crash(t, child(t, sup, "a"))
		time.Sleep(time.Hour)
		assert.Equal(t, []string{"a stopped"}, children(t, sup))
		told := w.told()
		assert.Equal(t, []string{"a at 7s", "start failed a: crash: boom", "limit of a: 4 of 3"}, told[len(told)-3:])
	})
}

// scheduled gives a child a schedule.
func scheduled(c supervision.Child, s supervision.Schedule) supervision.Child {
	return with(c, func(c *supervision.Child) { c.Schedule = &s })
}

// A planned restart stops the child with a reason that says so, starts it again, counts nowhere and touches no sibling.
func TestAScheduleRestartsAChildFromTimeToTime(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		began := w.Now()
		sup := w.start(t, supervision.Spec{
			Strategy: supervision.OneForAll, Intensity: supervision.Intensity{Max: supervision.NoRestarts}, Children: []supervision.Child{
				scheduled(supervision.Worker("a", of(doer{term: func(c *cx, why actors.Reason) error {
					w.say("a stops at %s: %s", c.Now().Sub(began), why)
					return nil
				}})), supervision.Schedule{Every: time.Hour}),
				plain("b"),
			},
		})
		w.told()
		b := child(t, sup, "b")
		time.Sleep(2 * time.Hour)
		assert.Equal(t, []string{
			"planned restart of a", "a stops at 1h0m0s: shutdown: schedule", "stopped a: shutdown: schedule", "started a",
			"planned restart of a", "a stops at 2h0m0s: shutdown: schedule", "stopped a: shutdown: schedule", "started a",
		}, w.told())
		assert.Equal(t, b, child(t, sup, "b"))
		n := tree(t, sup, 0)
		assert.Zero(t, n.Recent)
		assert.Equal(t, 2, n.Children[0].Restarts)
		assert.Equal(t, "shutdown: schedule", n.Children[0].LastReason)
		require.NoError(t, sup.TerminateChild(t.Context(), "a"))
		w.told()
		time.Sleep(2 * time.Hour)
		assert.Empty(t, w.told(), "what was stopped by hand stays down")
	})
}

// A planned restart whose start fails is tried again like any other.
func TestAPlannedRestartThatFailsIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
			backing(scheduled(failing(w, "a", 1), supervision.Schedule{Every: time.Hour}), supervision.Backoff{Initial: time.Second}),
		}})
		w.told()
		time.Sleep(time.Hour + time.Second)
		assert.Equal(t, []string{
			"planned restart of a", "stopped a: shutdown: schedule", "a at 1h0m0s", "start failed a: crash: boom",
			"restarting a: 1 of 1073741824, one_for_one", "waiting with a: attempt 1, 1s", "a at 1h0m1s", "started a",
		}, w.told())
		time.Sleep(time.Hour - time.Nanosecond)
		assert.Empty(t, w.told(), "its time begins with its start")
		time.Sleep(time.Nanosecond)
		assert.Equal(t, []string{"planned restart of a", "stopped a: shutdown: schedule", "a at 2h0m1s", "started a"}, w.told())
	})
}

// Jitter keeps many children from being restarted at one time.
func TestJitterSpreadsPlannedRestarts(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := dynamic(t, w, saying(w), func(c *supervision.Child) { c.Schedule = &supervision.Schedule{Every: time.Hour, Jitter: 0.1} })
		for range 20 {
			_, err := sup.StartDynamic(t.Context(), "")
			require.NoError(t, err)
		}
		w.told()
		time.Sleep(54*time.Minute - time.Nanosecond)
		assert.Empty(t, w.told())
		rounds := 0
		for range 12 {
			time.Sleep(time.Minute)
			if len(w.told()) > 0 {
				rounds++
			}
		}
		assert.Greater(t, rounds, 4)
		assert.Len(t, children(t, sup), 20)
	})
}

// A limit or schedule that makes no sense is refused like any other mistake.
func TestABadLimitAndABadScheduleAreRefused(t *testing.T) {
	bad := scheduled(limited(with(plain("a"), temporary), supervision.Limit{Then: 7}), supervision.Schedule{Jitter: -1})
	var faults supervision.Faults
	require.ErrorAs(t, supervision.Check(bad, supervision.Never), &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	assert.Equal(t, []string{"limit", "limit.then", "schedule", "schedule.every", "schedule.jitter"}, paths)
}

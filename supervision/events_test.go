// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// The events of a crash in the middle of a group, in order: what ended, what is tried, who is stopped for it, who is up again.
func TestTheEventsOfACrash(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 2}, Children: []supervision.Child{
			plain("a"), plain("b"), with(plain("c"), temporary), starting("d", func(*cx) error { return actors.Ignore }), plain("e"),
		}})
		assert.Equal(t, []string{"started a", "started b", "started c", "ignored d", "started e"}, w.told())
		crash(t, child(t, sup, "b"))
		assert.Equal(t, []string{
			"exited b: crash: boom, restarts true",
			"restarting b: 1 of 2, rest_for_one",
			"stopped e: shutdown", "stopped c: shutdown",
			"started b", "ignored d", "started e",
		}, w.told())
	})
}

// The events of giving up, from the last crash to the parent's restart.
func TestTheEventsOfGivingUp(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		root := w.start(t, supervision.Spec{Children: []supervision.Child{
			supervision.Sub("sup", supervision.Spec{
				Intensity: supervision.Intensity{Max: supervision.NoRestarts}, Children: []supervision.Child{plain("a"), plain("b"), plain("c")},
			}),
		}})
		w.told()
		crash(t, child(t, sub(t, root, "sup"), "b"))
		assert.Equal(t, []string{
			"exited b: crash: boom, restarts true",
			"gave up on b: 1 of 0",
			"stopped c: shutdown", "stopped a: shutdown",
			"exited sup: shutdown, restarts true",
			"restarting sup: 1 of 1, one_for_one",
			"started a", "started b", "started c", "started sup",
		}, w.told())
	})
}

// The events of an auto shutdown.
func TestTheEventsOfAnAutoShutdown(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		significant := func(c *supervision.Child) { c.Significant, c.Restart = true, supervision.Transient }
		sup := w.start(t, supervision.Spec{AutoShutdown: supervision.AllSignificant, Children: []supervision.Child{
			with(plain("a"), significant), with(plain("b"), significant), plain("c"),
		}})
		w.told()
		stop := func(*cx) error { return actors.Stop }
		tell(t, child(t, sup, "a"), stop)
		assert.Equal(t, []string{"exited a: normal, restarts false"}, w.told())
		tell(t, child(t, sup, "b"), stop)
		assert.Equal(t, []string{"exited b: normal, restarts false", "auto shutdown by b", "stopped c: shutdown"}, w.told())
		assert.Equal(t, "shutdown", why(t, sup.PID()).String())
	})
}

// Every event says where it happened and of which process, the new one or the one that has ended.
func TestEventsCarryTheProcessesTheyAreAbout(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{plain("a")}})
		old := child(t, sup, "a")
		var seen []telemetry.Event
		cancel := w.Events().SubscribeAll("seen", func(e telemetry.Event) { seen = append(seen, e) })
		crash(t, old)
		present := child(t, sup, "a")
		cancel()
		var pids []actors.PID
		for _, e := range seen {
			switch e := e.(type) {
			case supervision.ChildExited:
				assert.Equal(t, "/app", e.Supervisor)
				require.ErrorIs(t, e.Reason.CrashError(), errBoom)
				assert.Equal(t, "supervision_test.do", e.Reason.CrashError().Message)
				pids = append(pids, e.PID)
			case supervision.ChildRestarting:
				assert.Equal(t, supervision.OneForOne, e.Group)
				pids = append(pids, e.PID)
			case supervision.ChildStarted:
				pids = append(pids, e.PID)
			}
		}
		assert.Equal(t, []actors.PID{old, old, present}, pids)
	})
}

// An event of the catalogue has a name, a level that tells how grave it is, and attributes for the log.
func TestEventsInTheLog(t *testing.T) {
	type logged interface {
		telemetry.Event
		LogLevel() slog.Level
		LogAttrs() []slog.Attr
	}
	boom := crashOf(errBoom)
	for _, c := range []struct {
		event logged
		name  string
		level slog.Level
		keys  []string // besides the supervisor and the child
	}{
		{supervision.ChildStarted{}, "child_started", slog.LevelDebug, nil},
		{supervision.ChildIgnored{}, "child_ignored", slog.LevelDebug, nil},
		{supervision.ChildStartFailed{Reason: boom}, "start_failed", slog.LevelWarn, []string{telemetry.KeyReason, telemetry.KeyCode}},
		{supervision.ChildExited{Reason: boom}, "child_exited", slog.LevelInfo, []string{telemetry.KeyReason, telemetry.KeyCode}},
		{supervision.ChildRestarting{}, "child_restarting", slog.LevelWarn, []string{telemetry.KeyAttempt, telemetry.KeyStrategy}},
		{supervision.BackoffWait{}, "backoff_wait", slog.LevelInfo, []string{telemetry.KeyAttempt, telemetry.KeyDuration}},
		{supervision.LimitReached{}, "limit_reached", slog.LevelError, []string{telemetry.KeyAttempt}},
		{supervision.PlannedRestart{}, "planned_restart", slog.LevelInfo, nil},
		{supervision.ChildStopped{}, "child_stopped", slog.LevelDebug, []string{telemetry.KeyReason}},
		{supervision.ShutdownError{Reason: boom}, "shutdown_error", slog.LevelWarn, []string{telemetry.KeyReason, telemetry.KeyCode}},
		{supervision.GaveUp{}, "gave_up", slog.LevelError, []string{telemetry.KeyAttempt}},
		{supervision.AutoShutdownBegun{}, "auto_shutdown", slog.LevelWarn, nil},
		{supervision.SpecReplaced{}, "spec_replaced", slog.LevelInfo, nil},
	} {
		assert.Equal(t, "supervision."+c.name, c.event.EventName())
		assert.Equal(t, c.level, c.event.LogLevel(), c.name)
		var keys []string
		for _, a := range c.event.LogAttrs() {
			keys = append(keys, a.Key)
		}
		assert.Equal(t, append([]string{telemetry.KeySupervisor, telemetry.KeyChild}, c.keys...), keys, c.name)
	}
}

// With a process the log names its incarnation too, and a crash is one line without its stack.
func TestAnEventOfAProcessNamesItsIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{plain("a")}})
		old := child(t, sup, "a")
		var attrs []slog.Attr
		defer telemetry.Subscribe(w.Events(), "attrs", func(e supervision.ChildExited) { attrs = e.LogAttrs() })()
		tell(t, old, func(*cx) error { panic("boom") })
		w.told()
		assert.Equal(t, []slog.Attr{
			slog.String(telemetry.KeySupervisor, "/app"), slog.String(telemetry.KeyChild, "a"),
			slog.Uint64(telemetry.KeyIncarnation, old.Incarnation()),
			slog.String(telemetry.KeyReason, `crash: actors: process "/app/a" handling supervision_test.do: panic: boom`),
			slog.String(telemetry.KeyCode, "E3101"), slog.String(telemetry.KeyCauseCode, "E3102"),
		}, attrs)
	})
}

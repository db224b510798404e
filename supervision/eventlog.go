// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"log/slog"

	"mabeam.dev/telemetry"
)

// The events' names in the catalogue, and how they want to be logged.

// EventName returns "supervision.child_started".
func (ChildStarted) EventName() string { return "supervision.child_started" }

// LogLevel is Debug.
func (ChildStarted) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the supervisor, the child.
func (e ChildStarted) LogAttrs() []slog.Attr { return e.attrs() }

// EventName returns "supervision.child_ignored".
func (ChildIgnored) EventName() string { return "supervision.child_ignored" }

// LogLevel is Debug.
func (ChildIgnored) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the supervisor, the child.
func (e ChildIgnored) LogAttrs() []slog.Attr { return e.attrs() }

// EventName returns "supervision.start_failed".
func (ChildStartFailed) EventName() string { return "supervision.start_failed" }

// LogLevel is Warn.
func (ChildStartFailed) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the supervisor, the child and what happened.
func (e ChildStartFailed) LogAttrs() []slog.Attr {
	return e.attrs(telemetry.Reason(e.Reason)...)
}

// EventName returns "supervision.child_exited".
func (ChildExited) EventName() string { return "supervision.child_exited" }

// LogLevel is Info.
func (ChildExited) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the supervisor, the child and what happened.
func (e ChildExited) LogAttrs() []slog.Attr {
	return e.attrs(telemetry.Reason(e.Reason)...)
}

// EventName returns "supervision.child_restarting".
func (ChildRestarting) EventName() string { return "supervision.child_restarting" }

// LogLevel is Warn.
func (ChildRestarting) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the supervisor, the child and what happened.
func (e ChildRestarting) LogAttrs() []slog.Attr {
	return e.attrs(slog.Int(telemetry.KeyAttempt, e.Attempt.N), slog.String(telemetry.KeyStrategy, e.Group.String()))
}

// EventName returns "supervision.backoff_wait".
func (BackoffWait) EventName() string { return "supervision.backoff_wait" }

// LogLevel is Info.
func (BackoffWait) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the supervisor, the child and the wait.
func (e BackoffWait) LogAttrs() []slog.Attr {
	return e.attrs(slog.Int(telemetry.KeyAttempt, e.Attempt), slog.Duration(telemetry.KeyDuration, e.For))
}

// EventName returns "supervision.limit_reached".
func (LimitReached) EventName() string { return "supervision.limit_reached" }

// LogLevel is Error.
func (LimitReached) LogLevel() slog.Level { return slog.LevelError }

// LogAttrs names the supervisor, the child and what happened.
func (e LimitReached) LogAttrs() []slog.Attr {
	return e.attrs(slog.Int(telemetry.KeyAttempt, e.Attempt.N))
}

// EventName returns "supervision.planned_restart".
func (PlannedRestart) EventName() string { return "supervision.planned_restart" }

// LogLevel is Info.
func (PlannedRestart) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the supervisor, the child.
func (e PlannedRestart) LogAttrs() []slog.Attr { return e.attrs() }

// EventName returns "supervision.child_stopped".
func (ChildStopped) EventName() string { return "supervision.child_stopped" }

// LogLevel is Debug.
func (ChildStopped) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the supervisor, the child and what happened.
func (e ChildStopped) LogAttrs() []slog.Attr {
	return e.attrs(telemetry.Reason(e.Reason)...)
}

// EventName returns "supervision.shutdown_error".
func (ShutdownError) EventName() string { return "supervision.shutdown_error" }

// LogLevel is Warn.
func (ShutdownError) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the supervisor, the child and what happened.
func (e ShutdownError) LogAttrs() []slog.Attr {
	return e.attrs(telemetry.Reason(e.Reason)...)
}

// EventName returns "supervision.gave_up".
func (GaveUp) EventName() string { return "supervision.gave_up" }

// LogLevel is Error.
func (GaveUp) LogLevel() slog.Level { return slog.LevelError }

// LogAttrs names the supervisor, the child and what happened.
func (e GaveUp) LogAttrs() []slog.Attr { return e.attrs(slog.Int(telemetry.KeyAttempt, e.Attempt.N)) }

// EventName returns "supervision.auto_shutdown".
func (AutoShutdownBegun) EventName() string { return "supervision.auto_shutdown" }

// LogLevel is Warn.
func (AutoShutdownBegun) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the supervisor, the child.
func (e AutoShutdownBegun) LogAttrs() []slog.Attr { return e.attrs() }

// EventName returns "supervision.spec_replaced".
func (SpecReplaced) EventName() string { return "supervision.spec_replaced" }

// LogLevel is Info.
func (SpecReplaced) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the supervisor, the child.
func (e SpecReplaced) LogAttrs() []slog.Attr { return e.attrs() }

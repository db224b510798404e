// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"log/slog"
	"time"

	"mabeam.dev/agents/registry/migrate/plan"
	"mabeam.dev/telemetry"
)

// RegistryMigrated is a step of a migration from one registry to another.
type RegistryMigrated struct {
	Old     string        // name of the registry that was used
	New     string        // name of the one that takes its place
	Command plan.Command  // the step
	From    plan.Phase    // the phase before it
	To      plan.Phase    // the phase behind it; that before it if it failed
	Err     error         // why it failed; nil if it did not
	Worse   string        // why the migration rolls back by itself; "" if somebody wants it to
	Took    time.Duration // how long it took
	At      time.Time     // when it was over, on the clock of the system
}

// EventName names the event.
func (RegistryMigrated) EventName() string { return "registry.migrated" }

// LogLevel is Warn for a step that failed, and for a roll-back that nobody ordered; Info otherwise.
func (e RegistryMigrated) LogLevel() slog.Level {
	if e.Err != nil || e.Worse != "" {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// LogAttrs names the step and where it led.
func (e RegistryMigrated) LogAttrs() []slog.Attr {
	out := []slog.Attr{slog.String("step", e.Command.String()), slog.String("from", e.From.String()), slog.String(telemetry.KeyState, e.To.String())}
	if e.Err != nil {
		out = append(out, slog.String(telemetry.KeyError, e.Err.Error()))
	}
	if e.Worse != "" {
		out = append(out, slog.String(telemetry.KeyReason, e.Worse))
	}
	return out
}

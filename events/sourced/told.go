// SPDX-License-Identifier: Apache-2.0

package sourced

import (
	"log/slog"

	"mabeam.dev/events"
	"mabeam.dev/telemetry"
)

// EntityQuarantined is the event: an entity refuses all commands because its events cannot be read, decoded or applied.
type EntityQuarantined struct {
	Stream events.Stream // of the entity
	Err    error         // why
}

// EventName returns "actor.quarantined".
func (EntityQuarantined) EventName() string { return "actor.quarantined" }

// LogLevel is Error: somebody has to look.
func (EntityQuarantined) LogLevel() slog.Level { return slog.LevelError }

// LogAttrs names stream and cause.
func (e EntityQuarantined) LogAttrs() []slog.Attr { return about(e.Stream, e.Err) }

// EntityFenced is the event: an entity ends because somebody else writes to its stream.
type EntityFenced struct {
	Stream events.Stream // of the entity
	Err    error         // the store's
}

// EventName returns "actor.fenced".
func (EntityFenced) EventName() string { return "actor.fenced" }

// LogLevel is Warn.
func (EntityFenced) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names stream and cause.
func (e EntityFenced) LogAttrs() []slog.Attr { return about(e.Stream, e.Err) }

// SnapshotFailed is the event: a snapshot could not be taken; the next recovery is longer.
type SnapshotFailed struct {
	Stream events.Stream // of the entity
	Err    error         // why
}

// EventName returns "actor.snapshot_failed".
func (SnapshotFailed) EventName() string { return "actor.snapshot_failed" }

// LogLevel is Warn.
func (SnapshotFailed) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names stream and cause.
func (e SnapshotFailed) LogAttrs() []slog.Attr { return about(e.Stream, e.Err) }

func about(s events.Stream, err error) []slog.Attr {
	return []slog.Attr{slog.String("stream", string(s)), slog.Any(telemetry.KeyError, err)}
}

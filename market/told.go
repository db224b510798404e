// SPDX-License-Identifier: Apache-2.0

package market

import (
	"log/slog"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/telemetry"
)

// BatchCommitted is the event: a process has made commands durable with one append.
type BatchCommitted struct {
	Process  string // that did it
	Family   string // of the process: "market.ledger"
	Commands int    // that were answered
	Refused  int    // of them
	Bytes    int    // appended
	Version  uint64 // of the stream, behind it
}

// EventName returns "market.committed".
func (BatchCommitted) EventName() string { return "market.committed" }

// CommandRefused is the event: a process has refused a command, which changed nothing.
type CommandRefused struct {
	Process string     // that refused it
	Family  string     // of the process
	Code    fault.Code // why; the text of the error may tell what a sealed bid offers
}

// EventName returns "market.refused".
func (CommandRefused) EventName() string { return "market.refused" }

// ProcessRecovered is the event: a process has made its state from its journal.
type ProcessRecovered struct {
	Process string        // that can be asked again
	Family  string        // of the process
	Stream  string        // that was read
	Version uint64        // of the stream
	Took    time.Duration // to read it
}

// EventName returns "market.recovered".
func (ProcessRecovered) EventName() string { return "market.recovered" }

// LogLevel is Info.
func (ProcessRecovered) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names stream and version.
func (e ProcessRecovered) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("stream", e.Stream), slog.Uint64("version", e.Version), slog.Duration("took", e.Took)}
}

// ProcessFenced is the event: a process ends because somebody else writes to its stream.
type ProcessFenced struct {
	Process string // that ends
	Family  string // of the process
	Stream  string // with two writers
	Err     error  // of the journal
}

// EventName returns "market.fenced".
func (ProcessFenced) EventName() string { return "market.fenced" }

// LogLevel is Warn.
func (ProcessFenced) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names stream and cause.
func (e ProcessFenced) LogAttrs() []slog.Attr { return about(e.Stream, e.Err) }

// ProcessQuarantined is the event: a process refuses everything, because its journal cannot be understood.
type ProcessQuarantined struct {
	Process string // that refuses
	Family  string // of the process
	Stream  string // that cannot be understood
	Err     error  // what is wrong with it
}

// EventName returns "market.quarantined".
func (ProcessQuarantined) EventName() string { return "market.quarantined" }

// LogLevel is Error: somebody has to look.
func (ProcessQuarantined) LogLevel() slog.Level { return slog.LevelError }

// LogAttrs names stream and cause.
func (e ProcessQuarantined) LogAttrs() []slog.Attr { return about(e.Stream, e.Err) }

// SnapshotFailed is the event: a snapshot was not taken, or is not to be trusted; the journal is read instead.
type SnapshotFailed struct {
	Stream string // that the snapshot is of
	Err    error  // why
}

// EventName returns "market.snapshot_failed".
func (SnapshotFailed) EventName() string { return "market.snapshot_failed" }

// LogLevel is Warn.
func (SnapshotFailed) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names stream and cause.
func (e SnapshotFailed) LogAttrs() []slog.Attr { return about(e.Stream, e.Err) }

func about(stream string, err error) []slog.Attr {
	return []slog.Attr{slog.String("stream", stream), slog.Any(telemetry.KeyError, err)}
}

// SPDX-License-Identifier: Apache-2.0

package work

import (
	"log/slog"
	"time"

	"mabeam.dev/telemetry"
)

// AgentCondemned is the event: an agent is killed because it did not let go of a recalled attempt.
type AgentCondemned struct {
	Queue  string // name of the queue
	Agent  string // id of the agent
	Reason string // why
}

// QueueFull is the event: submitters and sources wait for room; told once until there is room for all.
type QueueFull struct {
	Queue string // name of the queue
	Open  int    // tasks without an outcome
}

// QueueRecovered is the event: the queue was rebuilt from its journal.
type QueueRecovered struct {
	Queue    string        // name of the queue
	Events   uint64        // in its history
	Replayed uint64        // of them read one by one
	Open     int           // tasks without an outcome
	Took     time.Duration // how long it took
}

// SnapshotFailed is the event: the state could not be kept; the next start takes longer.
type SnapshotFailed struct {
	Queue   string // name of the queue
	Version uint64 // of the stream, up to which the state reaches
	Err     error  // why
}

// BadLine is the event: an entry of a source is not a task, or was refused; the source goes on.
type BadLine struct {
	Queue  string // name of the queue
	Source string // as the config names it
	Place  string // file:line:col
	Task   string // id, if it could be read
	Err    error  // why
}

// SourceEnded is the event: a source has no more tasks.
type SourceEnded struct {
	Queue   string // name of the queue
	Source  string // as the config names it
	Offered uint64 // tasks accepted or merged
	Bad     uint64 // entries refused
}

// SinkFailed is the event: outcomes could not be written; it is tried again, and nothing is lost.
type SinkFailed struct {
	Queue string // name of the queue
	Sink  string // as the config names it
	Err   error  // why
}

// EventName returns "work.agent_condemned".
func (AgentCondemned) EventName() string { return "work.agent_condemned" }

// LogLevel is Warn.
func (AgentCondemned) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the queue and what happened.
func (e AgentCondemned) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyAgent, e.Agent), slog.String(telemetry.KeyReason, e.Reason)}
}

// EventName returns "work.queue_full".
func (QueueFull) EventName() string { return "work.queue_full" }

// LogLevel is Info.
func (QueueFull) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the queue and what happened.
func (e QueueFull) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.Int("open", e.Open)}
}

// EventName returns "work.queue_recovered".
func (QueueRecovered) EventName() string { return "work.queue_recovered" }

// LogLevel is Info.
func (QueueRecovered) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the queue and what happened.
func (e QueueRecovered) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.Uint64("events", e.Events), slog.Uint64("replayed", e.Replayed), slog.Int("open", e.Open), slog.Duration(telemetry.KeyDuration, e.Took)}
}

// EventName returns "work.snapshot_failed".
func (SnapshotFailed) EventName() string { return "work.snapshot_failed" }

// LogLevel is Warn.
func (SnapshotFailed) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the queue and what happened.
func (e SnapshotFailed) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.Uint64("version", e.Version), slog.Any(telemetry.KeyError, e.Err)}
}

// EventName returns "work.bad_line".
func (BadLine) EventName() string { return "work.bad_line" }

// LogLevel is Warn.
func (BadLine) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the queue and what happened.
func (e BadLine) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String("source", e.Source), slog.String("place", e.Place), slog.String(telemetry.KeyTask, e.Task), slog.Any(telemetry.KeyError, e.Err)}
}

// EventName returns "work.source_ended".
func (SourceEnded) EventName() string { return "work.source_ended" }

// LogLevel is Info.
func (SourceEnded) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the queue and what happened.
func (e SourceEnded) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String("source", e.Source), slog.Uint64("offered", e.Offered), slog.Uint64("bad", e.Bad)}
}

// EventName returns "work.sink_failed".
func (SinkFailed) EventName() string { return "work.sink_failed" }

// LogLevel is Error.
func (SinkFailed) LogLevel() slog.Level { return slog.LevelError }

// LogAttrs names the queue and what happened.
func (e SinkFailed) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String("sink", e.Sink), slog.Any(telemetry.KeyError, e.Err)}
}

// JournalFull is the event: the disk is full. Nothing is acknowledged or given out until the journal takes the queue's events again.
type JournalFull struct {
	Queue string // name of the queue
	Err   error  // why
}

// EventName returns "work.journal_full".
func (JournalFull) EventName() string { return "work.journal_full" }

// LogLevel is Error.
func (JournalFull) LogLevel() slog.Level { return slog.LevelError }

// LogAttrs names the queue and what happened.
func (e JournalFull) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.Any(telemetry.KeyError, e.Err)}
}

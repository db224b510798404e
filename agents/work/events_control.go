// SPDX-License-Identifier: Apache-2.0

package work

import (
	"log/slog"

	"mabeam.dev/telemetry"
)

// TaskRevived is the event: somebody gave a dead letter a new series of attempts.
type TaskRevived struct {
	Queue string // name of the queue
	Task  string // id of the task
}

// TaskPurged is the event: somebody gave a dead letter up.
type TaskPurged struct {
	Queue string // name of the queue
	Task  string // id of the task
}

// QueuePaused is the event: somebody stopped a queue from giving tasks out.
type QueuePaused struct {
	Queue  string // name of the queue
	Reason string // why
}

// QueueUnpaused is the event: a queue that was paused gives tasks out again.
type QueueUnpaused struct {
	Queue string // name of the queue
}

// EventName returns "work.task_revived".
func (TaskRevived) EventName() string { return "work.task_revived" }

// LogLevel is Info.
func (TaskRevived) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the queue and the task.
func (e TaskRevived) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyTask, e.Task)}
}

// EventName returns "work.task_purged".
func (TaskPurged) EventName() string { return "work.task_purged" }

// LogLevel is Warn.
func (TaskPurged) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the queue and the task.
func (e TaskPurged) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyTask, e.Task)}
}

// EventName returns "work.queue_paused".
func (QueuePaused) EventName() string { return "work.queue_paused" }

// LogLevel is Warn.
func (QueuePaused) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the queue and says why.
func (e QueuePaused) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyReason, e.Reason)}
}

// EventName returns "work.queue_unpaused".
func (QueueUnpaused) EventName() string { return "work.queue_unpaused" }

// LogLevel is Info.
func (QueueUnpaused) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the queue.
func (e QueueUnpaused) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue)}
}

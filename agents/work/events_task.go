// SPDX-License-Identifier: Apache-2.0

package work

import (
	"log/slog"
	"time"

	"mabeam.dev/telemetry"
)

// TaskAccepted is the event: a task was accepted, durably.
type TaskAccepted struct {
	Queue string // name of the queue
	Task  string // id of the task
	Kind  string // of the task
}

// AttemptStarted is the event: a task is given to an agent.
type AttemptStarted struct {
	Queue   string // name of the queue
	Task    string // id of the task
	Attempt int    // counts from 1
	Agent   string // id of the agent
}

// AttemptEnded is the event: an attempt is over. Agent, Attempt and Took are set if it was the task's last.
type AttemptEnded struct {
	Queue   string        // name of the queue
	Task    string        // id of the task
	Agent   string        // id of the agent
	Attempt int           // counts from 1
	End     string        // a plan.End, or "returned" for one that does not count
	Reason  string        // why
	Took    time.Duration // how long it took
	Retried bool          // the task stays open
}

// TaskEnded is the event: a task has its outcome, durably.
type TaskEnded struct {
	Queue    string        // name of the queue
	Task     string        // id of the task
	Kind     string        // of the task
	Outcome  string        // done, dead or cancelled
	Agent    string        // of the last attempt
	Attempts int           // how many there were
	Took     time.Duration // the last attempt
	Age      time.Duration // from acceptance to outcome
}

// TaskDead is the event: a task has become a dead letter.
type TaskDead struct {
	Queue  string // name of the queue
	Task   string // id of the task
	Cause  string // a plan.Cause
	Reason string // why
}

// AnswerLate is the event: an agent answered an attempt that was over; the answer was dropped.
type AnswerLate struct {
	Queue string // name of the queue
	Agent string // id of the agent
	Token uint64 // names the attempt
}

// EventName returns "work.task_accepted".
func (TaskAccepted) EventName() string { return "work.task_accepted" }

// LogLevel is Debug.
func (TaskAccepted) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the queue and what happened.
func (e TaskAccepted) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyTask, e.Task), slog.String(telemetry.KeyKind, e.Kind)}
}

// EventName returns "work.attempt_started".
func (AttemptStarted) EventName() string { return "work.attempt_started" }

// LogLevel is Debug.
func (AttemptStarted) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the queue and what happened.
func (e AttemptStarted) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyTask, e.Task), slog.Int(telemetry.KeyAttempt, e.Attempt), slog.String(telemetry.KeyAgent, e.Agent)}
}

// EventName returns "work.attempt_ended".
func (AttemptEnded) EventName() string { return "work.attempt_ended" }

// LogLevel is Debug.
func (AttemptEnded) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the queue and what happened.
func (e AttemptEnded) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyTask, e.Task), slog.String(telemetry.KeyAgent, e.Agent), slog.Int(telemetry.KeyAttempt, e.Attempt), slog.String("end", e.End), slog.String(telemetry.KeyReason, e.Reason), slog.Duration(telemetry.KeyDuration, e.Took), slog.Bool("retried", e.Retried)}
}

// EventName returns "work.task_ended".
func (TaskEnded) EventName() string { return "work.task_ended" }

// LogLevel is Debug.
func (TaskEnded) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the queue and what happened.
func (e TaskEnded) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyTask, e.Task), slog.String(telemetry.KeyKind, e.Kind), slog.String(telemetry.KeyOutcome, e.Outcome), slog.String(telemetry.KeyAgent, e.Agent), slog.Int("attempts", e.Attempts), slog.Duration(telemetry.KeyDuration, e.Took), slog.Duration("age", e.Age)}
}

// EventName returns "work.task_dead".
func (TaskDead) EventName() string { return "work.task_dead" }

// LogLevel is Warn.
func (TaskDead) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the queue and what happened.
func (e TaskDead) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyTask, e.Task), slog.String(telemetry.KeyCause, e.Cause), slog.String(telemetry.KeyReason, e.Reason)}
}

// EventName returns "work.answer_late".
func (AnswerLate) EventName() string { return "work.answer_late" }

// LogLevel is Debug.
func (AnswerLate) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the queue and what happened.
func (e AnswerLate) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyQueue, e.Queue), slog.String(telemetry.KeyAgent, e.Agent), slog.Uint64("token", e.Token)}
}

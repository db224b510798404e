// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"encoding/json"
	"log/slog"

	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/telemetry"
)

// ProgramStarted is the event of a program's hello: the agent is about to be up.
type ProgramStarted struct {
	telemetry.Origin
	// OSPID is the number of the operating system's process and of its group.
	OSPID int
	// Name is what the program calls itself.
	Name string
}

// ProgramEnded is the event of a program's end, whoever wanted it. A killed agent has nobody left to tell it.
type ProgramEnded struct {
	telemetry.Origin
	Reason protocol.Reason // why it ended
	// Junk counts lines that were no message or belonged to no task, Late answers to tasks that had been taken back.
	Junk, Late int
}

// TaskProgressed is the event of word about a task under way.
type TaskProgressed struct {
	telemetry.Origin
	Task    string // id
	Attempt int    // counts from 1
	// Data is what the program said, valid JSON.
	Data json.RawMessage
}

// AnswerDropped is the event of a program's answer to a task that had been recalled or was past its deadline.
type AnswerDropped struct {
	telemetry.Origin
	Task string // id
}

// LineRefused is the event of a line that is no message, or of an answer that belongs to no task the program holds.
type LineRefused struct {
	telemetry.Origin
	// Kind is one of the words of protocol.JunkKind and protocol.StrayKind, for metrics.
	Kind string
	// Err quotes the head of the line: a *protocol.JunkLine or a *protocol.Stray.
	Err error
	// Total counts such lines since the program began.
	Total int
}

// BidRefused is the event of a program's answer to a call for bids that does not count.
type BidRefused struct {
	telemetry.Origin
	// Kind is late, duplicate, unknown, malformed, not_positive, overflow, precision or bad_task, for metrics.
	Kind string
	// Err says what is wrong: a *protocol.BidError.
	Err error
	// Total counts such answers since the program began.
	Total int
}

// VoteRefused is the event of a program's answer to a call for a vote that does not count.
type VoteRefused struct {
	telemetry.Origin
	// Kind is late, duplicate, unknown, malformed, no_option, out_of_range or wrong_role, for metrics.
	Kind string
	// Err says what is wrong: a *protocol.VoteError.
	Err error
	// Total counts such answers since the program began.
	Total int
}

// VariableRefused is the event of a line of a program about shared variables that does not count.
type VariableRefused struct {
	telemetry.Origin
	// Kind is malformed, out_of_range, unknown, duplicate, busy, no_variables, unread (an answer that is lost) or other, for metrics.
	Kind string
	// Err says what is wrong: a *protocol.VariableError, or what the space said.
	Err error
	// Total counts such lines since the program began; 0 where the line was of the right form.
	Total int
}

// Published is the event of an event that the program published.
type Published struct {
	telemetry.Origin
	Topic string // as the program names it
	// Data is what the program said, JSON or nothing.
	Data json.RawMessage
}

// EventName returns "exec.program_started".
func (ProgramStarted) EventName() string { return "exec.program_started" }

// EventName returns "exec.program_ended".
func (ProgramEnded) EventName() string { return "exec.program_ended" }

// EventName returns "exec.task_progressed".
func (TaskProgressed) EventName() string { return "exec.task_progressed" }

// EventName returns "exec.answer_dropped".
func (AnswerDropped) EventName() string { return "exec.answer_dropped" }

// EventName returns "exec.line_refused".
func (LineRefused) EventName() string { return "exec.line_refused" }

// EventName returns "exec.bid_refused".
func (BidRefused) EventName() string { return "exec.bid_refused" }

// EventName returns "exec.vote_refused".
func (VoteRefused) EventName() string { return "exec.vote_refused" }

// LogLevel is Debug: nothing bounds how often.
func (VoteRefused) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the agent, what is wrong and the count.
func (e VoteRefused) LogAttrs() []slog.Attr {
	return append(e.Attrs(), slog.String(telemetry.KeyError, e.Err.Error()), slog.Int(telemetry.KeyCount, e.Total))
}

// EventName returns "exec.variable_refused".
func (VariableRefused) EventName() string { return "exec.variable_refused" }

// LogLevel is Debug: nothing bounds how often.
func (VariableRefused) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the agent, what is wrong and the count.
func (e VariableRefused) LogAttrs() []slog.Attr {
	return append(e.Attrs(), slog.String(telemetry.KeyError, e.Err.Error()), slog.Int(telemetry.KeyCount, e.Total))
}

// EventName returns "exec.published".
func (Published) EventName() string { return "exec.published" }

// LogLevel is Debug: single programs come and go.
func (ProgramStarted) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Warn for a crash and for a program that had to be killed, else Debug.
func (e ProgramEnded) LogLevel() slog.Level {
	if e.Reason.Kind != protocol.Normal {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// LogLevel is Debug.
func (TaskProgressed) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Info.
func (AnswerDropped) LogLevel() slog.Level { return slog.LevelInfo }

// LogLevel is Warn; the junk limit bounds how often.
func (LineRefused) LogLevel() slog.Level { return slog.LevelWarn }

// LogLevel is Debug: nothing bounds how often.
func (BidRefused) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Debug.
func (Published) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the agent, the process and the program.
func (e ProgramStarted) LogAttrs() []slog.Attr {
	return append(e.Attrs(), slog.Int("os_pid", e.OSPID), slog.String("program", e.Name))
}

// LogAttrs names the agent, the reason and the counts.
func (e ProgramEnded) LogAttrs() []slog.Attr {
	return append(e.Attrs(), slog.String(telemetry.KeyReason, e.Reason.String()), slog.Int("junk", e.Junk), slog.Int("late", e.Late))
}

// LogAttrs names the agent, the task and the attempt; not the data, which may be large.
func (e TaskProgressed) LogAttrs() []slog.Attr {
	return append(e.Attrs(), slog.String(telemetry.KeyTask, e.Task), slog.Int(telemetry.KeyAttempt, e.Attempt))
}

// LogAttrs names the agent and the task.
func (e AnswerDropped) LogAttrs() []slog.Attr {
	return append(e.Attrs(), slog.String(telemetry.KeyTask, e.Task))
}

// LogAttrs names the agent, the line and the count.
func (e LineRefused) LogAttrs() []slog.Attr {
	return append(e.Attrs(), slog.String(telemetry.KeyError, e.Err.Error()), slog.Int(telemetry.KeyCount, e.Total))
}

// LogAttrs names the agent, what is wrong and the count.
func (e BidRefused) LogAttrs() []slog.Attr {
	return append(e.Attrs(), slog.String(telemetry.KeyError, e.Err.Error()), slog.Int(telemetry.KeyCount, e.Total))
}

// LogAttrs names the agent and the topic.
func (e Published) LogAttrs() []slog.Attr { return append(e.Attrs(), slog.String("topic", e.Topic)) }

// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/recorder"
)

// Report is the event of a crash, with what is known of the process: proc_lib's crash report.
type Report struct {
	// At is when the report was made, on the system's clock.
	At time.Time
	// PID is the process; for a supervisor that gave up it may be nobody, and Path tells.
	PID actors.PID
	// Path is its path in the tree.
	Path string
	// Kind is what its spawn options say that it is.
	Kind string
	// Reason says why it ended.
	Reason string
	// Fault is what the error behind the reason is: its code, severity and causes, and which agent, task and correlation it is of, as far as
	// the error knows, or NotePlace has said.
	Fault fault.Fault
	// Message is the type of the message in hand, or the callback.
	Message string
	// State is its own view of its state, or a Summary, if it can be asked: see Describe.
	State string
	// Stack is where it panicked; empty if it returned an error.
	Stack string
	// Ancestors are the paths of its parent, of that one's parent, and so on.
	Ancestors []string
	// Handled is how many messages and notices it had handled.
	Handled uint64
	// Links is how many links it had.
	Links int
	// Linked are the paths of whom it was linked to, oldest link first, at most 20.
	Linked []string
	// Monitors is how many processes it watched.
	Monitors int
	// Last are the last events about it, or those of the node if a supervisor gave up; oldest first.
	Last []recorder.Entry
}

// EventName returns "process.crash_report".
func (Report) EventName() string { return "process.crash_report" }

// LogLevel is Warn, as for every crash that a supervisor may still mend.
func (Report) LogLevel() slog.Level { return slog.LevelWarn }

// logged is how many of the last events a line of the log has; the report that is kept has them all.
const logged = 5

// LogAttrs says who crashed, on what, why, and what it was like before. The last events are lines of one text.
func (r Report) LogAttrs() []slog.Attr {
	out := []slog.Attr{slog.String(telemetry.KeyPath, r.Path)}
	if n := r.PID.Incarnation(); n != 0 {
		out = append(out, slog.Uint64(telemetry.KeyIncarnation, n))
	}
	text := func(key, value string) {
		if value != "" {
			out = append(out, slog.String(key, value))
		}
	}
	text(telemetry.KeyKind, r.Kind)
	text(telemetry.KeyReason, r.Reason)
	text(telemetry.KeyCode, r.Fault.Code.String())
	if cause := r.Fault.Cause(); cause != r.Fault.Code {
		text(telemetry.KeyCauseCode, cause.String())
	}
	text(telemetry.KeySeverity, r.Fault.Severity.String())
	text(telemetry.KeyAgent, r.Fault.Agent)
	text(telemetry.KeyTask, r.Fault.Task)
	text(telemetry.KeyCorrelation, r.Fault.Correlation)
	text(telemetry.KeyMessage, r.Message)
	text(telemetry.KeyState, r.State)
	text(telemetry.KeyAncestors, strings.Join(r.Ancestors, " "))
	out = append(out, slog.Uint64(telemetry.KeyHandled, r.Handled), slog.Int(telemetry.KeyLinks, r.Links), slog.Int(telemetry.KeyMonitors, r.Monitors))
	lines := r.lines()
	text(telemetry.KeyLastEvents, strings.Join(lines[max(0, len(lines)-logged):], "\n"))
	text(telemetry.KeyStack, r.Stack)
	return out
}

// codes lists codes from the outermost error to its cause.
func codes(chain []fault.Code) string {
	words := make([]string, len(chain))
	for i, c := range chain {
		words[i] = c.String()
	}
	return strings.Join(words, " <- ")
}

// String renders the report for people, on several lines.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CRASH REPORT  %s\n", r.Path)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-10s  %s\n", name, strings.ReplaceAll(strings.TrimRight(value, "\n"), "\n", "\n"+strings.Repeat(" ", 14)))
		}
	}
	row("at", r.At.Format(time.RFC3339Nano))
	row("kind", r.Kind)
	row("reason", r.Reason)
	row("codes", codes(r.Fault.Chain))
	row("agent", r.Fault.Agent)
	row("task", r.Fault.Task)
	row("message", r.Message)
	row("state", r.State)
	row("ancestors", strings.Join(r.Ancestors, " "))
	row("handled", fmt.Sprint(r.Handled))
	row("links", strings.TrimSpace(fmt.Sprint(r.Links)+" "+strings.Join(r.Linked, " ")))
	row("monitors", fmt.Sprint(r.Monitors))
	row("events", strings.Join(r.lines(), "\n"))
	row("stack", r.Stack)
	return b.String()
}

// lines are the last events, each short enough to be read at a glance: stacks are in it as well.
func (r Report) lines() []string {
	lines := make([]string, len(r.Last))
	for i, e := range r.Last {
		lines[i] = cutText(e.String(), 240)
	}
	return lines
}

// cutText shortens a text to at most limit bytes and whole characters.
func cutText(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := limit
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.Clone(s[:end]) + "…"
}

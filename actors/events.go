// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"log/slog"
	"time"

	"mabeam.dev/actors/exit"
	"mabeam.dev/internal/kernel"
	"mabeam.dev/telemetry"
)

// ProcessStarted is the event of a start: Init has returned nil.
type ProcessStarted struct {
	PID PID // the new process
}

// ProcessExited is the event of an end: the process is fenced and its names are free; nobody has been told yet.
type ProcessExited struct {
	PID    PID    // the process that ended
	Kind   string // of the process, as its spawn options say
	Reason Reason // why it ended
}

// DeadLetter is the event of a message that reached no behaviour.
type DeadLetter struct {
	Target  PID       // whom it was meant for; zero if only a name was known
	Name    string    // the path or name that was addressed
	From    PID       // the sender, where it is known
	Type    string    // Go type of the message
	Message any       // the message itself, for tests and tools; never logged
	Why     string    // noproc, stopped, mailbox_full, fenced
	At      time.Time // when, on the clock of the system
}

// ProcessAbandoned is the event of a kill that left a handler running.
type ProcessAbandoned struct {
	PID    PID    // the killed process
	InHand string // type of the message that the handler has
}

// ProcessReleased is the event of an abandoned handler's return.
type ProcessReleased struct {
	PID PID // the killed process that the handler was of
}

// ProcessStuck is the event of a turn that has lasted longer than Options.StuckAfter.
type ProcessStuck struct {
	PID    PID           // the process
	InHand string        // type of the message that the handler has
	Since  time.Duration // how long the turn has lasted
}

// EventName returns "process.started".
func (ProcessStarted) EventName() string { return "process.started" }

// EventName returns "process.exited".
func (ProcessExited) EventName() string { return "process.exited" }

// EventName returns "process.dead_letter".
func (DeadLetter) EventName() string { return "process.dead_letter" }

// EventName returns "process.abandoned".
func (ProcessAbandoned) EventName() string { return "process.abandoned" }

// EventName returns "process.released".
func (ProcessReleased) EventName() string { return "process.released" }

// EventName returns "process.stuck".
func (ProcessStuck) EventName() string { return "process.stuck" }

// LogLevel is Debug: single processes come and go.
func (ProcessStarted) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Warn for a crash, else Debug: who killed a process has a reason, and supervisors report what went wrong with theirs.
func (e ProcessExited) LogLevel() slog.Level {
	if e.Reason.Kind() == exit.Crash {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// LogLevel is Warn.
func (DeadLetter) LogLevel() slog.Level { return slog.LevelWarn }

// LogLevel is Warn.
func (ProcessAbandoned) LogLevel() slog.Level { return slog.LevelWarn }

// LogLevel is Info.
func (ProcessReleased) LogLevel() slog.Level { return slog.LevelInfo }

// LogLevel is Warn.
func (ProcessStuck) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the process.
func (e ProcessStarted) LogAttrs() []slog.Attr { return e.PID.attrs() }

// LogAttrs names the process, the reason with its codes and, of a panic, the stack.
func (e ProcessExited) LogAttrs() []slog.Attr {
	out := append(e.PID.attrs(), telemetry.Reason(e.Reason)...)
	if c := e.Reason.CrashError(); c != nil && c.Stack != nil {
		out = append(out, slog.String(telemetry.KeyStack, string(c.Stack)))
	}
	return out
}

// LogAttrs names the target, the type and the cause; never the message.
func (e DeadLetter) LogAttrs() []slog.Attr {
	return []slog.Attr{
		slog.String(telemetry.KeyTarget, e.Name), slog.String(telemetry.KeyMessage, e.Type),
		slog.String(telemetry.KeyCause, e.Why),
	}
}

// LogAttrs names the process and the message in hand.
func (e ProcessAbandoned) LogAttrs() []slog.Attr {
	return append(e.PID.attrs(), slog.String(telemetry.KeyMessage, e.InHand))
}

// LogAttrs names the process.
func (e ProcessReleased) LogAttrs() []slog.Attr { return e.PID.attrs() }

// LogAttrs names the process, the message in hand and the time it has taken.
func (e ProcessStuck) LogAttrs() []slog.Attr {
	return append(e.PID.attrs(), slog.String(telemetry.KeyMessage, e.InHand), slog.Duration(telemetry.KeyDuration, e.Since))
}

func (p PID) attrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyPath, p.Path()), slog.Uint64(telemetry.KeyIncarnation, p.Incarnation())}
}

// observer turns the kernel's calls into events.
type observer struct{ bus *telemetry.Bus }

func (o observer) Started(p *kernel.Proc) { telemetry.Emit(o.bus, ProcessStarted{PID{p}}) }

func (o observer) Exited(p *kernel.Proc, why exit.Reason) {
	telemetry.Emit(o.bus, ProcessExited{PID{p}, p.Kind(), why})
}

func (o observer) DeadLetter(d kernel.DeadLetter) {
	if !o.bus.Active() {
		return
	}
	telemetry.Emit(o.bus, DeadLetter{
		Target: PID{d.Target}, Name: d.Name, From: PID{d.From}, Type: fmt.Sprintf("%T", d.Message),
		Message: d.Message, Why: d.Why.String(), At: d.At,
	})
}

func (o observer) Abandoned(p *kernel.Proc, inHand string) {
	telemetry.Emit(o.bus, ProcessAbandoned{PID{p}, inHand})
}

func (o observer) Released(p *kernel.Proc) { telemetry.Emit(o.bus, ProcessReleased{PID{p}}) }

func (o observer) Stuck(p *kernel.Proc, inHand string, since time.Duration) {
	telemetry.Emit(o.bus, ProcessStuck{PID{p}, inHand, since})
}

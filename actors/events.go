// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"time"

	"mabeam.dev/internal/kernel"
)

// Sink gets the events of a system in place: it must be quick and must not block or call back into the process that the event is
// about.
type Sink interface {
	// ProcessStarted: Init of the process has returned nil.
	ProcessStarted(ProcessStarted)
	// ProcessExited: the process is fenced and its names are free; nobody has been told yet.
	ProcessExited(ProcessExited)
	// DeadLetter: a message reached no behaviour.
	DeadLetter(DeadLetter)
	// ProcessAbandoned: a killed process's handler is still running.
	ProcessAbandoned(ProcessAbandoned)
	// ProcessReleased: an abandoned handler has returned.
	ProcessReleased(ProcessReleased)
	// ProcessStuck: a turn has lasted longer than Options.StuckAfter.
	ProcessStuck(ProcessStuck)
}

// ProcessStarted is the event of a start.
type ProcessStarted struct{ PID PID }

// ProcessExited is the event of an end.
type ProcessExited struct {
	PID    PID
	Kind   string
	Reason Reason
}

// DeadLetter is the event of a message that reached no behaviour.
type DeadLetter struct {
	Target  PID    // whom it was meant for; zero if only a name was known
	Name    string // the path or name that was addressed
	From    PID    // the sender, where it is known
	Type    string // Go type of the message
	Message any    // the message itself, for tests and tools; not to be logged
	Why     string // noproc, stopped, mailbox_full, fenced
	At      time.Time
}

// ProcessAbandoned is the event of a kill that left a handler running.
type ProcessAbandoned struct {
	PID    PID
	InHand string // type of the message that the handler has
}

// ProcessReleased is the event of an abandoned handler's return.
type ProcessReleased struct{ PID PID }

// ProcessStuck is the event of a turn that lasts long.
type ProcessStuck struct {
	PID    PID
	InHand string
	Since  time.Duration
}

// observer turns the kernel's calls into events.
type observer struct{ sink Sink }

func (o observer) Started(p *kernel.Proc) { o.sink.ProcessStarted(ProcessStarted{PID{p}}) }
func (o observer) Exited(p *kernel.Proc, why Reason) {
	o.sink.ProcessExited(ProcessExited{PID{p}, p.Kind(), why})
}

func (o observer) DeadLetter(d kernel.DeadLetter) {
	o.sink.DeadLetter(DeadLetter{Target: PID{d.Target}, Name: d.Name, From: PID{d.From}, Type: fmt.Sprintf("%T", d.Message),
		Message: d.Message, Why: d.Why.String(), At: d.At})
}

func (o observer) Abandoned(p *kernel.Proc, inHand string) {
	o.sink.ProcessAbandoned(ProcessAbandoned{PID{p}, inHand})
}
func (o observer) Released(p *kernel.Proc) { o.sink.ProcessReleased(ProcessReleased{PID{p}}) }
func (o observer) Stuck(p *kernel.Proc, inHand string, since time.Duration) {
	o.sink.ProcessStuck(ProcessStuck{PID{p}, inHand, since})
}

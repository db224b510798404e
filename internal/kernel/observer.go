// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"time"

	"mabeam.dev/actors/exit"
)

// Observer hears what happens to processes, in place and in order. It must be quick, must not block and must not call back into the
// process that the call is about. A system without one pays one nil check.
type Observer interface {
	// Started: Init of the process has returned nil.
	Started(p *Proc)
	// Exited: the process is fenced and its names are free; nobody has been told yet.
	Exited(p *Proc, why exit.Reason)
	// DeadLetter: a message did not reach a behaviour.
	DeadLetter(d DeadLetter)
	// Abandoned: a killed process's handler is still running.
	Abandoned(p *Proc, inHand string)
	// Released: an abandoned handler has returned.
	Released(p *Proc)
	// Stuck: a turn has lasted longer than the system's limit.
	Stuck(p *Proc, inHand string, since time.Duration)
}

// Cause says why a message became a dead letter.
type Cause uint8

// The causes of dead letters.
const (
	// CauseNoProc: nobody was there to send to.
	CauseNoProc Cause = iota
	// CauseStopped: the process ended before it came to the message.
	CauseStopped
	// CauseMailboxFull: the mailbox was at its bound.
	CauseMailboxFull
	// CauseFenced: the sender had been killed.
	CauseFenced
)

// String returns the cause's name as it is shown and used as a metric label.
func (c Cause) String() string {
	return [...]string{"noproc", "stopped", "mailbox_full", "fenced"}[c]
}

// DeadLetter is a message that reached no behaviour.
type DeadLetter struct {
	// Target is the process it was meant for; nil if only a name was known.
	Target *Proc
	// Name is the name or path that was addressed.
	Name string
	// From is the sender, where it is known.
	From *Proc
	// Message is the message itself.
	Message any
	// Why is the cause.
	Why Cause
	// At is the system's time.
	At time.Time
}

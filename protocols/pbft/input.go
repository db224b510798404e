// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"time"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// Input is anything that happens to a replica or client.
type Input interface{ input() }

// Start begins the life of a machine, also after a restart.
type Start struct{ Now time.Time }

// Deliver is a message whose signatures have been checked.
type Deliver struct {
	Now time.Time
	Msg auth.Message
}

// Fired is a timer that came due. A generation that is not the latest changes nothing.
type Fired struct {
	Now   time.Time
	Timer Timer
	Gen   uint64
}

// Submit asks a client for operations.
type Submit struct {
	Now time.Time
	Ops [][]byte
}

func (Start) input()   {}
func (Deliver) input() {}
func (Fired) input()   {}
func (Submit) input()  {}

// Timer names a timer of a machine.
type Timer uint8

// The timers.
const (
	TimerView   Timer = iota // the primary has had its time
	TimerResend              // something may have been lost
	TimerLinger              // a batch has waited for company long enough
	timers
)

// String returns the word for the timer.
func (t Timer) String() string {
	return [...]string{"view", "resend", "linger", "unknown"}[min(t, timers)]
}

// Effect is what a machine wants done. Effects are done in their order.
type Effect interface{ effect() }

// Send sends a message to one member.
type Send struct {
	To  wire.Member
	Msg wire.Message
}

// Broadcast sends a message to all other members; from a client, to all.
type Broadcast struct{ Msg wire.Message }

// Answer sends a reply to a client.
type Answer struct{ Reply *wire.Reply }

// SetTimer sets a timer, in the place of an earlier one of the name.
type SetTimer struct {
	Timer Timer
	Gen   uint64
	After time.Duration
}

// StopTimer forgets a timer.
type StopTimer struct{ Timer Timer }

// Persist writes records to the vote log. No later effect may be done before they are durable.
type Persist struct {
	Records []wire.Record
	// Replace says that these records are all that is needed: once they are durable, earlier ones may be deleted.
	Replace bool
}

// Decide tells of an executed batch. After a restart those since the last checkpoint are told again, with the same numbers.
type Decide struct {
	Seq     uint64
	View    uint64
	Digest  wire.Digest
	Batch   wire.Batch
	Results [][][]byte // by request and operation; nil for a request that was executed before
}

// Report hands in evidence of misconduct.
type Report struct{ Evidence Evidence }

// Done is a client's request that is decided, with the proof.
type Done struct {
	Number      uint64
	Results     [][]byte
	Certificate *Certificate
}

// NextEpoch is the end of a replica's epoch: the state in it is that of Config.Base, and a new replica is to be made with both.
type NextEpoch struct {
	Config *wire.Config
	State  []byte
}

// Halt says that the replica has stopped for ever, because nothing is safe any more.
type Halt struct{ Err error }

// Note is news for telemetry, which nothing depends on.
type Note struct {
	Kind NoteKind
	View uint64
	Seq  uint64
	From wire.Member
	Err  error // why a message changed nothing
}

// NoteKind says what a note is about.
type NoteKind uint8

// The kinds of notes.
const (
	NoteIgnored    NoteKind = iota // a message changed nothing
	NoteViewChange                 // the replica votes for a new view
	NoteNewView                    // the replica is in a new view
	NoteStable                     // a checkpoint is stable
	NoteFetching                   // the replica lacks a state
	NoteInstalled                  // a transferred state is in place
	NoteSuspicious                 // somebody contradicts itself, without proof
	NoteRetired                    // the epoch is over
	NoteTimeout                    // the primary took too long
)

// String returns the word for the kind.
func (k NoteKind) String() string {
	return [...]string{
		"ignored", "view-change", "new-view", "stable", "fetching", "installed", "suspicious", "retired", "timeout", "unknown",
	}[min(k, 9)]
}

func (Send) effect()      {}
func (Broadcast) effect() {}
func (Answer) effect()    {}
func (SetTimer) effect()  {}
func (StopTimer) effect() {}
func (Persist) effect()   {}
func (Decide) effect()    {}
func (Report) effect()    {}
func (Done) effect()      {}
func (NextEpoch) effect() {}
func (Halt) effect()      {}
func (Note) effect()      {}

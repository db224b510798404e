// SPDX-License-Identifier: Apache-2.0

package machine

import "time"

// Effect is what a machine wants done. Its kinds are those of this file and Outcome.
type Effect interface{ effect() }

// Send is a message to one participant.
type Send struct {
	To  string
	Msg Message
}

// Broadcast is a message to all participants, in the order of the electorate.
type Broadcast struct{ Msg Message }

// Forget ends the wait for answers to the invitations with a key and, if it is not 0, of a round: they are not sent again.
type Forget struct {
	Key   string
	Round int
}

// Ask has a service do something; what it says is Received from the service with the same Key. It is done at least once: who does it
// recognises the key.
type Ask struct {
	Service string
	Key     string
	Args    []byte // JSON
	// Within is how long it may take; 0 means as long as the session.
	Within time.Duration
	// Once keeps it from being asked again after a restart: the machine decides then, when it is Restored.
	Once bool
}

// SetTimer has TimerFired come after a time, with the generation. Setting it again replaces it.
type SetTimer struct {
	ID    string
	Gen   uint64
	After time.Duration
}

// StopTimer forgets a timer.
type StopTimer struct{ ID string }

// Persist stores a record. No effect behind it happens before that.
type Persist struct {
	Kind string
	Data []byte // JSON
}

// Decide is the session's end. Nothing follows it.
type Decide struct{ Outcome Outcome }

// Report is evidence against a participant.
type Report struct {
	Agent    string
	Kind     string // such as "equivocation"
	Evidence []byte
}

// Note is for telemetry: something that is worth knowing and changes nothing outside.
type Note struct {
	Kind  string // such as NoteIgnored
	Agent string // whom it is about; may be empty
	Text  string
	// Err is why an input was ignored; nil for other notes.
	Err error
}

// Kinds of notes.
const (
	NoteIgnored = "ignored" // an input changed nothing
	NoteBallot  = "ballot"  // a ballot counts
	NoteRound   = "round"   // a round has begun
	NoteLate    = "late"    // an input came after the end
	NoteParted  = "parted"  // a participant will not answer
)

func (Send) effect()      {}
func (Broadcast) effect() {}
func (Ask) effect()       {}
func (Forget) effect()    {}
func (SetTimer) effect()  {}
func (StopTimer) effect() {}
func (Persist) effect()   {}
func (Decide) effect()    {}
func (Report) effect()    {}
func (Note) effect()      {}

// Ignored is the note of an input that changed nothing.
func Ignored(agent string, why error) Note {
	return Note{Kind: NoteIgnored, Agent: agent, Text: why.Error(), Err: why}
}

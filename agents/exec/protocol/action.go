// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"encoding/json"
	"time"

	"mabeam.dev/protocols/machine"
)

// Action is what follows from an input: an [Effect] to perform or a [Notice] to pass on, in order.
type Action interface{ action() }

// Effect is done to the program or the clock: [WriteLine], [CloseInput], [ArmTimer], [DisarmTimer], [SignalGroup].
type Effect interface {
	Action
	effect()
}

// Notice is told to the owner; the implementations are the other structs of this file.
type Notice interface {
	Action
	notice()
}

// WriteLine is a line for the program's input, with its newline.
type WriteLine struct{ Line []byte }

// CloseInput ends the program's input after what was written.
type CloseInput struct{}

// ArmTimer asks for [TimerFired] after a time.
type ArmTimer struct {
	Timer Timer
	After time.Duration
}

// DisarmTimer says that a timer is no longer needed; should it fire all the same it does nothing.
type DisarmTimer struct{ Timer Timer }

// SignalGroup sends a signal to the program's whole process group.
type SignalGroup struct{ Signal GroupSignal }

// GroupSignal is a signal that the session sends.
type GroupSignal int

// The signals that the session sends.
const (
	Term GroupSignal = iota // SIGTERM: please exit
	Kill                    // SIGKILL: exit
)

// String names the signal.
func (s GroupSignal) String() string {
	if s == Term {
		return "TERM"
	}
	return "KILL"
}

// BecameReady tells that the hand-shake is done. Inflight is how many tasks the program takes at once.
type BecameReady struct {
	Hello    Hello
	Inflight int
}

// TaskDone is a task's result.
type TaskDone struct {
	ID      string
	Attempt int
	Output  json.RawMessage // valid JSON; "null" when the program sent none
}

// TaskRefused is a task's error as the program put it.
type TaskRefused struct {
	ID      string
	Attempt int
	Code    string
	Message string
	Retry   *bool // nil = not said
}

// TaskFailed is the end of a task without an answer: Err is [ErrDeadline], [ErrCancelled] or a [*DownError].
type TaskFailed struct {
	ID      string
	Attempt int
	Err     error
}

// TaskProgressed is word of a task under way.
type TaskProgressed struct {
	ID      string
	Attempt int
	Data    json.RawMessage
}

// PlaceFreed tells that the program answered a task which had been cancelled or was past its deadline: the
// answer is dropped and the place is free again. Late is the count of such answers so far.
type PlaceFreed struct {
	ID   string
	Late int
}

// Logged is a line for the log.
type Logged struct{ Log Log }

// Recorded is a figure of one of the agent's own metrics.
type Recorded struct{ Record Record }

// EventReceived is an event from the program.
type EventReceived struct{ Event Event }

// JunkSeen reports a line that is no message. Total counts junk and strays of this life.
type JunkSeen struct {
	Junk  *JunkLine
	Total int
}

// StrayAnswer reports an answer or progress that belongs to no task the program holds. Total counts junk and strays of this life.
type StrayAnswer struct {
	Stray *Stray
	Total int
}

// BidMade is a bid of the program that counts, and ends the question that [Session.AskBid] began.
type BidMade struct {
	ID       string   // of the question
	Proposal Proposal // what the program asks
}

// BidPassed ends a question without a bid.
type BidPassed struct {
	ID string // of the question
	// Err is a [*PassError], [ErrBidSilent], a [*BidError], [ErrStopping] or a [*DownError].
	Err error
}

// BidRefused reports an answer to a call for bids that does not count.
type BidRefused struct {
	Err   *BidError // what is wrong
	Total int       // such answers of this life
}

// VoteCast is an answer of the program that counts, and ends the question that [Session.AskVote] began.
type VoteCast struct {
	ID     string         // of the question
	Answer machine.Answer // what the program says, perhaps that it abstains
}

// VoteMissing ends a question without an answer of the program that counts.
type VoteMissing struct {
	ID string // of the question
	// Err is [ErrVoteSilent], a [*VoteError], [ErrStopping] or a [*DownError].
	Err error
}

// VoteRefused reports an answer to a call for a vote that does not count.
type VoteRefused struct {
	Err   *VoteError // what is wrong
	Total int        // such answers of this life
}

// Suggested is a suggestion of the program. [Session.Answer] answers it, once.
type Suggested struct{ Suggestion Suggestion }

// Reported is what the program has measured. One with an id waits for [Session.Answer].
type Reported struct{ Feedback Feedback }

// Confirmed is the program's word that it uses a version. One with an id waits for [Session.Answer].
type Confirmed struct{ Confirmation Confirmation }

// VariableRefused reports a line about variables that does not count. Where its error has an id that waits for [Session.Answer] with a [Refusal].
type VariableRefused struct {
	Err   *VariableError // what is wrong
	Total int            // such lines of this life
}

// Leaving tells that the program said bye: it takes no more tasks.
type Leaving struct{}

// Ended is the last notice. Status is what the system told, Reason what it means.
type Ended struct {
	Reason Reason
	Status Status
	Junk   int // junk lines and strays of this life
	Late   int // answers that came after their cancel or deadline
}

func (WriteLine) action()       {}
func (CloseInput) action()      {}
func (ArmTimer) action()        {}
func (DisarmTimer) action()     {}
func (SignalGroup) action()     {}
func (BecameReady) action()     {}
func (TaskDone) action()        {}
func (TaskRefused) action()     {}
func (TaskFailed) action()      {}
func (TaskProgressed) action()  {}
func (PlaceFreed) action()      {}
func (Logged) action()          {}
func (Recorded) action()        {}
func (EventReceived) action()   {}
func (JunkSeen) action()        {}
func (StrayAnswer) action()     {}
func (BidMade) action()         {}
func (BidPassed) action()       {}
func (BidRefused) action()      {}
func (VoteCast) action()        {}
func (VoteMissing) action()     {}
func (VoteRefused) action()     {}
func (Suggested) action()       {}
func (Reported) action()        {}
func (Confirmed) action()       {}
func (VariableRefused) action() {}
func (Leaving) action()         {}
func (Ended) action()           {}

func (WriteLine) effect()   {}
func (CloseInput) effect()  {}
func (ArmTimer) effect()    {}
func (DisarmTimer) effect() {}
func (SignalGroup) effect() {}

func (BecameReady) notice()     {}
func (TaskDone) notice()        {}
func (TaskRefused) notice()     {}
func (TaskFailed) notice()      {}
func (TaskProgressed) notice()  {}
func (PlaceFreed) notice()      {}
func (Logged) notice()          {}
func (Recorded) notice()        {}
func (EventReceived) notice()   {}
func (JunkSeen) notice()        {}
func (StrayAnswer) notice()     {}
func (BidMade) notice()         {}
func (BidPassed) notice()       {}
func (BidRefused) notice()      {}
func (VoteCast) notice()        {}
func (VoteMissing) notice()     {}
func (VoteRefused) notice()     {}
func (Suggested) notice()       {}
func (Reported) notice()        {}
func (Confirmed) notice()       {}
func (VariableRefused) notice() {}
func (Leaving) notice()         {}
func (Ended) notice()           {}

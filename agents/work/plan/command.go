// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"encoding/json"
	"time"
)

// Command is something that happened outside and on which the queue decides: one of the structs of this file.
type Command interface{ command() }

// Submit offers a task. It is answered with an Ack effect once the acceptance is durable, or with an error: ErrFull, ErrDraining, ErrConflict, a *DuplicateError
// or the joined problems of the task.
type Submit struct {
	Task   Task
	Ticket uint64 // Ticket is returned in the Ack, for the shell to find its caller.
	From   Cursor // From is remembered as the progress of the source; the zero Cursor is not.
	Past   *Past  // Past is what the journal has of a task that this one repeats and that the queue has forgotten; nil = nothing.
}

// Past is the end of a task that is no longer remembered, as the journal has it. A queue that Forgot reports on does not know its duplicates alone.
type Past struct {
	ID      string
	Digest  Digest
	State   State
	Version uint64 // Version of the event that holds the outcome.
}

// Cursor is how far a source has been read: everything before Offset was accepted. Its unit is the source's own, usually bytes.
type Cursor struct {
	Source string `json:"source,omitempty"`
	Offset int64  `json:"offset,omitempty"`
}

// Pick asks for the next dispatch, if any. Step picks by itself as long as it can; the command exists for shells and tests that call Decide.
type Pick struct{}

// Result is an agent's answer. With any token but the running one of that agent it is dropped, counted and reported as Late.
type Result struct {
	Agent  Agent
	Token  Token
	Output json.RawMessage
}

// Failure is an agent's error for an attempt, or its confirmation that a recalled attempt has stopped.
type Failure struct {
	Agent  Agent
	Token  Token
	Class  Class
	Reason string
	After  time.Duration // After is the least wait the agent asks for; zero = the back-off alone.
}

// AgentUp announces a life of an agent, or changes what a known life offers. Attempts journaled for this very incarnation are adopted; those of another
// incarnation of the same id end.
type AgentUp struct {
	Agent        Agent
	Kind         string
	Capabilities []string      // Capabilities are names, or names with versions as in nlp/summarise@1.2; each name once.
	Concurrency  int           // Concurrency is how many attempts it takes at once; below 1 means 1.
	Weight       float64       // Weight is its share of the tasks beside others of the same concurrency; 0 means 1.
	Standing     AgentStanding // Standing it begins with; its Agent does not matter.
}

// AgentDown ends all attempts of a life.
type AgentDown struct {
	Agent   Agent
	Reason  string
	Crashed bool   // Crashed: its attempts are suspected of having killed it.
	Culprit string // Culprit is the id of the task known to have done it; empty = every attempt is suspected.
}

// AgentDraining stops giving tasks to an agent. Unless Finish is set its attempts are taken back at once, without being counted.
type AgentDraining struct {
	Agent  Agent
	Finish bool
}

// Tick tells that time has passed. It is due when an Arm effect says so; an extra one does no harm.
type Tick struct{}

// Cancel withdraws an open task; ErrUnknown or ErrEnded otherwise.
type Cancel struct {
	ID     string
	Reason string
}

// Revive gives a dead task a new series of attempts; ErrUnknown, ErrNotDead or ErrFull otherwise.
type Revive struct {
	ID       string
	Deadline Instant // Deadline replaces the old one; zero = none.
}

// Recover must be the first command after a replay, after AgentUp of every agent that is known to have lived on. Attempts of all others end.
type Recover struct{}

// Drain stops acceptance and dispatch; running attempts go on. It is not journaled: a restarted queue works again.
type Drain struct{}

// Forget drops the memory of tasks that are over and that ended before a moment; their ids are then unknown. Dead letters stay.
type Forget struct{ Before Instant }

// Trim drops the memory of tasks that are over, the earliest first, until no more than Keep are remembered. Dead letters stay and do not count.
type Trim struct{ Keep int }

// Purge gives a dead letter up: its history is dropped and it cannot be revived any more. Its id stays known, as that of a task that is over; ErrUnknown or
// ErrNotDead otherwise.
type Purge struct{ ID string }

// Pause stops dispatch until Unpause. Tasks are still accepted, and running attempts go on. Unlike Drain it is journaled: a restarted queue is still paused.
// Pausing a paused queue changes nothing.
type Pause struct{ Reason string }

// Unpause ends a pause, if there is one.
type Unpause struct{}

// Award is what came of a call: who won its tasks, at most one for each, and why nobody has the others. A call that is over, or never was, is left alone.
type Award struct {
	Call    Token
	Winners []Winner
	Cause   NoAward // Cause of the tasks without a winner; empty means NoBid.
	Reason  string
}

// SettlementDone tells that a deal was settled. One that is settled already changes nothing.
type SettlementDone struct{ Deal Token }

func (Submit) command()         {}
func (Pick) command()           {}
func (Result) command()         {}
func (Failure) command()        {}
func (AgentUp) command()        {}
func (AgentDown) command()      {}
func (AgentDraining) command()  {}
func (Tick) command()           {}
func (Cancel) command()         {}
func (Revive) command()         {}
func (Recover) command()        {}
func (Drain) command()          {}
func (Forget) command()         {}
func (Trim) command()           {}
func (Purge) command()          {}
func (Pause) command()          {}
func (Unpause) command()        {}
func (Award) command()          {}
func (SettlementDone) command() {}

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
	Capabilities []string
	Concurrency  int // Concurrency is how many attempts it takes at once; below 1 means 1.
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

// Forget drops the memory of done and cancelled tasks that ended before a moment; their ids are then unknown. Dead letters stay.
type Forget struct{ Before Instant }

func (Submit) command()        {}
func (Pick) command()          {}
func (Result) command()        {}
func (Failure) command()       {}
func (AgentUp) command()       {}
func (AgentDown) command()     {}
func (AgentDraining) command() {}
func (Tick) command()          {}
func (Cancel) command()        {}
func (Revive) command()        {}
func (Recover) command()       {}
func (Drain) command()         {}
func (Forget) command()        {}

// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// Token names one attempt for ever: it is drawn from a counter that is part of the journaled state, so it is never given twice, not even across restarts of the
// node. A result counts only under the token of the attempt that is running.
type Token uint64

// Agent is one life of an agent. Incarnation must differ between all lives of the same id for as long as the journal exists, so it should contain something
// of the node's start (a bare counter begins again with every node and would let a new life inherit the attempts of an old one).
type Agent struct {
	ID          string `json:"id"`
	Incarnation string `json:"incarnation,omitempty"`
}

// State is where a task stands.
type State uint8

// The states of a task. Accepted, running and waiting are open; done, dead and cancelled are final (a dead task may be revived).
const (
	StateUnknown   State = iota // StateUnknown is the zero value: no such task.
	StateAccepted               // StateAccepted may be given to an agent now.
	StateRunning                // StateRunning is with an agent under a token.
	StateWaiting                // StateWaiting backs off until a moment.
	StateDone                   // StateDone has its one result.
	StateDead                   // StateDead is a dead letter with its history.
	StateCancelled              // StateCancelled was withdrawn.
)

var stateNames = [...]string{"unknown", "accepted", "running", "waiting", "done", "dead", "cancelled"}

// overStates are the states that a task is forgotten in; a dead one is so only after a purge.
var overStates = [...]State{StateDone, StateDead, StateCancelled}

// String gives the word used in scripts, result lines and views.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "invalid"
}

// Final reports whether the task has its outcome.
func (s State) Final() bool { return s >= StateDone }

// End says how one attempt ended.
type End string

// The ways an attempt ends.
const (
	EndDone      End = "done"      // EndDone brought the result.
	EndError     End = "error"     // EndError was reported by the agent.
	EndKilled    End = "killed"    // EndKilled: the agent crashed and this task is suspected.
	EndDown      End = "down"      // EndDown: the agent went down and this task is not to blame.
	EndTimeout   End = "timeout"   // EndTimeout: the attempt took longer than its time-out.
	EndLost      End = "lost"      // EndLost: the node or queue restarted and the incarnation is gone.
	EndDeadline  End = "deadline"  // EndDeadline: the deadline of the whole task passed.
	EndCancelled End = "cancelled" // EndCancelled: the task was cancelled.
)

// Class is what an agent's error means for another attempt.
type Class string

// The classes of a reported error.
const (
	Retryable   Class = "retryable"   // Retryable (also the empty class): another attempt may succeed.
	Permanent   Class = "permanent"   // Permanent: no attempt will succeed; the task is dead.
	Undelivered Class = "undelivered" // Undelivered: the agent never began; the attempt is not counted.
)

// Cause says why a task is dead.
type Cause string

// The causes of death.
const (
	CauseAttempts  Cause = "attempts"  // CauseAttempts: every allowed attempt failed.
	CausePermanent Cause = "permanent" // CausePermanent: an agent reported a permanent error.
	CauseDeadline  Cause = "deadline"  // CauseDeadline: the task's deadline passed.
	CausePoison    Cause = "poison"    // CausePoison: the task killed Spec.Poison different agents.
	CauseUnsold    Cause = "unsold"    // CauseUnsold: Procurement.Rounds calls for bids found nobody to do it.
)

// Attempt is the record of an attempt that ended.
type Attempt struct {
	Series int     `json:"series,omitempty"` // Series counts revivals of the task, from zero.
	N      int     `json:"n"`                // N is the number of the attempt in its series, from one.
	Token  Token   `json:"token"`
	Agent  Agent   `json:"agent"`
	Start  Instant `json:"start"`
	Stop   Instant `json:"stop"`
	End    End     `json:"end"`
	Reason string  `json:"reason,omitempty"`
	Deal   Token   `json:"deal,omitempty"`  // Deal is the place in a call for bids under which the agent won the attempt; 0 = it was not bid for.
	Price  int64   `json:"price,omitempty"` // Price is what the agent is paid for a result, in millionths.
}

// Took is how long the attempt ran.
func (a Attempt) Took() time.Duration { return a.Stop.Sub(a.Start) }

// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/kind"
)

// Question is what others are asked to agree to.
type Question struct {
	// ID is unique; it is the id of the session, too.
	ID string
	// Space and Variable name what is to be changed; Others are the further variables that would change with it.
	Space, Variable string
	Others          []string
	// Base is the version of the variable that the question is about. A verdict for another one is worthless.
	Base Version
	// Present is the value that there is, Proposed the one that is asked for. Options are all values that the decision may choose from; empty means those
	// two.
	Present, Proposed kind.Value
	Options           []kind.Value
	// Proposer and Reason tell who asks, and why.
	Proposer, Reason string
	// Policy is the rule; its zero fields are filled in.
	Policy Policy
	// Deadline is when it must be decided, on the system's clock.
	Deadline time.Time
	// Parent is the id of the first question, of one about a counter-value; Round is how many counter-values there were.
	Parent string
	Round  int
}

// Outcome is how a decision ended.
type Outcome uint8

// The outcomes.
const (
	Rejected Outcome = iota
	Accepted
	NoQuorum
	Expired
	Cancelled
	// Countered refuses the proposed value for another one, Chosen, which is proposed in its place.
	Countered
)

var outcomes = [...]string{"rejected", "accepted", "no quorum", "expired", "cancelled", "countered"}

// String names the outcome.
func (o Outcome) String() string { return outcomes[o] }

// Verdict is the end of a decision.
type Verdict struct {
	// Outcome is how it ended.
	Outcome Outcome
	// Chosen is the value that was chosen; none means the proposed one. Of Countered it is the one that By would agree to.
	Chosen kind.Value
	By     string
	// Tally is how much spoke for each option.
	Tally map[string]float64
	// Reason is what to tell the proposer.
	Reason string
}

// Session is a decision that is under way.
type Session struct {
	// PID is the process whose end without a verdict means that the decision is lost; nobody if there is none.
	PID actors.PID
}

// SessionState is what a Decider knows of a session.
type SessionState uint8

// The states of sessions.
const (
	SessionUnknown SessionState = iota // it was never started, or is forgotten
	SessionOpen
	SessionDecided
)

// Decider has others agree to proposals: votes, consensus, auctions. The program that builds a node connects one.
type Decider interface {
	// Start begins a session and returns at once. verdict may be called from anywhere and never blocks; it is called once. A question whose id has a session is not
	// asked again: its verdict goes to the new caller.
	Start(q Question, verdict func(Verdict)) (Session, error)
	// Lookup tells what has become of a session.
	Lookup(id string) (Verdict, SessionState)
	// Cancel ends a session whose verdict nobody waits for. One that is over is left alone.
	Cancel(id string, why error)
}

// Settler is a Decider that has taken something for a session that is to be settled after the commit, or given back without one.
type Settler interface {
	// Settle tells what became of a session's proposal. It is called once for each session that began, unless a crash comes in between; it must bear
	// being called again.
	Settle(id string, committed bool)
}

func (p Policy) withDefaults() Policy {
	if p.Support == 0 {
		p.Support = 0.7
	}
	if p.Quorum == 0 {
		p.Quorum = 0.5
	}
	if p.Within == 0 {
		p.Within = 10 * time.Second
	}
	return p
}

// asks reports whether a change of a variable needs the agreement of others.
func (p Policy) asks(by Cause, moved float64) bool {
	if p.Mode == "" || by == ByRevert || by == ByExpiry || by == BySync || moved <= p.Above && p.Above > 0 {
		return false
	}
	if len(p.Proposers) == 0 {
		return true
	}
	for _, c := range p.Proposers {
		if c == by {
			return true
		}
	}
	return false
}

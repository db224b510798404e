// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"slices"
	"time"

	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
)

// State is where a session is in its life.
type State string

// The states. All but the first two are the end.
const (
	StateOpen       State = "open"
	StateRunning    State = "running"
	StateDecided    State = "decided"
	StateNoDecision State = "no decision"
	StateCancelled  State = "cancelled"
	StateExpired    State = "expired"
	StateFailed     State = "failed"
	StateRejected   State = "rejected"
)

// Ended reports whether nothing happens any more.
func (s State) Ended() bool { return s != StateOpen && s != StateRunning }

// Result is what a session came to.
type Result struct {
	Session SessionID `json:"session"`
	State   State     `json:"state"`
	machine.Outcome
	Protocol selector.Protocol `json:"protocol"`
	// Participants is the electorate, and Excluded says who was left out of it and why.
	Participants []string    `json:"participants"`
	Excluded     []Exclusion `json:"excluded,omitempty"`
	// Messages is how many were sent to participants and came from them.
	Messages int `json:"messages"`
	// Late is how many answers came that did not count.
	Late int `json:"late,omitempty"`
	// Cost is what the participants said it cost, as far as anybody counts it.
	Cost int64 `json:"cost,omitempty"`
	// Opened and Took say when it was.
	Opened time.Time     `json:"opened"`
	Took   time.Duration `json:"took"`
	// Epoch is how many lives the session had.
	Epoch uint32 `json:"epoch"`
	// Durable says that the decision was in the journal before anybody was told, and Position where.
	Durable  bool   `json:"durable"`
	Position uint64 `json:"position,omitempty"`
	// Cached says that it is the result of an earlier session.
	Cached bool `json:"cached,omitempty"`
}

// Exclusion is a participant that was left out when the session opened.
type Exclusion struct {
	Agent string `json:"agent"`
	Why   string `json:"why"`
}

// Status is what is known of a session at one moment.
type Status struct {
	ID          SessionID
	State       State
	Protocol    selector.Protocol
	Question    string
	Opened      time.Time
	Deadline    time.Time
	Epoch       uint32
	Answers     int // that counted so far
	Rounds      int // that were begun, as far as the protocol has any
	Steps       int // of its story; see Engine.Story
	Participant []string
	Liars       []string // who is proven to have lied so far; only Byzantine consensus looks for them
	Tags        []string
	Correlation string
}

// Filter chooses sessions. Empty fields choose all.
type Filter struct {
	State       State
	Active      bool // only those that have not ended
	Protocol    selector.Protocol
	Participant string
	Tag         string
	Before      time.Time // opened before; zero means any
	After       SessionID // behind this one, for paging
	Limit       int       // 0 means 100
}

func (f Filter) fits(s Status) bool {
	return (f.State == "" || s.State == f.State) && (!f.Active || !s.State.Ended()) && (f.Protocol == "" || s.Protocol == f.Protocol) &&
		(f.Participant == "" || slices.Contains(s.Participant, f.Participant)) && (f.Tag == "" || slices.Contains(s.Tags, f.Tag)) &&
		(f.Before.IsZero() || s.Opened.Before(f.Before))
}

// stateOf is the state that a verdict ends in.
func stateOf(o machine.Outcome) State {
	switch o.Verdict {
	case machine.Decided:
		return StateDecided
	case machine.Cancelled:
		return StateCancelled
	case machine.Expired:
		return StateExpired
	case machine.Failed:
		return StateFailed
	case machine.NoDecision:
	}
	return StateNoDecision
}

// err is the error that a result is for who waited for a decision.
func (r Result) err() error {
	switch r.State {
	case StateCancelled:
		return &CancelledError{r.Session, r.Text}
	case StateExpired:
		return ErrExpired
	case StateFailed:
		return &SessionFailedError{r.Session, r.Text}
	case StateNoDecision:
		return &NoDecisionError{r.Session, r.Why, r.Text}
	case StateOpen, StateRunning, StateDecided, StateRejected:
	}
	return nil
}

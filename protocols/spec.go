// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
)

// SessionID names a session.
type SessionID string

// Durability is what a session survives.
type Durability string

// The classes of durability, the weakest first. Empty means Durable where the engine has a journal, and Volatile where it has none.
const (
	// Volatile survives the crash of a session's process.
	Volatile Durability = "volatile"
	// Buffered also hands everything to the journal, and does not wait for it.
	Buffered Durability = "buffered"
	// Durable has the decision in the journal before anybody is told. Ballots may be asked for again.
	Durable Durability = "durable"
	// DurableBallots has every ballot in the journal before it counts: nobody is asked twice.
	DurableBallots Durability = "durable ballots"
)

var classes = []Durability{Volatile, Buffered, Durable, DurableBallots}

// rank orders classes; -1 for what is none.
func (d Durability) rank() int { return slices.Index(classes, d) }

// Limits of a session.
const (
	DefaultDeadline = 30 * time.Second
	MaxDeadline     = 24 * time.Hour
)

// Spec is what a session is to decide, by whom and how. The zero value of every field but Participants and Question means something.
type Spec struct {
	// ID is the session's; empty means a new one. Who chooses it may repeat the start: the same ID with another spec is a conflict.
	ID SessionID `json:"id,omitempty"`
	// Type, Fault, F, Scope, Expertise and Protocol choose the protocol; see package selector.
	Type      selector.Type     `json:"type,omitempty"`
	Fault     selector.Fault    `json:"fault,omitempty"`
	F         int               `json:"f,omitempty"`
	Scope     selector.Scope    `json:"scope,omitempty"`
	Expertise bool              `json:"expertise,omitempty"`
	Protocol  selector.Protocol `json:"protocol,omitempty"`
	// Participants are the agents that take part; Query finds them in the roster where it is not empty. They are resolved when the session opens.
	Participants []string `json:"participants,omitempty"`
	Query        string   `json:"query,omitempty"`
	// Question is what is asked, Options what can be chosen; no options mean yes and no.
	Question string   `json:"question"`
	Options  []string `json:"options,omitempty"`
	// Rule decides; see package consensus.
	Rule consensus.Rule `json:"rule,omitzero"`
	// Params is JSON for the protocol.
	Params json.RawMessage `json:"params,omitempty"`
	// Deadline is how long it may take; 0 means 30 s.
	Deadline time.Duration `json:"deadline,omitempty"`
	// Budget is what it may cost; 0 means nothing is reserved.
	Budget int64 `json:"budget,omitempty"`
	// Durability is what it survives.
	Durability Durability `json:"durability,omitempty"`
	// Reuse is how old the outcome of an earlier session may be that Coordinate returns instead of asking again; 0 always asks. The question, the options,
	// the parameters, the rule, what chooses the protocol, the durability, the seed, and the electorate with its weights must be the same, and the earlier
	// session must have been started with a Reuse, too. It has no effect on sessions with an ID of their own, on Start, on markets, workflows and
	// Byzantine consensus, nor on protocols that were registered.
	Reuse time.Duration `json:"reuse,omitempty"`
	// Tags and Correlation are kept with the session.
	Tags        []string `json:"tags,omitempty"`
	Correlation string   `json:"correlation,omitempty"`
	// Seed is all the randomness of the session; 0 means one drawn by the engine.
	Seed uint64 `json:"seed,omitempty"`
	// CancelWithCaller ends the session when the context of Coordinate does.
	CancelWithCaller bool `json:"cancelWithCaller,omitempty"`
	// TakeDegraded lets participants take part that the roster calls degraded.
	TakeDegraded bool `json:"takeDegraded,omitempty"`
	// Reputation is the least reputation of a participant, in millionths.
	Reputation int64 `json:"reputation,omitempty"`
}

// SpecError is a field of a Spec that cannot be.
type SpecError struct {
	Field string // of the spec
	Why   string // what is wrong with it
}

// Error names the field.
func (e *SpecError) Error() string { return fmt.Sprintf("protocols: session: %s: %s", e.Field, e.Why) }

// Is matches ErrInvalidSpec.
func (e *SpecError) Is(target error) bool { return target == selector.ErrInvalidSpec }

// withDefaults fills in what empty means. It does not change the caller's value.
func (s Spec) withDefaults(journal bool) Spec {
	if len(s.Options) == 0 && s.Rule.Kind != consensus.Weighted {
		s.Options = yesNo
	}
	if s.Deadline == 0 {
		s.Deadline = DefaultDeadline
	}
	if s.Durability == "" {
		s.Durability = Volatile
		if journal {
			s.Durability = Durable
		}
	}
	return s
}

var yesNo = []string{"yes", "no"}

// validate returns every problem that can be seen without the roster, joined.
func (s Spec) validate() error {
	var problems []error
	bad := func(wrong bool, field, why string) {
		if wrong {
			problems = append(problems, &SpecError{field, why})
		}
	}
	bad(s.Question == "" && s.Params == nil, "question", "there is none")
	if s.Deadline < 0 || s.Deadline > MaxDeadline { // a text is made only for what is wrong: every session comes here
		bad(true, "deadline", s.Deadline.String()+" is not from 0 to 24h")
	}
	bad(s.Reuse < 0, "reuse", "it is below 0")
	bad(s.Budget < 0, "budget", "it is below 0")
	if s.Durability.rank() < 0 {
		bad(true, "durability", fmt.Sprintf("%q is none", string(s.Durability)))
	}
	bad(s.Query != "" && len(s.Participants) > 0, "query", "the participants are named already")
	bad(s.Reputation < 0 || s.Reputation > machine.One, "reputation", "it is not from 0 to 1,000,000")
	for i, p := range s.Participants {
		if p == "" {
			bad(true, "participants", fmt.Sprintf("number %d is empty", i))
		}
	}
	for _, p := range twice(s.Participants) {
		bad(true, "participants", fmt.Sprintf("%q is there twice", p))
	}
	return errors.Join(problems...)
}

// twice returns the names that are in a list before.
func twice(names []string) (again []string) {
	if len(names) <= 16 { // looking through few is faster than a map
		for i, n := range names {
			if slices.Contains(names[:i], n) {
				again = append(again, n)
			}
		}
		return again
	}
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if seen[n] {
			again = append(again, n)
		}
		seen[n] = true
	}
	return again
}

// digest tells this spec from every other.
func (s Spec) digest() string {
	text, err := json.Marshal(s)
	if err != nil {
		return err.Error() // Params that are no JSON; nothing equal can be started
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"net/http"
	"time"

	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/selector"
)

// SessionOrder is the body of the start of a session. All fields but who takes part and the question may be left out; what they mean is said with
// protocols.Spec.
type SessionOrder struct {
	ID           string          `json:"id,omitempty"`
	Question     string          `json:"question"`
	Options      []string        `json:"options,omitempty"`
	Participants []string        `json:"participants,omitempty"` // agents, or
	Query        string          `json:"query,omitempty"`        // a query of them
	Type         string          `json:"type,omitempty"`
	Fault        string          `json:"fault,omitempty"`
	F            int             `json:"f,omitempty"`
	Scope        string          `json:"scope,omitempty"`
	Expertise    bool            `json:"expertise,omitempty"`
	Protocol     string          `json:"protocol,omitempty"` // its name, or its first word: simple, byzantine
	Rule         consensus.Rule  `json:"rule,omitzero"`
	Params       json.RawMessage `json:"params,omitempty"`
	Deadline     string          `json:"deadline,omitempty"` // as a duration: 30s
	Durability   string          `json:"durability,omitempty"`
	Tags         []string        `json:"tags,omitempty"`
	Correlation  string          `json:"correlation,omitempty"`
	Seed         uint64          `json:"seed,omitempty"`
	Budget       int64           `json:"budget,omitempty"` // what it may cost, in micro-units
	Reuse        string          `json:"reuse,omitempty"`  // as a duration: how old the outcome of an equal session may be that is the answer; of orders without an id
	TakeDegraded bool            `json:"take_degraded,omitempty"`
	Reputation   int64           `json:"reputation,omitempty"` // least of a participant, in millionths
}

// longestID bounds the id of a session that a caller has chosen, in bytes.
const longestID = 200

// spec is what the order asks for.
func (o SessionOrder) spec(deadline time.Duration) (protocols.Spec, error) {
	s := protocols.Spec{
		ID: protocols.SessionID(o.ID), Question: o.Question, Options: o.Options, Participants: o.Participants, Query: o.Query, Type: selector.Type(o.Type),
		Fault: selector.Fault(o.Fault), F: o.F, Scope: selector.Scope(o.Scope), Expertise: o.Expertise, Protocol: ProtocolNamed(o.Protocol), Rule: o.Rule,
		Params: o.Params, Deadline: deadline, Durability: protocols.Durability(o.Durability), Tags: o.Tags, Correlation: o.Correlation, Seed: o.Seed,
		TakeDegraded: o.TakeDegraded, Reputation: o.Reputation, Budget: o.Budget,
	}
	if len(o.ID) > longestID {
		return s, refuse(http.StatusBadRequest, CodeBody, "the session's id has more than %d bytes", longestID)
	}
	if o.Deadline != "" {
		d, err := time.ParseDuration(o.Deadline)
		if err != nil || d <= 0 {
			return s, refuse(http.StatusBadRequest, CodeBody, "deadline %.60q: want a duration such as 30s", o.Deadline)
		}
		s.Deadline = d
	}
	if o.Reuse != "" {
		d, err := time.ParseDuration(o.Reuse)
		if err != nil || d <= 0 {
			return s, refuse(http.StatusBadRequest, CodeBody, "reuse %.60q: want a duration such as 10m", o.Reuse)
		}
		s.Reuse = d
	}
	return s, nil
}

// ProtocolNamed is the protocol of a name, or of the word that people use for it; a name that is none of the built-in ones stands for itself.
func ProtocolNamed(name string) selector.Protocol {
	known, short := map[string]selector.Protocol{
		"simple": selector.Simple, "weighted": selector.Weighted, "refinement": selector.Refinement, "hierarchical": selector.Hierarchical,
		"byzantine": selector.Byzantine, "market": selector.Market, "ensemble": selector.Ensemble, "optimization": selector.Optimization,
		"reasoning": selector.Reasoning,
	}[name]
	if short {
		return known
	}
	return selector.Protocol(name)
}

// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"errors"
	"slices"
)

// Agents is an ordered team of agents. Who is available, what they cost and which roles they have is not known here: package team decides that a team is
// feasible, and this kind that it is a team at all.
type Agents struct {
	// Query chooses the candidates, in the language of the registry; empty means all agents.
	Query string `json:"query,omitempty"`
	// Min and Max are the sizes of a team, both allowed: 0 ≤ Min ≤ Max, Max ≥ 1.
	Min int `json:"min"`
	Max int `json:"max"`
	// Roles are those that somebody in the team must have.
	Roles []string `json:"roles,omitempty"`
	// Budget is the most that a team may cost, in the unit of the agents' costs; 0 means no limit.
	Budget int64 `json:"budget,omitempty"`
	// Replace, Add and Remove are the thresholds of scores; 0 means 0.3, 0.8 and 0.95.
	Replace float64 `json:"replace,omitempty"`
	Add     float64 `json:"add,omitempty"`
	Remove  float64 `json:"remove,omitempty"`
}

// Type returns Members.
func (Agents) Type() Type   { return Members }
func (Agents) name() string { return "agents" }

// Validate returns every problem, joined.
func (k Agents) Validate() error {
	var problems []error
	if k.Min < 0 || k.Max < 1 || k.Min > k.Max {
		problems = append(problems, wrong("agents", "Max", "no team has between %d and %d members", k.Min, k.Max))
	}
	if k.Budget < 0 {
		problems = append(problems, wrong("agents", "Budget", "%d is negative", k.Budget))
	}
	for i, r := range k.Roles {
		if r == "" || slices.Index(k.Roles, r) != i {
			problems = append(problems, wrong("agents", "Roles", "number %d is empty or there twice", i+1))
		}
	}
	for _, x := range []float64{k.Replace, k.Add, k.Remove} {
		if !(x >= 0 && x <= 1) {
			problems = append(problems, wrong("agents", "thresholds", "%v is no score from 0 to 1", x))
		}
	}
	return errors.Join(problems...)
}

// Normal returns the team, if its size is allowed and nobody is in it twice.
func (k Agents) Normal(v Value) (Value, error) {
	if err := typed(k, v); err != nil {
		return Value{}, err
	}
	if n := len(v.parts); n < k.Min || n > k.Max {
		return Value{}, &RangeError{Min: OfInteger(int64(k.Min)), Max: OfInteger(int64(k.Max)), Got: OfInteger(int64(n))}
	}
	for i, p := range v.parts {
		if p.Name == "" || slices.IndexFunc(v.parts, func(q Part) bool { return q.Name == p.Name }) != i {
			return Value{}, &UnknownChoiceError{Got: p.Name, Options: v.Team()}
		}
	}
	return v, nil
}

// First returns the empty team, which is no value if Min is greater than 0: a variable of this kind needs a first value.
func (Agents) First() Value { return OfTeam() }

// Distance is the share of members that only one of the teams has.
func (Agents) Distance(a, b Value) float64 {
	all, both := len(a.parts), 0
	for _, p := range b.parts {
		if slices.ContainsFunc(a.parts, func(q Part) bool { return q.Name == p.Name }) {
			both++
		} else {
			all++
		}
	}
	if all == 0 {
		return 0
	}
	return 1 - float64(both)/float64(all)
}

// Computed is the kind of a composite, whose values are computed: any number, or any value of another kind.
type Computed struct {
	// Of is the form of the results: Number, Whole, Text or Truth.
	Of Type `json:"of"`
}

// Type returns the form of the results.
func (k Computed) Type() Type { return k.Of }
func (Computed) name() string { return "computed" }

// Validate returns the problem, if there is one.
func (k Computed) Validate() error {
	switch k.Of {
	case Number, Whole, Text, Truth:
		return nil
	case None, Record, Members:
	}
	return wrong("computed", "Of", "no result can be of form %d", k.Of)
}

// Normal returns the result, if it is of the form and finite.
func (k Computed) Normal(v Value) (Value, error) {
	if err := typed(k, v); err != nil {
		return Value{}, err
	}
	if v.typ == Number {
		if !finite(v.Float()) {
			return Value{}, ErrNotFinite
		}
		return OfFloat(v.Float() + 0), nil
	}
	return v, nil
}

// First returns 0, the empty option or false.
func (k Computed) First() Value { return Value{typ: k.Of} }

// Distance is 0 or 1.
func (Computed) Distance(a, b Value) float64 { return unequal(a, b) }

// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/cognitive/kind"
)

// proposal asks for one or more changes, all or none.
type proposal struct {
	Changes  []change  `json:"changes"`
	Cause    Cause     `json:"cause"`
	Proposer string    `json:"proposer,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Key      string    `json:"key,omitempty"`
	Decision string    `json:"decision,omitempty"`
	Force    bool      `json:"force,omitempty"`
	Gain     Gain      `json:"gain,omitzero"`
	Vote     bool      `json:"vote,omitempty"` // others are asked, even where no policy says so
	Deadline time.Time `json:"deadline,omitzero"`
	Parent   string    `json:"parent,omitempty"` // id of the first question, of a counter-value
	Round    int       `json:"round,omitempty"`  // how many counter-values there were
	asked    bool      // the decision has been made
}

// change is one change of a proposal.
type change struct {
	Variable string     `json:"variable"`
	Scope    string     `json:"scope,omitempty"`
	Value    kind.Value `json:"value"`
	Delta    kind.Value `json:"delta"`
	Base     *Version   `json:"base,omitempty"`
	Rebase   bool       `json:"rebase,omitempty"`
	Gone     bool       `json:"gone,omitempty"`
	Until    time.Time  `json:"until,omitzero"`
}

// Gain is what an adapter expects of a change, in the unit of its objective.
type Gain struct {
	// Mean is the best guess, Low the lower end of its 95 % interval.
	Mean float64 `json:"mean,omitempty"`
	Low  float64 `json:"low,omitempty"`
}

// checked is a change that passed.
type checked struct {
	v     *variable
	value kind.Value
	c     *change
}

// check validates a proposal against the present state: permission, kind, range, constraints, base versions, guards, in this order. It changes
// nothing but the count of attempts. What it returns is the book's until the next check.
func (b *book) check(now time.Time, p *proposal) ([]checked, error) {
	all := b.passed[:0]
	for i := range p.Changes {
		c := &p.Changes[i]
		v, err := b.find(c.Variable)
		if err != nil {
			return nil, err
		}
		value, err := v.accepts(c, p)
		if err != nil {
			return nil, fmt.Errorf("cognitive: propose %q: %w", c.Variable, err)
		}
		all = append(all, checked{v, value, c})
	}
	b.passed = all
	if err := b.constrained(all); err != nil {
		return nil, err
	}
	for i := range all {
		if err := all[i].v.based(all[i].c); err != nil {
			return nil, fmt.Errorf("cognitive: propose %q: %w", all[i].c.Variable, err)
		}
	}
	for i := range all {
		if err := all[i].v.guard(now, all[i].value, all[i].c, p); err != nil {
			return nil, fmt.Errorf("cognitive: propose %q: %w", all[i].c.Variable, err)
		}
	}
	return all, nil
}

// accepts validates the value that a change asks for.
func (v *variable) accepts(c *change, p *proposal) (kind.Value, error) {
	if v.def.composite != nil {
		return kind.Value{}, ErrComputed
	}
	if err := v.def.permits(p); err != nil {
		return kind.Value{}, err
	}
	if c.Gone {
		if was := v.scopes[c.Scope]; c.Scope == "" || was == nil || was.Gone {
			return kind.Value{}, ErrNotFound
		}
		return v.now.value, nil
	}
	value := c.Value
	if c.Delta.Type() != kind.None {
		moved, err := added(v.def.kind, v.now.value, c.Delta)
		if err != nil {
			return kind.Value{}, err
		}
		value = moved
	}
	return v.def.kind.Normal(value)
}

// permits says whether the proposer may change the variable.
func (d *definition) permits(p *proposal) error {
	if p.Cause != ByAgent || len(d.set.Agents) == 0 {
		return nil
	}
	for _, a := range d.set.Agents {
		if a == p.Proposer {
			return nil
		}
	}
	return ErrDenied
}

// added is the value after a change by a difference.
func added(k kind.Kind, v, delta kind.Value) (kind.Value, error) {
	switch {
	case v.Type() == kind.Number && delta.Type() == kind.Number:
		return kind.OfFloat(v.Float() + delta.Float()), nil
	case v.Type() == kind.Whole && delta.Type() == kind.Whole:
		sum := v.Integer() + delta.Integer()
		if (sum > v.Integer()) != (delta.Integer() > 0) && delta.Integer() != 0 {
			sum = math.MaxInt64
			if delta.Integer() < 0 {
				sum = math.MinInt64
			}
			if i, ok := k.(kind.Integer); ok && i.Bounds != kind.Clamp {
				return kind.Value{}, &kind.RangeError{Min: kind.OfInteger(i.Min), Max: kind.OfInteger(i.Max), Got: kind.OfInteger(sum)}
			}
		}
		return kind.OfInteger(sum), nil
	}
	return kind.Value{}, &kind.TypeError{Want: v.Type(), Got: delta.Type()}
}

// based compares the version with the one that a change was based on.
func (v *variable) based(c *change) error {
	have := v.now.version
	if c.Scope != "" {
		have = Version{}
		if was := v.scopes[c.Scope]; was != nil {
			have = was.Version
		}
	}
	if c.Base == nil || *c.Base == have || c.Rebase && c.Delta.Type() != kind.None {
		return nil
	}
	return &VersionConflictError{Have: have, Want: *c.Base}
}

// propose carries a proposal out, or refuses it and changes nothing. A key that is known gives what its first proposal gave.
func (b *book) propose(now time.Time, p *proposal) (commits []*Commit, again bool, err error) {
	b.forget(now)
	if p.Key != "" {
		if was, known := b.keys[p.Key]; known {
			return was, true, nil
		}
	}
	all, err := b.check(now, p)
	if err != nil {
		return nil, false, err
	}
	if unasked(all, p) {
		return nil, false, errUnasked
	}
	space := b.version.next()
	var names []string
	commits = make([]*Commit, 0, len(all))
	for _, x := range all {
		c := &Commit{
			Variable: x.c.Variable, Scope: x.c.Scope, Value: x.value, Gone: x.c.Gone, Cause: p.Cause, Proposer: p.Proposer, Reason: p.Reason,
			Key: p.Key, Decision: p.Decision, At: now, Until: x.c.Until,
		}
		if c.Gone {
			c.Value = kind.Value{}
		}
		before := x.v.now.value
		b.commit(x.v, c, space)
		commits = append(commits, c)
		if c.Scope == "" && b.graph.Feeds(c.Variable) && !before.Equal(x.value) {
			names = append(names, c.Variable)
		}
	}
	b.version = space
	b.recompute(now, space, names)
	return commits, false, nil
}

// errUnasked tells the process of a variable that a proposal needs the agreement of others after all: what it would change has moved since it was looked at.
var errUnasked = errors.New("cognitive: others must agree to it")

// unasked reports whether a proposal that nobody was asked about needs the agreement of others, by what there is now.
func unasked(all []checked, p *proposal) bool {
	if p.Force || p.asked {
		return false
	}
	for _, x := range all {
		moved := 1.0
		if x.c.Scope == "" {
			moved = x.v.def.kind.Distance(x.v.now.value, x.value)
		}
		if x.v.def.set.Decision.asks(p.Cause, moved) {
			return true
		}
	}
	return false
}

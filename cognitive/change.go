// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/cognitive/kind"
)

// To is one part of a change of several variables.
type To struct {
	// Variable is its name, Value what it is to be.
	Variable string
	Value    kind.Value
	// Base, if it is not nil, is the version that the variable must have.
	Base *Version
}

// Change changes several variables in one version of the space, all or none. Where one of them needs the agreement of others, the whole change does.
func (s *Space) Change(ctx context.Context, set []To, options ...ProposeOption) ([]Result, error) {
	if len(set) == 0 {
		return nil, errors.New("cognitive: change: no variables")
	}
	p := &proposal{Cause: ByUser}
	for i, t := range set {
		for _, u := range set[:i] {
			if u.Variable == t.Variable {
				return nil, fmt.Errorf("cognitive: change: variable %q is there twice: %w", t.Variable, ErrDuplicateName)
			}
		}
		if s.root.Load().find(t.Variable) == nil {
			return nil, fmt.Errorf("cognitive: change: variable %q: %w", t.Variable, ErrNotFound)
		}
		p.Changes = append(p.Changes, change{Variable: t.Variable, Value: t.Value, Base: t.Base})
	}
	got, err := s.propose(ctx, s.cell(set[0].Variable), p, options)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(got.commits))
	for i, c := range got.commits {
		results[i] = result(c, got.again)
	}
	return results, nil
}

// Propose is Variable.Propose for a variable known by its name alone.
func (s *Space) Propose(ctx context.Context, name string, value kind.Value, options ...ProposeOption) (Result, error) {
	if s.root.Load().find(name) == nil {
		return Result{}, fmt.Errorf("cognitive: propose %q: %w", name, ErrNotFound)
	}
	return s.proposeOne(ctx, s.cell(name), &proposal{Changes: []change{{Variable: name, Value: value}}, Cause: ByUser}, options)
}

// Suggest is an agent's proposal. It needs a rationale.
func (s *Space) Suggest(ctx context.Context, agent, name string, value kind.Value, rationale string, options ...ProposeOption) (Result, error) {
	if rationale == "" || agent == "" {
		return Result{}, fmt.Errorf("cognitive: suggest %q: no agent or no rationale: %w", name, ErrDenied)
	}
	return s.Propose(ctx, name, value, append([]ProposeOption{FromAgent(agent), Because(rationale)}, options...)...)
}

// View is all values as somebody sees them, at one version of the space.
type View struct {
	// Space is its name, Version the version of all.
	Space   string
	Version Version
	// At is when the last of it was committed.
	At time.Time
	// Values are in the order of addition.
	Values []Seen
}

// Seen is one value of a view.
type Seen struct {
	// Variable is the name, Value what is seen.
	Variable string
	Value    kind.Value
	// Version is that of the value, among those of its scope.
	Version Version
	// Flags say what to know about it; Why is the cause of Degraded, if there is one.
	Flags Flags
	Why   error
}

// Value returns one value of the view; none if it has no such variable.
func (v View) Value(name string) kind.Value {
	for _, s := range v.Values {
		if s.Variable == name {
			return s.Value
		}
	}
	return kind.Value{}
}

// Snapshot returns all values at one version: what is read by two Gets may be of two.
func (s *Space) Snapshot() View { return s.Configuration(Agent{}) }

// Configuration returns all values as an agent sees them, as one cut.
func (s *Space) Configuration(who Agent) View {
	r := s.root.Load()
	v := View{Space: s.o.Name}
	if r == nil {
		return v
	}
	scopes := who.scopes()
	v.Version, v.At, v.Values = r.version, r.at, make([]Seen, 0, r.count)
	for e := range r.all() {
		x := Seen{Variable: e.def.name, Value: e.value, Version: e.version, Flags: e.flags, Why: e.why}
		if c, ok := e.forScopes(scopes); ok {
			x.Value, x.Version, x.Flags = c.Value, c.Version, x.Flags|Overridden
		}
		v.Values = append(v.Values, x)
	}
	return v
}

// Info is what is known of a variable.
type Info struct {
	// Name, Kind and Settings are those of its description; Composite is how it is computed, nil if it is not.
	Name      string
	Kind      kind.Kind
	Settings  Settings
	Composite *Composite
	// Seen is its present value.
	Seen Seen
	// Last is the commit that made it.
	Last Commit
	// Overrides are the values for some agents that are in force, by scope.
	Overrides []Commit
	// Down says that its process has crashed and is not there again.
	Down bool
}

// List returns what is known of all variables, in the order of addition and at one version.
func (s *Space) List() []Info {
	r := s.root.Load()
	if r == nil {
		return nil
	}
	all := make([]Info, 0, r.count)
	for e := range r.all() {
		all = append(all, s.info(e))
	}
	return all
}

// Info returns what is known of a variable.
func (s *Space) Info(name string) (Info, error) {
	e := s.root.Load().find(name)
	if e == nil {
		return Info{}, fmt.Errorf("cognitive: variable %q: %w", name, ErrNotFound)
	}
	return s.info(e), nil
}

func (s *Space) info(e *entry) Info {
	i := Info{
		Name: e.def.name, Kind: e.def.kind, Settings: e.def.settings(), Composite: e.def.composite, Last: *e.commit, Down: s.cell(e.def.name).down(),
		Seen: Seen{Variable: e.def.name, Value: e.value, Version: e.version, Flags: e.flags, Why: e.why},
	}
	for _, o := range e.overrides {
		i.Overrides = append(i.Overrides, *o.commit)
	}
	return i
}

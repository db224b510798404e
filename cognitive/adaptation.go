// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

// AgentPool knows the agents that live by variables. The program that builds a node connects one.
type AgentPool interface {
	// Members returns the names of the agents that are there, in an order that is the same for the same agents.
	Members() []string
}

// Adaptation says how one variable, or a group that is changed together, is adapted.
type Adaptation struct {
	// Variable is its name.
	Variable string
	// Group are further variables, floats, integers and choices, that are adapted together with it: what is tried and kept is a set of values in one version of the space. Its
	// fields in Spec have the names of the variables, Variable first.
	Group []string
	// Name is what the adapter proposes as; empty means "adapter/VARIABLE".
	Name string
	// Spec is how; its Kind is filled in, Slice too if there are agents to make one of, and Seed if it is 0.
	Spec adapt.Spec
	// Control, if it is not nil, is the adaptation: at each report of the present version it says what the value should be and why, or (ok false) leaves it. It holds set points,
	// as optimize.PI does, and must be pure but for what it remembers of its own variable; it is called by one process at a time. There is no trial and no watch, but every
	// guard for adapters holds.
	Control func(at time.Time, present kind.Value, f Feedback) (next kind.Value, why string, ok bool)
	// Every is how often the adapter thinks; 0 means 1 s ± 10 %, negative after every report.
	Every time.Duration
	// Agents are those of whom a share runs a candidate first; nil means that candidates run for all.
	Agents AgentPool
	// Share is that share; 0 means 0.1. At least one agent and at most half of them are taken.
	Share float64
	// Pending bounds the reports that wait; 0 means 4,096. What comes on top is dropped and counted.
	Pending int
	// Save is how often what was learned is kept; 0 means 5 s. It survives crashes of processes, not the end of the program.
	Save time.Duration

	metrics []string // that it is after
}

// AdapterStatus is what people see of an adapter.
type AdapterStatus struct {
	// Name and Variable say which; Group are the other variables that it changes.
	Name, Variable string
	Group          []string
	// Strategy is what it adapts for.
	Strategy adapt.Strategy
	adapt.Status
	// Received counts reports, Outdated those of other versions, Refused proposals that were not committed.
	Received, Outdated, Refused uint64
	// Told is what it did last, oldest first: with the reasons.
	Told []Told
}

// Told is one thing that an adapter did or noticed.
type Told struct {
	At   time.Time
	What string
	Why  string
}

// Adapt starts the adaptation of a variable or a group. There is one adapter for a variable, and it changes it in no other way than everybody else.
func (s *Space) Adapt(ctx context.Context, a Adaptation) error {
	a, err := s.completed(a)
	if err != nil {
		return err
	}
	s.mu.Lock()
	taken := ""
	for _, name := range a.all() {
		if s.mu.adapters[name] != nil {
			taken = name
		}
	}
	if taken == "" {
		c := newAdapterCell(s, a)
		for _, name := range a.all() {
			s.mu.adapters[name] = c
		}
	}
	s.mu.Unlock()
	if taken != "" {
		return fmt.Errorf("cognitive: adapt %q: variable %q: %w", a.Variable, taken, ErrDuplicateName)
	}
	_, err = insist(ctx, s, s.opener, func(reply actors.Reply[answer]) openerMessage { return adapters{reply} })
	return err
}

// Readapt changes how a variable or group is adapted while it is: strategy, goals, rates, problems, cycle, agents and share. What is on trial ends; what was taken back, and a
// freeze, stay. The group, the name and Control stay as they were given to Adapt.
func (s *Space) Readapt(ctx context.Context, a Adaptation) error {
	c := s.adapter(a.Variable)
	if c == nil {
		return fmt.Errorf("cognitive: variable %q has no adapter: %w", a.Variable, ErrNotFound)
	}
	old := c.live.Load()
	a.Variable, a.Group, a.Name, a.Control, a.Pending = old.Variable, old.Group, old.Name, old.Control, old.Pending
	a, err := s.completed(a)
	if err != nil {
		return err
	}
	c.live.Store(&a) // the next incarnation begins with it
	_, err = insist(ctx, s, c.ref, func(reply actors.Reply[AdapterStatus]) adapterMessage { return retune{reply} })
	return err
}

// all returns the names of the variables.
func (a Adaptation) all() []string { return append([]string{a.Variable}, a.Group...) }

// completed checks an adaptation and fills in what was left out.
func (s *Space) completed(a Adaptation) (Adaptation, error) {
	fail := func(err error) (Adaptation, error) {
		return a, fmt.Errorf("cognitive: adapt %q: %w", a.Variable, err)
	}
	for i, name := range a.all() {
		e := s.root.Load().find(name)
		switch {
		case e == nil:
			return fail(fmt.Errorf("variable %q: %w", name, ErrNotFound))
		case e.def.composite != nil:
			return fail(fmt.Errorf("variable %q: %w", name, ErrComputed))
		case slices.Contains(a.all()[:i], name):
			return fail(fmt.Errorf("variable %q is there twice: %w", name, ErrDuplicateName))
		case a.Spec.Strategy == adapt.Economic && e.def.set.Decision.Mode != "auction":
			return fail(fmt.Errorf("variable %q is not decided by auction: %w", name, ErrDenied))
		}
	}
	a.Group = slices.Clone(a.Group)
	a.Name = cmp.Or(a.Name, "adapter/"+a.Variable)
	a.Share = cmp.Or(a.Share, 0.1)
	a.Pending = cmp.Or(a.Pending, 4096)
	a.Save = cmp.Or(a.Save, 5*time.Second)
	if !(a.Share > 0 && a.Share <= 0.5) {
		return fail(fmt.Errorf("a share of %v", a.Share))
	}
	if a.Control != nil && len(a.Group) > 0 {
		return fail(errors.New("a group has no controller"))
	}
	a.Spec.Kind, _ = s.kindOf(a.all())
	a.Spec.Slice, a.metrics = a.Agents != nil, a.Spec.Metrics()
	if a.Control == nil {
		if err := a.Spec.Validate(); err != nil {
			return fail(err)
		}
	}
	return a, nil
}

// StopAdapting ends the adaptation of a variable, and of its group. Values stay; a candidate that runs beside them is taken away, or expires.
func (s *Space) StopAdapting(ctx context.Context, variable string) error {
	s.mu.Lock()
	c := s.mu.adapters[variable]
	if c != nil {
		for _, name := range c.live.Load().all() {
			delete(s.mu.adapters, name)
		}
	}
	s.mu.Unlock()
	if c == nil {
		return fmt.Errorf("cognitive: variable %q has no adapter: %w", variable, ErrNotFound)
	}
	_, err := insist(ctx, s, s.opener, func(reply actors.Reply[answer]) openerMessage { return adapters{reply} })
	return err
}

// adapter returns that of a variable; nil if it has none.
func (s *Space) adapter(variable string) *adapterCell {
	if m := s.adapting.Load(); m != nil {
		return (*m)[variable]
	}
	return nil
}

// Adapters returns what people see of all adapters, by the names of their first variables. It asks each of them.
func (s *Space) Adapters(ctx context.Context) ([]AdapterStatus, error) {
	var all []AdapterStatus
	for _, name := range s.adapted() {
		x, err := s.Adapter(ctx, name)
		if errors.Is(err, ErrNotFound) {
			continue // it has ended meanwhile
		}
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// adapted returns the first variable of each adapter, sorted.
func (s *Space) adapted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, 0, len(s.mu.adapters))
	for n, c := range s.mu.adapters {
		if n == c.live.Load().Variable {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// Adapter returns what people see of the adapter of a variable.
func (s *Space) Adapter(ctx context.Context, variable string) (AdapterStatus, error) {
	c := s.adapter(variable)
	if c == nil {
		return AdapterStatus{}, fmt.Errorf("cognitive: variable %q has no adapter: %w", variable, ErrNotFound)
	}
	return insist(ctx, s, c.ref, func(reply actors.Reply[AdapterStatus]) adapterMessage { return look{reply} })
}

// Resume ends the freeze of an adapter that has had to take back too much.
func (s *Space) Resume(ctx context.Context, variable string) error {
	c := s.adapter(variable)
	if c == nil {
		return fmt.Errorf("cognitive: variable %q has no adapter: %w", variable, ErrNotFound)
	}
	_, err := insist(ctx, s, c.ref, func(reply actors.Reply[AdapterStatus]) adapterMessage { return unfreeze{reply} })
	return err
}

// Parse reads a value of a variable as people write it.
func (s *Space) Parse(variable, text string) (kind.Value, error) {
	e := s.root.Load().find(variable)
	if e == nil {
		return kind.Value{}, fmt.Errorf("cognitive: variable %q: %w", variable, ErrNotFound)
	}
	return kind.Parse(e.def.kind, text)
}

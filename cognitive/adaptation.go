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

// Adaptation says how one variable is adapted.
type Adaptation struct {
	// Variable is its name.
	Variable string
	// Name is what the adapter proposes as; empty means "adapter/VARIABLE".
	Name string
	// Spec is how; its Kind is filled in, and Slice too if there are agents to make one of.
	Spec adapt.Spec
	// Static leaves everything as it is: reports are counted, and nothing is proposed.
	Static bool
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
}

// Feedback is what an agent has measured while it used variables.
type Feedback struct {
	// Variable is which, Version the version of the value that was used: as Load gives it, that of the agent's own value if it has one. Feedback without a
	// version, or of another one than the present, is dropped and counted.
	Variable string
	Version  Version
	// Agent is who.
	Agent string
	// Metrics are what was measured: "latency", "quality", "cost".
	Metrics []adapt.Metric
	// Weight is how much the report counts; 0 means 1.
	Weight float64
}

// AdapterStatus is what people see of an adapter.
type AdapterStatus struct {
	// Name and Variable say which.
	Name, Variable string
	// Static is as it was given.
	Static bool
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

// Adapt starts the adaptation of a variable. There is one adapter for a variable, and it changes it in no other way than everybody else.
func (s *Space) Adapt(ctx context.Context, a Adaptation) error {
	e := s.root.Load().find(a.Variable)
	switch {
	case e == nil:
		return fmt.Errorf("cognitive: adapt %q: %w", a.Variable, ErrNotFound)
	case e.def.composite != nil:
		return fmt.Errorf("cognitive: adapt %q: %w", a.Variable, ErrComputed)
	}
	a.Name = cmp.Or(a.Name, "adapter/"+a.Variable)
	a.Share = cmp.Or(a.Share, 0.1)
	a.Pending = cmp.Or(a.Pending, 4096)
	a.Save = cmp.Or(a.Save, 5*time.Second)
	a.Spec.Kind, a.Spec.Slice = e.def.kind, a.Agents != nil
	if !(a.Share > 0 && a.Share <= 0.5) {
		return fmt.Errorf("cognitive: adapt %q: a share of %v", a.Variable, a.Share)
	}
	if !a.Static && a.Control == nil {
		if err := a.Spec.Validate(); err != nil {
			return fmt.Errorf("cognitive: adapt %q: %w", a.Variable, err)
		}
	}
	s.mu.Lock()
	taken := s.mu.adapters[a.Variable] != nil
	if !taken {
		s.mu.adapters[a.Variable] = newAdapterCell(s, a)
	}
	s.mu.Unlock()
	if taken {
		return fmt.Errorf("cognitive: adapt %q: %w", a.Variable, ErrDuplicateName)
	}
	_, err := insist(ctx, s, s.opener, func(reply actors.Reply[answer]) openerMessage { return adapters{reply} })
	return err
}

// StopAdapting ends the adaptation of a variable. Its value stays; a candidate that runs beside it is taken away, or expires.
func (s *Space) StopAdapting(ctx context.Context, variable string) error {
	s.mu.Lock()
	c := s.mu.adapters[variable]
	delete(s.mu.adapters, variable)
	s.mu.Unlock()
	if c == nil {
		return fmt.Errorf("cognitive: variable %q has no adapter: %w", variable, ErrNotFound)
	}
	_, err := insist(ctx, s, s.opener, func(reply actors.Reply[answer]) openerMessage { return adapters{reply} })
	return err
}

// Report tells the adapter of a variable what was measured. It never blocks: what cannot be taken is dropped and counted. ErrNotFound says that nobody adapts the variable.
func (s *Space) Report(f Feedback) error {
	c := s.adapter(f.Variable)
	if c == nil {
		return fmt.Errorf("cognitive: report of %q: %w", f.Variable, ErrNotFound)
	}
	if err := c.ref.TryTell(feedback{f}); err != nil {
		c.dropped.Add(1)
		if errors.Is(err, actors.ErrMailboxFull) || away(err) {
			return nil
		}
		return err
	}
	return nil
}

// adapter returns that of a variable; nil if it has none.
func (s *Space) adapter(variable string) *adapterCell {
	if m := s.adapting.Load(); m != nil {
		return (*m)[variable]
	}
	return nil
}

// Adapters returns what people see of all adapters, by the names of their variables. It asks each of them.
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

// adapted returns the variables that have an adapter, sorted.
func (s *Space) adapted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := make([]string, 0, len(s.mu.adapters))
	for n := range s.mu.adapters {
		names = append(names, n)
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

// Project brings values into the budget of a constraint with the least change of their sum of squares: what is too much is taken from each by its factor, and nobody falls
// below lowest. ok is false if that is not enough.
func (c *Constraint) Project(values, lowest []float64) (within []float64, ok bool) {
	within = slices.Clone(values)
	fixed := make([]bool, len(values))
	for range len(values) + 1 {
		over, norm := -c.Limit, 0.0
		for i, x := range within {
			over += float64(c.Budget[i] * x)
			if !fixed[i] {
				norm += c.Budget[i] * c.Budget[i]
			}
		}
		if over <= 1e-12*(1+abs(c.Limit)) {
			return within, true
		}
		if norm == 0 {
			return within, false
		}
		for i := range within {
			if fixed[i] {
				continue
			}
			within[i] -= c.Budget[i] * over / norm
			if within[i] < lowest[i] {
				within[i], fixed[i] = lowest[i], true
			}
		}
	}
	return within, false
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

// Parse reads a value of a variable as people write it.
func (s *Space) Parse(variable, text string) (kind.Value, error) {
	e := s.root.Load().find(variable)
	if e == nil {
		return kind.Value{}, fmt.Errorf("cognitive: variable %q: %w", variable, ErrNotFound)
	}
	return kind.Parse(e.def.kind, text)
}

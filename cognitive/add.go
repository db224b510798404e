// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/kind"
)

// Setting changes one thing about a variable that is added.
type Setting func(*Settings)

// Initial is the value of a variable that has never had one.
func Initial[T Values](value T) Setting {
	var v kind.Value
	switch x := any(value).(type) {
	case float64:
		v = kind.OfFloat(x)
	case int64:
		v = kind.OfInteger(x)
	case string:
		v = kind.OfChoice(x)
	case bool:
		v = kind.OfTruth(x)
	case Fields:
		v = kind.OfRecord(x...)
	case []string:
		v = kind.OfTeam(x...)
	}
	return func(s *Settings) { s.Initial = v }
}

// With sets everything at once; what follows it changes parts.
func With(all Settings) Setting { return func(s *Settings) { *s = all } }

// Keep says when commits are seen.
func Keep(d Durability) Setting { return func(s *Settings) { s.Durability = d } }

// Cooldown is how long agents and adapters wait after a commit; negative for not at all.
func Cooldown(d time.Duration) Setting { return func(s *Settings) { s.Cooldown = d } }

// Decide says when others must agree.
func Decide(p Policy) Setting { return func(s *Settings) { s.Decision = p } }

// AddFloat adds a variable that is a float. One that the journal has from an earlier program keeps its value; if its description is another one now, and the value is
// outside of it, the error is kind.ErrRange and nothing is changed.
func (s *Space) AddFloat(ctx context.Context, name string, k kind.Float, settings ...Setting) (*Variable[float64], error) {
	return addTyped[float64](ctx, s, name, k, nil, settings)
}

// AddInteger adds a variable that is an integer.
func (s *Space) AddInteger(ctx context.Context, name string, k kind.Integer, settings ...Setting) (*Variable[int64], error) {
	return addTyped[int64](ctx, s, name, k, nil, settings)
}

// AddChoice adds a variable that is one of several options.
func (s *Space) AddChoice(ctx context.Context, name string, k kind.Choice, settings ...Setting) (*Variable[string], error) {
	return addTyped[string](ctx, s, name, k, nil, settings)
}

// AddModule adds a variable that is one of several implementations.
func (s *Space) AddModule(ctx context.Context, name string, k kind.Module, settings ...Setting) (*Variable[string], error) {
	return addTyped[string](ctx, s, name, k, nil, settings)
}

// AddStructured adds a variable that is a record.
func (s *Space) AddStructured(ctx context.Context, name string, k kind.Structured, settings ...Setting) (*Variable[Fields], error) {
	return addTyped[Fields](ctx, s, name, k, nil, settings)
}

// AddAgents adds a variable that is a team.
func (s *Space) AddAgents(ctx context.Context, name string, k kind.Agents, settings ...Setting) (*Variable[[]string], error) {
	return addTyped[[]string](ctx, s, name, k, nil, settings)
}

// AddComposite adds a variable that is computed from others. It is as durable as the least durable of them. A function is code and is not journaled: until a new program
// has given it again the composite keeps its last value and is Degraded.
func AddComposite[T float64 | int64 | string | bool](ctx context.Context, s *Space, name string, c Composite) (*Variable[T], error) {
	var none T
	form := kind.None
	switch any(none).(type) {
	case float64:
		form = kind.Number
	case int64:
		form = kind.Whole
	case string:
		form = kind.Text
	case bool:
		form = kind.Truth
	}
	k := c.Kind
	if k == nil {
		k = kind.Computed{Of: form}
	}
	if (c.Text == "") == (c.Func == nil) || len(c.Inputs) == 0 || len(c.Names) > 0 && len(c.Names) != len(c.Inputs) {
		return nil, fmt.Errorf("cognitive: composite %q: want inputs, as many names or none, and one of Text and Func", name)
	}
	if c.Async && c.Func == nil {
		return nil, fmt.Errorf("cognitive: composite %q: an expression is never asynchronous", name)
	}
	c.Inputs = slices.Clone(c.Inputs)
	return addTyped[T](ctx, s, name, k, &c, nil)
}

// gathered are settings one after another.
func gathered(settings []Setting) (all Settings) {
	for _, set := range settings {
		set(&all)
	}
	return all
}

func addTyped[T Values](ctx context.Context, s *Space, name string, k kind.Kind, c *Composite, settings []Setting) (*Variable[T], error) {
	d := &definition{name: name, kind: k, composite: c}
	d.settle(gathered(settings))
	if err := s.add(ctx, d); err != nil {
		return nil, err
	}
	return handle[T](s, name)
}

// add adds a variable once in the life of the handle.
func (s *Space) add(ctx context.Context, d *definition) error {
	if err := d.validate(); err != nil {
		return err
	}
	s.mu.Lock()
	taken := s.mu.added[d.name]
	s.mu.added[d.name] = true
	s.mu.Unlock()
	if taken {
		return fmt.Errorf("cognitive: add %q: %w", d.name, ErrDuplicateName)
	}
	err := s.structural(ctx, d.name, "", func(b *book, now time.Time) (answer, error) { return answer{}, b.introduce(now, d) })
	if err != nil && !errors.Is(err, ErrRestarted) {
		s.mu.Lock()
		delete(s.mu.added, d.name)
		s.mu.Unlock()
	}
	if errors.Is(err, ErrRestarted) { // it may be there: the next attempt finds out
		s.mu.Lock()
		delete(s.mu.added, d.name)
		s.mu.Unlock()
	}
	return err
}

// structural has which variables there are changed, by the opener.
func (s *Space) structural(ctx context.Context, keep, drop string, run func(b *book, now time.Time) (answer, error)) error {
	_, err := insist(ctx, s, s.opener, func(reply actors.Reply[answer]) openerMessage { return structural{run, keep, drop, reply} })
	return err
}

// introduce adds a variable, or takes over one that the journal has.
func (b *book) introduce(now time.Time, d *definition) error {
	if d.composite != nil {
		set := d.settings()
		for _, name := range d.composite.Inputs {
			if in, err := b.find(name); err == nil {
				set.Durability = max(set.Durability, in.def.set.Durability)
			}
		}
		d.settle(set)
		if err := d.compile(b.typeOf); err != nil {
			return fmt.Errorf("cognitive: composite %q: %w", d.name, err)
		}
	}
	v, err := b.find(d.name)
	if err != nil {
		_, err := b.add(now, d, "")
		return err
	}
	if !v.def.same(d) {
		_, err := b.redefine(now, d, kind.Value{}, "", "another description since the last start")
		return err
	}
	d.place = v.def.place
	b.share(d)
	v.def = d
	e := *v.now
	e.def = d
	v.now = &e
	b.touch(v)
	if d.composite != nil {
		b.again(now, v)
	}
	return nil
}

// again computes a composite whose code has come back.
func (b *book) again(now time.Time, v *variable) {
	if v.def.composite.Async {
		b.outside(v)
		return
	}
	value, err := b.evaluate(v.def)
	switch {
	case err != nil:
		b.degrade(v, err)
	case value.Equal(v.now.value):
		b.mend(v)
	default:
		c := &Commit{Variable: v.def.name, Value: value, Cause: ByComputing, At: now}
		b.commit(v, c, b.version.next())
		b.version = c.Space
		b.recompute(now, c.Space, []string{v.def.name})
	}
}

// Remove removes a variable for good. Inputs of composites are refused with *graph.DependedError.
func (s *Space) Remove(ctx context.Context, name string) error {
	err := s.structural(ctx, "", name, func(b *book, _ time.Time) (answer, error) { return answer{}, b.remove(name) })
	if err == nil {
		s.mu.Lock()
		delete(s.mu.added, name)
		s.mu.Unlock()
	}
	return err
}

// Redefinition is another description of a variable.
type Redefinition struct {
	// Kind is the new kind, of the same form; nil leaves it.
	Kind kind.Kind
	// Settings are the new ones; nil leaves them.
	Settings *Settings
	// Composite is the new way of computing; nil leaves it.
	Composite *Composite
	// Replacement is the value that the variable gets if its present one is outside of the new kind; none refuses such a kind with kind.ErrRange.
	Replacement kind.Value
	// By and Reason tell who does it, and why.
	By, Reason string
}

// Redefine gives a variable another description, as a commit.
func (s *Space) Redefine(ctx context.Context, name string, r Redefinition) (Result, error) {
	got, err := s.order(ctx, func(b *book, now time.Time) (answer, error) {
		v, err := b.find(name)
		if err != nil {
			return answer{}, err
		}
		d := *v.def
		if r.Kind != nil {
			d.kind = r.Kind
		}
		if r.Settings != nil {
			d.settle(*r.Settings)
		}
		if r.Composite != nil {
			c := *r.Composite
			d.composite, d.formula = &c, nil
		}
		if err := d.validate(); err != nil {
			return answer{}, err
		}
		if err := d.compile(b.typeOf); err != nil {
			return answer{}, err
		}
		c, err := b.redefine(now, &d, r.Replacement, r.By, r.Reason)
		return answer{commits: []*Commit{c}}, err
	})
	if err != nil {
		return Result{}, fmt.Errorf("cognitive: redefine %q: %w", name, err)
	}
	return result(got.commits[0], false), nil
}

// order has something done to the book, and returns when it can be seen.
func (s *Space) order(ctx context.Context, run func(b *book, now time.Time) (answer, error)) (answer, error) {
	return insist(ctx, s, s.committer, func(reply actors.Reply[answer]) committerMessage { return order{run, reply} })
}

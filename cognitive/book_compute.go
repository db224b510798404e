// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"errors"
	"slices"
	"time"

	"mabeam.dev/cognitive/expr"
	"mabeam.dev/cognitive/graph"
	"mabeam.dev/cognitive/kind"
)

// Constraint is a condition across variables. It has Holds, Text or Budget.
type Constraint struct {
	// Name tells people which constraint would be broken.
	Name string
	// Variables are those that it is about; composites cannot be.
	Variables []string
	// Holds reports whether the values, in the order of Variables, may be together. It must be pure and quick.
	Holds func(values []kind.Value) bool
	// Text is a CEL expression with a truth value, over the names of Variables, which must be CEL identifiers.
	Text string
	// Budget, if it is not empty, is a bound on the sum of the numbers, each times its factor, in the order of Variables: Σ aᵢxᵢ ≤ Limit.
	Budget []float64
	// Limit is the bound of Budget.
	Limit float64

	formula *expr.Expr
}

// judge says whether values keep the constraint.
func (c *Constraint) judge(values []kind.Value) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &ConstraintError{Name: c.Name, Cause: panicked(r)}
		}
	}()
	switch {
	case c.Holds != nil:
		if !c.Holds(values) {
			return &ConstraintError{Name: c.Name}
		}
	case c.formula != nil:
		v, err := c.formula.Eval(values...)
		if err != nil {
			return &ConstraintError{Name: c.Name, Cause: err}
		}
		if !v.Truth() {
			return &ConstraintError{Name: c.Name}
		}
	default:
		sum := 0.0
		for i, v := range values {
			sum += float64(c.Budget[i] * v.Number())
		}
		if !(sum <= c.Limit) {
			return &ConstraintError{Name: c.Name}
		}
	}
	return nil
}

// constrained judges all constraints that have to do with changes, as if these were made.
func (b *book) constrained(all []checked) error {
	for _, c := range b.hold() {
		concerned := slices.ContainsFunc(all, func(x checked) bool { return x.c.Scope == "" && slices.Contains(c.Variables, x.c.Variable) })
		if !concerned {
			continue
		}
		values, err := b.valuesOf(c.Variables, all)
		if err != nil {
			return &ConstraintError{Name: c.Name, Cause: err}
		}
		if err := c.judge(values); err != nil {
			return err
		}
	}
	return nil
}

// valuesOf returns present values, or those that changes would make.
func (b *book) valuesOf(names []string, all []checked) ([]kind.Value, error) {
	values := make([]kind.Value, len(names))
	for i, name := range names {
		v, err := b.find(name)
		if err != nil {
			return nil, err
		}
		values[i] = v.now.value
		for _, x := range all {
			if x.v == v && x.c.Scope == "" {
				values[i] = x.value
			}
		}
	}
	return values, nil
}

// recompute computes what is downstream of changes, each composite once, as a part of the same version of the space.
func (b *book) recompute(now time.Time, space Version, changed []string) {
	if len(changed) == 0 {
		return
	}
	for run := b.graph.Changed(changed...); ; {
		name, ok := run.Next()
		if !ok {
			return
		}
		v := b.vars[b.places[name]]
		if v.def.composite.Async {
			b.outside(v)
			run.Done(name, false)
			continue
		}
		value, err := b.evaluate(v.def)
		if err != nil {
			b.degrade(v, err)
			run.Done(name, false)
			continue
		}
		if v.now.value.Equal(value) {
			if v.now.flags&(Degraded|Stale) != 0 {
				b.mend(v)
			}
			run.Done(name, false)
			continue
		}
		b.commit(v, &Commit{Variable: name, Value: value, Cause: ByComputing, At: now}, space)
		run.Done(name, true)
	}
}

var errNoCode = errors.New("cognitive: its function has not been given since the program started")

// evaluate computes a composite from the present values of its inputs.
func (b *book) evaluate(d *definition) (kind.Value, error) {
	inputs := make([]kind.Value, len(d.composite.Inputs))
	for i, name := range d.composite.Inputs {
		v, err := b.find(name)
		if err != nil {
			return kind.Value{}, err
		}
		inputs[i] = v.now.value
	}
	if d.formula == nil && d.composite.Func == nil {
		return kind.Value{}, errNoCode
	}
	value, err := b.compute(d, inputs)
	if err != nil {
		return kind.Value{}, err
	}
	return d.kind.Normal(value)
}

// degrade marks a composite whose value could not be computed: it keeps the last good one.
func (b *book) degrade(v *variable, why error) {
	e := *v.now
	e.flags |= Degraded
	e.why = &DegradedError{Variable: v.def.name, Cause: why}
	v.now = &e
	b.touch(v)
}

// mend takes the marks away: the value is the right one again.
func (b *book) mend(v *variable) {
	e := *v.now
	e.flags &^= Degraded | Stale
	e.why = nil
	v.now = &e
	b.touch(v)
}

// redefine gives a variable another definition, as a commit. A value that the new kind does not allow needs a replacement.
func (b *book) redefine(now time.Time, d *definition, replacement kind.Value, proposer, reason string) (*Commit, error) {
	v, err := b.find(d.name)
	if err != nil {
		return nil, err
	}
	if (d.composite == nil) != (v.def.composite == nil) || d.kind.Type() != v.def.kind.Type() {
		return nil, &kind.TypeError{Want: v.def.kind.Type(), Got: d.kind.Type()}
	}
	value := v.now.value
	if d.composite == nil {
		if replacement.Type() != kind.None {
			value = replacement
		}
		if value, err = d.kind.Normal(value); err != nil {
			return nil, err
		}
		if err := b.constrained([]checked{{v, value, &change{Variable: d.name}}}); err != nil {
			return nil, err
		}
	}
	data, err := d.encode()
	if err != nil {
		return nil, err
	}
	if d.composite != nil {
		var unknown *graph.UnknownError
		b.chart(d.composite.Inputs)
		if err := b.graph.Replace(d.name, d.composite.Inputs...); errors.As(err, &unknown) {
			return nil, errors.Join(err, ErrNotFound)
		} else if err != nil {
			return nil, err
		}
	}
	d.place = v.def.place
	b.share(d)
	changed := !value.Equal(v.now.value)
	v.def = d
	var failed error
	if d.composite != nil && !d.composite.Async {
		var computed kind.Value
		if computed, failed = b.evaluate(d); failed == nil {
			changed, value = !computed.Equal(value), computed
		}
	}
	b.item("def", data)
	b.must = true
	c := &Commit{Variable: d.name, Value: value, Cause: ByRedefine, Proposer: proposer, Reason: reason, At: now}
	b.commit(v, c, b.version.next())
	b.version = c.Space
	if failed != nil {
		b.degrade(v, failed)
	}
	if d.composite != nil && d.composite.Async {
		b.outside(v)
	}
	if changed {
		b.recompute(now, c.Space, []string{d.name})
	}
	return c, nil
}

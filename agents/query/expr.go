// SPDX-License-Identifier: Apache-2.0

package query

import "slices"

// Op is how a comparison compares.
type Op uint8

// The operators. Eq, Neq and the four orders take one value, In and NotIn any number but none; Prefix takes one and is for
// capabilities alone.
const (
	Eq Op = iota
	Neq
	Gt
	Lt
	Gte
	Lte
	In
	NotIn
	Prefix
)

var opNames = [...]string{"=", "!=", ">", "<", ">=", "<=", "in", "not in", "prefix"}

// String returns the operator as text writes it.
func (o Op) String() string { return opNames[o] }

// Expr is a condition: a [Comparison], an [Absence], a [Conjunction], a [Disjunction] or a [Negation]. A nil Expr holds for everybody.
// An Expr is immutable once it is made.
type Expr interface{ expr() }

// Comparison holds for an agent if its value of the field compares so. If the agent has no value for the field, no comparison holds,
// Neq and NotIn as little as the others. On a field with many values Eq and In ask for some value, Neq and NotIn for none.
type Comparison struct {
	Field  Field
	Op     Op
	Values []Value

	pos int // of the first value in the text, from 1
}

// Absence holds for an agent that has no value for the field.
type Absence struct{ Field Field }

// Conjunction holds if all hold.
type Conjunction struct{ Of []Expr }

// Disjunction holds if one holds.
type Disjunction struct{ Of []Expr }

// Negation holds if the other does not: also for an agent without a value, of which the comparison inside is false.
type Negation struct{ Of Expr }

func (Comparison) expr()  {}
func (Absence) expr()     {}
func (Conjunction) expr() {}
func (Disjunction) expr() {}
func (Negation) expr()    {}

// And holds if all hold; without any, or with nil alone, it is nil and holds for everybody.
func And(of ...Expr) Expr {
	var flat []Expr
	for _, e := range of {
		if c, ok := e.(Conjunction); ok {
			flat = append(flat, c.Of...)
		} else if e != nil {
			flat = append(flat, e)
		}
	}
	switch len(flat) {
	case 0:
		return nil
	case 1:
		return flat[0]
	}
	return Conjunction{flat}
}

// Or holds if one holds. It needs at least one condition, and none that is nil: [Query.Validate] says so.
func Or(of ...Expr) Expr {
	var flat []Expr
	for _, e := range of {
		if d, ok := e.(Disjunction); ok && len(d.Of) > 0 {
			flat = append(flat, d.Of...)
		} else {
			flat = append(flat, e)
		}
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return Disjunction{flat}
}

// Not holds if e does not.
func Not(e Expr) Expr { return Negation{e} }

// Missing holds for an agent that has no value for the field.
func Missing(f interface{ Field() Field }) Expr { return Absence{f.Field()} }

// Field returns the field without its type.
func (t Typed[T]) Field() Field { return t.field }

func (t Typed[T]) compare(op Op, values ...T) Expr {
	c := Comparison{Field: t.field, Op: op, Values: make([]Value, 0, len(values))}
	for _, v := range values {
		c.Values = append(c.Values, ValueOf(v))
	}
	return c
}

// Eq holds if the value is v.
func (t Typed[T]) Eq(v T) Expr { return t.compare(Eq, v) }

// Neq holds if there is a value and it is not v.
func (t Typed[T]) Neq(v T) Expr { return t.compare(Neq, v) }

// Gt holds if the value is greater than v.
func (t Typed[T]) Gt(v T) Expr { return t.compare(Gt, v) }

// Lt holds if the value is less than v.
func (t Typed[T]) Lt(v T) Expr { return t.compare(Lt, v) }

// Gte holds if the value is v or greater.
func (t Typed[T]) Gte(v T) Expr { return t.compare(Gte, v) }

// Lte holds if the value is v or less.
func (t Typed[T]) Lte(v T) Expr { return t.compare(Lte, v) }

// In holds if the value is one of these.
func (t Typed[T]) In(values ...T) Expr { return t.compare(In, values...) }

// NotIn holds if there is a value and it is none of these.
func (t Typed[T]) NotIn(values ...T) Expr { return t.compare(NotIn, values...) }

// Asc orders by the field, the least first and agents without a value last.
func (t Typed[T]) Asc() Order { return Order{Field: t.field} }

// Desc orders by the field, the greatest first and agents without a value last.
func (t Typed[T]) Desc() Order { return Order{Field: t.field, Desc: true} }

// HasPrefix holds if some name is p or stands below p in the hierarchy: of "nlp" that is "nlp" and "nlp/summarise" but not "nlp2".
func (n Names) HasPrefix(p string) Expr { return n.compare(Prefix, p) }

// Fields returns the fields that the condition and the order speak of, each once, in the order of the text.
func (q Query) Fields() []Field {
	var all []Field
	add := func(f Field) {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	var walk func(e Expr)
	walk = func(e Expr) {
		switch e := e.(type) {
		case Comparison:
			add(e.Field)
		case Absence:
			add(e.Field)
		case Conjunction:
			for _, k := range e.Of {
				walk(k)
			}
		case Disjunction:
			for _, k := range e.Of {
				walk(k)
			}
		case Negation:
			walk(e.Of)
		}
	}
	walk(q.Where)
	for _, o := range q.OrderBy {
		add(o.Field)
	}
	return all
}

// SPDX-License-Identifier: Apache-2.0

package query

import (
	"errors"
	"fmt"
)

// AllNamespaces as the namespace of a query asks in every namespace. No agent can have it as its own.
const AllNamespaces = "*"

// Bounds of a query: beyond them [Parse] and [Query.Validate] refuse it, so that no text can make the runtime work for long before
// it is even planned.
const (
	MaxText  = 64 << 10 // bytes of text
	MaxDepth = 100      // conditions inside one another
	MaxNodes = 10_000   // conditions and values together
	MaxOrder = 8        // fields to order by
)

// Query asks for agents. The zero Query asks for all of the default namespace.
type Query struct {
	// Where is the condition; nil asks for everybody.
	Where Expr
	// OrderBy orders the answer, the first field first. What is equal in all of them is ordered by namespace and id, so an answer is
	// always in one order only.
	OrderBy []Order
	// Limit is how many agents are wanted at most; 0 means all.
	Limit int
	// After is the cursor that came with an answer; it goes on behind it. It belongs to one order. "" begins at the beginning.
	After string
	// Namespace is the one asked in: "" is the default one, AllNamespaces all of them.
	Namespace string
}

// Order is one field to order by. Agents without a value come last either way.
type Order struct {
	Field Field
	Desc  bool
}

// Validate returns every mistake of the query, joined; each is a [*BadQueryError].
func (q Query) Validate() error {
	c := checker{}
	if q.Where != nil {
		c.expr(q.Where, 0)
	}
	if c.nodes > MaxNodes {
		c.add(bad("has more than %d conditions and values", MaxNodes))
	}
	if len(q.OrderBy) > MaxOrder {
		c.add(bad("orders by more than %d fields", MaxOrder))
	}
	for i, o := range q.OrderBy {
		switch {
		case !c.field(o.Field):
		case o.Field.Many():
			c.add(bad("%s has many values for one agent, so nothing can be ordered by it", o.Field))
		default:
			for _, before := range q.OrderBy[:i] {
				if before.Field == o.Field {
					c.add(bad("orders by %s twice", o.Field))
				}
			}
		}
	}
	if q.Limit < 0 {
		c.add(bad("limit %d is negative", q.Limit))
	}
	if q.After != "" && len(c.all) == 0 {
		if _, err := ParseCursor(q.After, q.OrderBy); err != nil {
			c.all = append(c.all, err)
		}
	}
	return errors.Join(c.all...)
}

// checker collects the mistakes of a query.
type checker struct {
	all     []error
	nodes   int
	tooDeep bool
}

func (c *checker) add(err *BadQueryError) { c.all = append(c.all, err) }

func (c *checker) expr(e Expr, depth int) {
	if depth > MaxDepth {
		if !c.tooDeep {
			c.tooDeep = true
			c.add(bad("has conditions nested deeper than %d", MaxDepth))
		}
		return
	}
	c.nodes++
	switch e := e.(type) {
	case nil:
		c.add(bad("has an empty condition inside or / not"))
	case Comparison:
		c.nodes += len(e.Values)
		if c.field(e.Field) {
			c.comparison(e)
		}
	case Absence:
		c.field(e.Field)
	case Conjunction:
		c.several("and", e.Of, depth)
	case Disjunction:
		c.several("or", e.Of, depth)
	case Negation:
		c.expr(e.Of, depth+1)
	default:
		c.add(bad("has a condition of type %T, which is none", e))
	}
}

func (c *checker) several(word string, of []Expr, depth int) {
	if len(of) == 0 {
		c.add(bad("has an %s of no conditions", word))
	}
	for _, e := range of {
		c.expr(e, depth+1)
	}
}

func (c *checker) field(f Field) bool {
	switch {
	case int(f.Column) >= Columns:
		c.add(bad("has a field of column %d, which is none", f.Column))
	case f.Column == ColumnLabel && f.Label == "":
		c.add(bad("asks for a label without a name"))
	case f.Column != ColumnLabel && f.Label != "":
		c.add(bad("gives a label to the field %s", f))
	default:
		return true
	}
	return false
}

func (c *checker) comparison(e Comparison) {
	if err := operable(e.Field, e.Op); err != nil {
		err.Pos = e.pos
		c.add(err)
		return
	}
	if n := len(e.Values); n == 0 || n > 1 && e.Op != In && e.Op != NotIn {
		c.add(bad("%s %s has %d values", e.Field, e.Op, n))
	}
	for _, v := range e.Values {
		if v.typ != e.Field.Type() {
			c.add(&BadQueryError{Pos: e.pos, Why: fmt.Sprintf("%s is %s and cannot be compared with %s", e.Field, e.Field.Type(), v.typ)})
		} else if why := usable(e.Field, e.Op, v); why != "" {
			c.add(&BadQueryError{Pos: e.pos, Why: why})
		}
	}
}

// operable says whether an operator makes sense for a field.
func operable(f Field, op Op) *BadQueryError {
	switch {
	case op > Prefix:
		return bad("%s has operator %d, which is none", f, op)
	case op == Prefix && !f.Many():
		return bad("prefix is for capabilities, not for %s", f)
	case f.Many() && (op == Gt || op == Lt || op == Gte || op == Lte):
		return bad("%s has many values for one agent and no order: use =, !=, in, not in or prefix", f)
	}
	return nil
}

// usable says what is wrong with a value of the right type for a field, or "".
func usable(f Field, op Op, v Value) string {
	if why := v.wrong(); why != "" {
		return fmt.Sprintf("the value for %s %s", f, why)
	}
	if columns[f.Column].unit == share {
		if n := v.Float(); n < 0 || n > 1 {
			return fmt.Sprintf("%s is a share from 0 to 1 or from 0%% to 100%%, not %g", f, n)
		}
	}
	if op == Prefix && (v.text == "" || v.text[len(v.text)-1] == '/') {
		return fmt.Sprintf("a prefix of %s is a whole name without a slash at its end, not %q", f, v.text)
	}
	return ""
}

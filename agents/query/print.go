// SPDX-License-Identifier: Apache-2.0

package query

import (
	"strconv"
	"strings"
	"time"
)

// String writes the query as text. [Parse] reads it as a query that asks the same and is written the same.
func (q Query) String() string {
	var b strings.Builder
	word := func(parts ...string) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		for _, p := range parts {
			b.WriteString(p)
		}
	}
	if q.Where != nil {
		write(&b, q.Where, 0)
	}
	for i, o := range q.OrderBy {
		if i == 0 {
			word("order by ", o.String())
		} else {
			b.WriteString(", " + o.String())
		}
	}
	if q.Limit != 0 {
		word("limit ", strconv.Itoa(q.Limit))
	}
	if q.After != "" {
		word("after ", strconv.Quote(q.After))
	}
	if q.Namespace != "" {
		word("namespace ", strconv.Quote(q.Namespace))
	}
	return b.String()
}

// String writes the field, and desc if that is the order.
func (o Order) String() string {
	if o.Desc {
		return o.Field.String() + " desc"
	}
	return o.Field.String()
}

// How tightly what stands around a condition binds.
const (
	inOr = iota + 1
	inAnd
	inNot
)

// write writes a condition, in parentheses if what stands around it binds more tightly than it does.
func write(b *strings.Builder, e Expr, around int) {
	switch e := e.(type) {
	case nil:
		b.WriteString("()")
	case Comparison:
		b.WriteString(e.String())
	case Absence:
		b.WriteString("missing(" + e.Field.String() + ")")
	case Conjunction:
		writeSeveral(b, " and ", e.Of, inAnd, around)
	case Disjunction:
		writeSeveral(b, " or ", e.Of, inOr, around)
	case Negation:
		b.WriteString("not ")
		write(b, e.Of, inNot)
	}
}

func writeSeveral(b *strings.Builder, word string, of []Expr, own, around int) {
	if around >= own {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	for i, e := range of {
		if i > 0 {
			b.WriteString(word)
		}
		write(b, e, own)
	}
}

// String writes the comparison as text.
func (c Comparison) String() string {
	values := make([]string, len(c.Values))
	for i, v := range c.Values {
		values[i] = v.String()
	}
	list := strings.Join(values, ", ")
	if c.Op == In || c.Op == NotIn {
		list = "(" + list + ")"
	}
	return c.Field.String() + " " + c.Op.String() + " " + list
}

// String writes the value as text: texts in quotes, numbers plainly, times in UTC. It is "" for the absence of a value.
func (v Value) String() string {
	switch v.typ {
	case TypeText:
		return strconv.Quote(v.text)
	case TypeInt:
		return strconv.FormatInt(v.Int(), 10)
	case TypeFloat:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case TypeDuration:
		return time.Duration(v.Int()).String()
	case TypeTime:
		return time.Unix(0, v.Int()).UTC().Format(time.RFC3339Nano)
	case TypeStatus:
		return Status(v.bits).String()
	case TypeLifecycle:
		return Lifecycle(v.bits).String()
	}
	return ""
}

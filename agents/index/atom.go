// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"
	"strings"

	"mabeam.dev/agents/query"
)

// atom is a condition on one field that is not made of others. The eight operators come down to four kinds: != and not in are the
// absence of a value or of some values.
type atom struct {
	kind   atomKind
	field  query.Field
	values []query.Value // of anyOf, ordered and each once; of below, the prefix
	lo, hi bound         // of between
}

type atomKind uint8

const (
	anyOf   atomKind = iota // some value is one of these
	below                   // some name is the prefix or stands below it
	between                 // there is a value and it is within bounds
	missing                 // there is no value
)

// bound is one end of an interval. open: there is no end.
type bound struct {
	value     query.Value
	open      bool
	inclusive bool
}

// literal is an atom or its opposite.
type literal struct {
	*atom
	neg bool
}

// holds tests a row.
func (l literal) holds(r *Row) bool { return l.atom.holds(r) != l.neg }

func (a *atom) holds(r *Row) bool {
	if a.field.Many() {
		return a.holdsMany(r)
	}
	v := r.value(a.field)
	switch a.kind {
	case missing:
		return !v.Present()
	case anyOf:
		if len(a.values) == 1 {
			return v == a.values[0]
		}
		_, found := slices.BinarySearchFunc(a.values, v, query.Value.Compare)
		return v.Present() && found
	default:
		return v.Present() && a.lo.under(v) && a.hi.over(v)
	}
}

func (a *atom) holdsMany(r *Row) bool {
	if a.kind == missing {
		return len(r.Capabilities) == 0
	}
	for i := range r.Capabilities {
		has := r.Capabilities[i].Name
		for _, v := range a.values {
			if has == v.Text() || a.kind == below && len(has) > len(v.Text()) && has[len(v.Text())] == '/' && strings.HasPrefix(has, v.Text()) {
				return true
			}
		}
	}
	return false
}

// under reports whether the lower bound lets a value through.
func (b bound) under(v query.Value) bool {
	if b.open {
		return true
	}
	c := v.Compare(b.value)
	return c > 0 || c == 0 && b.inclusive
}

// over reports whether the upper bound lets a value through.
func (b bound) over(v query.Value) bool {
	if b.open {
		return true
	}
	c := v.Compare(b.value)
	return c < 0 || c == 0 && b.inclusive
}

// String writes the literal for people, as the text of a query would ask it.
func (l literal) String() string {
	not := ""
	if l.neg {
		not = "not "
	}
	f := l.field.String()
	switch l.kind {
	case missing:
		return not + "missing(" + f + ")"
	case below:
		return not + f + " prefix " + l.values[0].String()
	case between:
		var parts []string
		if !l.lo.open {
			parts = append(parts, f+map[bool]string{true: " >= ", false: " > "}[l.lo.inclusive]+l.lo.value.String())
		}
		if !l.hi.open {
			parts = append(parts, f+map[bool]string{true: " <= ", false: " < "}[l.hi.inclusive]+l.hi.value.String())
		}
		text := strings.Join(parts, " and ")
		if l.neg {
			return "not (" + text + ")"
		}
		return text
	default:
		if len(l.values) == 1 {
			if l.neg {
				return "not " + f + " = " + l.values[0].String()
			}
			return f + " = " + l.values[0].String()
		}
		words := make([]string, len(l.values))
		for i, v := range l.values {
			words[i] = v.String()
		}
		return not + f + " in (" + strings.Join(words, ", ") + ")"
	}
}

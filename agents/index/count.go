// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"
	"strings"

	"mabeam.dev/agents/query"
)

// Count returns how many rows a query means, whatever its order, limit and cursor. Rows are read only where the indexes are not sure: at
// the ends of intervals, and for fields without an index.
func (v *View) Count(p *Prepared) int {
	plan := v.plan(p, 0)
	if !plan.check {
		return plan.candidates(v).size()
	}
	n := 0
	var maybe, sure mask
	for no := range v.leaves() {
		if plan.eval(no, &maybe, false); maybe.full == 0 {
			continue
		}
		if sure.full = 0; !p.scan {
			plan.eval(no, &sure, true)
			n += sure.count()
			maybe.minus(&sure)
		}
		maybe.each(no, func(slot uint32) bool {
			if plan.holds(p.root, v.rows.get(slot)) {
				n++
			}
			return true
		})
	}
	return n
}

// Tally is how many rows have a value.
type Tally struct {
	Value query.Value
	N     int
}

// Tally counts the rows of a namespace, or of [query.AllNamespaces], by their values of a field: those of kind, team, role, node, state,
// health, capability and labels, ordered by value. Of other fields, which have no index by value, it returns none. It reads no row.
func (v *View) Tally(f query.Field, namespace string) []Tally {
	var all []Tally
	space := v.space(namespace)
	add := func(value query.Value, s *set) {
		if n := v.both(s, space); n > 0 {
			all = append(all, Tally{value, n})
		}
	}
	switch what := keyOf(f.Column); {
	case f.Column == query.ColumnHealth:
		for i, s := range v.health {
			add(query.ValueOf(query.Status(i)), s)
		}
	case f.Column == query.ColumnState:
		for i, s := range v.states[1:] {
			add(query.ValueOf(query.Lifecycle(i+1)), s)
		}
	case what != keyAny:
		v.terms.each(func(k key, s *set) {
			if k.what == what && k.a == f.Label {
				add(query.ValueOf(k.b), s)
			}
		})
		slices.SortFunc(all, func(a, b Tally) int { return strings.Compare(a.Value.Text(), b.Value.Text()) })
	}
	return all
}

// keyOf returns what the keys of a column of texts are, or keyAny if it has none.
func keyOf(c query.Column) uint8 {
	switch c {
	case query.ColumnCapability:
		return keyCapability
	case query.ColumnLabel:
		return keyLabel
	}
	for _, t := range textColumns {
		if t.column == c {
			return t.what
		}
	}
	return keyAny
}

// both counts what is in two sets.
func (v *View) both(a, b *set) int {
	switch {
	case a == nil || b == nil:
		return 0
	case a.n == v.Len():
		return b.n
	case b.n == v.Len():
		return a.n
	}
	n := 0
	var m mask
	for _, l := range a.leaves {
		m.load(l.leaf)
		m.and(b.at(l.no))
		n += m.count()
	}
	return n
}

// BandTally is how many rows have a measure from Low to below High.
type BandTally struct {
	Low, High float64
	N         int
}

// Bands counts the rows of a namespace by bands of a measure: memory.free, cpu.free, queue, p99 (in nanoseconds), success_rate or
// throughput, least first. There are four bands to a power of two. Rows without the measure are in none. Of other fields it returns none.
// It reads no row.
func (v *View) Bands(f query.Field, namespace string) []BandTally {
	i := bandsOf[f.Column]
	if i < 0 {
		return nil
	}
	space := v.space(namespace)
	var all []BandTally
	for _, b := range v.bands[i].list {
		if n := v.both(b.set, space); n > 0 {
			all = append(all, BandTally{bandLow(f.Column, b.no), bandLow(f.Column, b.no+1), n})
		}
	}
	return all
}

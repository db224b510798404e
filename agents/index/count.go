// SPDX-License-Identifier: Apache-2.0

package index

import (
	"cmp"
	"slices"

	"mabeam.dev/agents/query"
)

// Count returns how many rows a query means, whatever its order, limit and cursor. Rows are read only where the indexes are not sure: at
// the ends of intervals, and for fields without an index.
func (v *View) Count(p *Prepared) int {
	v = v.whole()
	plan := v.plan(p, 0)
	if !plan.check {
		slots, fresh := v.renew(p, plan.candidates(v))
		return slots.size() + len(fresh)
	}
	_, fresh := v.renew(p, nil)
	n := len(fresh)
	var maybe, sure mask
	for no := range v.leaves() {
		if plan.eval(no, &maybe, false); maybe.full == 0 {
			continue
		}
		v.recent.each(func(r *recent) {
			if r.was != nil {
				maybe.drop(no, r.slot)
			}
		})
		if sure.full = 0; !p.scan {
			plan.eval(no, &sure, true)
			sure.intersect(&maybe)
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
// health, capability and labels, ordered by value. Of other fields, which have no index by value, it returns none. It reads no rows
// but the few that were written last.
func (v *View) Tally(f query.Field, namespace string) []Tally {
	v = v.whole()
	counts := map[query.Value]int{}
	space := v.space(namespace)
	switch what := keyOf(f.Column); {
	case f.Column == query.ColumnHealth:
		for i, s := range v.health {
			counts[query.ValueOf(query.Status(i))] = v.both(s, space)
		}
	case f.Column == query.ColumnState:
		for i, s := range v.states[1:] {
			counts[query.ValueOf(query.Lifecycle(i+1))] = v.both(s, space)
		}
	case what != keyAny:
		v.terms.each(func(k key, s *set) {
			if k.what == what && k.a == f.Label {
				counts[query.ValueOf(k.b)] = v.both(s, space)
			}
		})
	default:
		return nil
	}
	v.eachRecent(namespace, func(r *Row, by int) {
		if !f.Many() {
			counts[r.value(f)] += by
			return
		}
		for _, k := range appendCapabilities(nil, r) {
			if k.what == keyCapability {
				counts[query.ValueOf(k.b)] += by
			}
		}
	})
	var all []Tally
	for value, n := range counts {
		if n > 0 && value.Present() {
			all = append(all, Tally{value, n})
		}
	}
	slices.SortFunc(all, func(a, b Tally) int { return a.Value.Compare(b.Value) })
	return all
}

// eachRecent corrects counts that come from indexes: it gives, with -1, the rows that the indexes have and that are no more, and with 1
// those that came in their place.
func (v *View) eachRecent(namespace string, correct func(r *Row, by int)) {
	v.recent.each(func(r *recent) {
		if r.was != nil && (namespace == query.AllNamespaces || namespace == r.was.Namespace) {
			correct(r.was, -1)
		}
		if r.now != nil && (namespace == query.AllNamespaces || namespace == r.now.Namespace) {
			correct(r.now, 1)
		}
	})
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
	case a.n == v.live.n:
		return b.n
	case b.n == v.live.n:
		return a.n
	}
	n := 0
	var m mask
	for l := range a.all() {
		m.load(l)
		m.and(b.at(l.no))
		n += m.count()
	}
	return n
}

// BandTally is how many rows have a measure from Low to below High; the two are equal if the band is so narrow that floats cannot tell.
type BandTally struct {
	Low, High float64
	N         int
}

// Bands counts the rows of a namespace by bands of a measure: memory.free, cpu.free, queue, p99 (in nanoseconds), success_rate or
// throughput, least first. There are four bands to a power of two. Rows without the measure are in none. Of other fields it returns none.
// It reads no rows but the few that were written last.
func (v *View) Bands(f query.Field, namespace string) []BandTally {
	i := bandsOf[f.Column]
	if i < 0 {
		return nil
	}
	v = v.whole()
	space := v.space(namespace)
	counts := map[uint16]int{}
	for _, b := range v.bands[i].list {
		counts[b.no] = v.both(b.set, space)
	}
	v.eachRecent(namespace, func(r *Row, by int) {
		if value := r.value(f); value.Present() {
			counts[bandNo(f.Column, value)] += by
		}
	})
	var all []BandTally
	for no, n := range counts {
		if n > 0 {
			all = append(all, BandTally{bandLow(f.Column, no), bandLow(f.Column, no+1), n})
		}
	}
	slices.SortFunc(all, func(a, b BandTally) int { return cmp.Compare(a.Low, b.Low) })
	return all
}

// SPDX-License-Identifier: Apache-2.0

package index

import (
	"cmp"
	"slices"

	"mabeam.dev/agents/query"
)

// walk takes rows in the order of ids that are in a set, and in another if there is one, and between them some more that are meant, until there
// are enough.
func (f *finder) walk(s, and *set, more []*Row) {
	from, to := name{space: f.p.query.Namespace}, name{space: f.p.query.Namespace + "\x00"}
	if f.p.query.Namespace == query.AllNamespaces {
		from, to = name{}, name{}
	}
	if c := f.p.cursor; c != nil && len(f.order) == 0 {
		if at := (name{c.Namespace, c.ID}); at.compare(from) > 0 {
			from = at
		}
	}
	sortRows(more)
	between := func(r *Row) { // takes those that stand before r; nil is the end
		for len(more) > 0 && !f.full() && (r == nil || more[0].name().compare(r.name()) < 0) {
			if f.read++; f.ahead(more[0]) {
				f.rows = append(f.rows, more[0])
			}
			more = more[1:]
		}
	}
	if left := s.size(); left > 0 {
		f.names.between(&f.View.rows, from, to, func(slot uint32) bool {
			if !s.has(slot) {
				return true
			}
			left--
			if and == nil || and.has(slot) {
				if r, ok := f.take(slot); ok {
					if between(r); !f.full() {
						f.rows = append(f.rows, r)
					}
				}
			}
			return left > 0 && !f.full() && !f.hopeless()
		})
	}
	between(nil)
}

// walkBands takes the rows of one band after the other, and at last those without a value, until there are enough.
func (f *finder) walkBands() {
	by := f.order[0]
	c := by.Field.Column
	all, within := f.bandsWithin(c)
	fresh, late := f.freshBands(by)
	for i := range all {
		b := &all[i]
		if by.Desc {
			b = &all[len(all)-1-i]
		}
		for len(fresh) > 0 && fresh[0].no != b.no && (fresh[0].no < b.no) != by.Desc {
			fresh = f.takeFresh(nil, fresh, fresh[0].no, c)
		}
		if f.full() {
			return
		}
		if f.passed(by, c, b.no) && (len(fresh) == 0 || fresh[0].no != b.no) {
			continue
		}
		if fresh = f.takeFresh(b.set, fresh, b.no, c); f.full() || f.hopeless() {
			return
		}
	}
	for len(fresh) > 0 && !f.full() {
		fresh = f.takeFresh(nil, fresh, fresh[0].no, c)
	}
	if f.full() || within {
		return
	}
	f.takeBand(f.absent[c], late, true)
}

// freshBand is a row that the indexes do not show, and the band it belongs in.
type freshBand struct {
	no  uint16
	row *Row
}

// freshBands brings such rows into the order of bands; late are those without a value.
func (f *finder) freshBands(by query.Order) (list []freshBand, late []*Row) {
	for _, r := range f.fresh {
		if v := r.value(by.Field); v.Present() {
			list = append(list, freshBand{bandNo(by.Field.Column, v), r})
		} else {
			late = append(late, r)
		}
	}
	slices.SortFunc(list, func(a, b freshBand) int {
		if by.Desc {
			a, b = b, a
		}
		return cmp.Compare(a.no, b.no)
	})
	return list, late
}

// takeFresh takes a band and the rows that belong in it, which stand first in fresh, and returns the others.
func (f *finder) takeFresh(s *set, fresh []freshBand, no uint16, c query.Column) []freshBand {
	var more []*Row
	for len(fresh) > 0 && fresh[0].no == no {
		more = append(more, fresh[0].row)
		fresh = fresh[1:]
	}
	f.takeBand(s, more, exact(c, no))
	return fresh
}

// bandsWithin returns the bands of a column that a query for an interval of it can mean; within is true if there is such an interval.
func (f *finder) bandsWithin(c query.Column) (all []band, within bool) {
	b := &f.View.bands[bandsOf[c]]
	from, to := 0, len(b.list)
	if len(f.p.terms) != 1 {
		return b.list, false
	}
	for _, l := range f.p.terms[0] {
		if l.kind != between || l.neg || l.field.Column != c {
			continue
		}
		within = true
		if !l.lo.open {
			i, _ := b.find(bandNo(c, l.lo.value))
			from = max(from, i)
		}
		if !l.hi.open {
			i, ok := b.find(bandNo(c, l.hi.value))
			if ok {
				i++
			}
			to = min(to, i)
		}
	}
	return b.list[from:max(from, to)], within
}

// passed reports whether a band stands before the cursor altogether.
func (f *finder) passed(by query.Order, c query.Column, no uint16) bool {
	if f.p.cursor == nil {
		return false
	}
	at := f.p.cursor.Keys[0]
	if !at.Present() {
		return true
	}
	if by.Desc {
		return no > bandNo(c, at)
	}
	return no < bandNo(c, at)
}

// takeBand takes the first rows of a band, and of more that are meant and belong in it, until there are enough. equal says that all have the same
// value there.
func (f *finder) takeBand(s *set, more []*Row, equal bool) {
	and := f.slots
	if and == f.live {
		and = nil
	}
	wanted := f.want - len(f.rows)
	if n := float64(s.size()); equal && len(f.order) == 1 && n*n > float64(wanted)*float64(f.n) {
		f.walk(s, and, more)
		return
	}
	f.best.k = wanted
	if and != nil && and.spread() < s.spread() {
		s, and = and, s
	}
	f.collect(s, and, more)
	f.rows = f.best.sorted(f.rows)
}

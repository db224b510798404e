// SPDX-License-Identifier: Apache-2.0

package index

import (
	"cmp"
	"slices"

	"mabeam.dev/agents/query"
)

// Page is an answer.
type Page struct {
	// Rows are in the order of the query.
	Rows []*Row
	// Next is the cursor behind the last row, for [query.Query.After]; "" if there are no more.
	Next string
	// Version is the version of the View that was asked.
	Version uint64
}

// Ask answers a query that was not prepared. Its errors are those of [Prepare].
func (v *View) Ask(q query.Query) (Page, error) {
	p, err := Prepare(q)
	if err != nil {
		return Page{}, err
	}
	return v.Find(p), nil
}

// Find answers a query.
func (v *View) Find(p *Prepared) Page {
	rows, next := v.FindInto(nil, p)
	return Page{Rows: rows, Next: next, Version: v.version}
}

// FindInto is Find with the rows in the place of what buf held.
func (v *View) FindInto(buf []*Row, p *Prepared) (rows []*Row, next string) {
	f := newFinder(v, p, buf[:0])
	f.run()
	rows = f.rows
	if f.want > 0 && len(rows) == f.want {
		rows = rows[:len(rows)-1]
		next = ordering(p.query.OrderBy).cursor(rows[len(rows)-1]).Encode(p.query.OrderBy)
	}
	return rows, next
}

// finder is one answer in the making.
type finder struct {
	*View
	p     *Prepared
	plan  plan
	order ordering
	want  int      // one row more than the limit, to know whether there are more; 0 for all
	slots *set     // candidates, but for those in fresh
	fresh []uint32 // rows that are meant and that the indexes do not show
	best  best
	rows  []*Row

	path path
	read int  // rows looked at
	lost bool // the path was given up
}

// path is how the candidates are brought into order.
type path string

const (
	pathNone  path = "no candidates"
	pathSort  path = "sort all candidates"
	pathHeap  path = "bounded heap over all candidates"
	pathBands path = "bands, in order, until the limit"
	pathLost  path = "bounded heap over all candidates, as a walk in order found too few"
	pathWalk  path = "ids, in order, until the limit"
)

func newFinder(v *View, p *Prepared, buf []*Row) *finder {
	f := &finder{View: v, p: p, order: p.order, rows: buf}
	if p.query.Limit > 0 {
		f.want = p.query.Limit + 1
	}
	f.best = best{ordering: f.order, k: f.want}
	f.plan = v.plan(p, f.want)
	f.slots, f.fresh = v.renew(p, f.plan.candidates(v))
	f.path = f.choose()
	return f
}

func (f *finder) choose() path {
	n := f.slots.size() + len(f.fresh)
	switch {
	case n == 0:
		return pathNone
	case f.want == 0:
		return pathSort
	case len(f.order) == 0 && n > 4*f.want && 8*float64(n)*float64(n) > float64(f.want)*float64(f.n):
		return pathWalk // the steps to enough hits are cheaper than to fetch all
	case len(f.order) > 0 && bandsOf[f.order[0].Field.Column] >= 0 && n > 4*f.want && n > 256:
		return pathBands
	default:
		return pathHeap
	}
}

func (f *finder) run() {
	switch f.path {
	case pathNone:
	case pathWalk:
		f.walk(f.slots.union(f.fresh), nil)
	case pathBands:
		f.walkBands()
	default:
		f.all()
	}
	if f.lost {
		f.path, f.rows, f.best.list = pathLost, f.rows[:0], f.best.list[:0]
		f.all()
	}
}

// all brings all candidates into order.
func (f *finder) all() {
	f.best.k = f.want
	if len(f.order) == 0 && f.slots.size() <= 8*f.want {
		f.best.k = 0 // sorting by rank beats a heap that compares ids
	}
	if f.best.k == 0 && !f.plan.check {
		f.best.list = make([]candidate, 0, f.slots.size()+len(f.fresh))
	}
	f.collect(f.slots, nil, f.fresh)
	f.rows = f.best.sorted(f.rows)
	if f.want > 0 && len(f.rows) > f.want {
		f.rows = f.rows[:f.want]
	}
}

// hopeless reports whether so few of the rows that were looked at are meant that a walk in order, which jumps about in memory, would
// look at more rows than there are. It gives the walk up while that has cost little against looking at all of them.
func (f *finder) hopeless() bool {
	n := f.slots.size()
	f.lost = f.plan.check && f.read >= max(256, n/32) && len(f.rows)*n < f.want*f.read
	return f.lost
}

// full reports whether there are as many rows as are wanted.
func (f *finder) full() bool { return f.want > 0 && len(f.rows) >= f.want }

// take looks at the row of a candidate; false if it is not meant or stands before the cursor.
func (f *finder) take(slot uint32) (*Row, bool) {
	r := f.View.rows.get(slot)
	f.read++
	return r, f.plan.holds(f.p.root, r) && (f.p.cursor == nil || f.order.after(r, f.p.cursor))
}

// collect shows the rows in a set, and in another if there is one, and besides some more, to best.
func (f *finder) collect(s, and *set, more []uint32) {
	var m mask
	for _, l := range s.all() {
		if m.load(l); and != nil {
			m.and(and.at(l.no))
		}
		m.each(l.no, func(slot uint32) bool {
			if r, ok := f.take(slot); ok {
				f.best.add(f.order.candidate(r))
			}
			return true
		})
	}
	for _, slot := range more {
		if r, ok := f.take(slot); ok {
			f.best.add(f.order.candidate(r))
		}
	}
}

// walk takes rows in the order of ids that are in a set, and in another if there is one, until there are enough.
func (f *finder) walk(s, and *set) {
	from, to := name{space: f.p.query.Namespace}, name{space: f.p.query.Namespace + "\x00"}
	if f.p.query.Namespace == query.AllNamespaces {
		from, to = name{}, name{}
	}
	if c := f.p.cursor; c != nil && len(f.order) == 0 {
		if at := (name{c.Namespace, c.ID}); at.compare(from) > 0 {
			from = at
		}
	}
	left := s.n
	f.names.between(&f.View.rows, from, to, func(slot uint32) bool {
		if !s.has(slot) {
			return true
		}
		left--
		if and == nil || and.has(slot) {
			if r, ok := f.take(slot); ok {
				f.rows = append(f.rows, r)
			}
		}
		return left > 0 && !f.full() && !f.hopeless()
	})
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
	no   uint16
	slot uint32
}

// freshBands brings such rows into the order of bands; late are those without a value.
func (f *finder) freshBands(by query.Order) (list []freshBand, late []uint32) {
	for _, slot := range f.fresh {
		if v := f.View.rows.get(slot).value(by.Field); v.Present() {
			list = append(list, freshBand{bandNo(by.Field.Column, v), slot})
		} else {
			late = append(late, slot)
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
	var more []uint32
	for len(fresh) > 0 && fresh[0].no == no {
		more = append(more, fresh[0].slot)
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

// takeBand takes the first rows of a band, and of more that belong in it, until there are enough. equal says that all have the same
// value there.
func (f *finder) takeBand(s *set, more []uint32, equal bool) {
	and := f.slots
	if and == f.live {
		and = nil
	}
	wanted := f.want - len(f.rows)
	if n := float64(s.size()); equal && len(f.order) == 1 && n*n > float64(wanted)*float64(f.n) {
		if s = s.union(more); and != nil {
			and = and.union(more)
		}
		f.walk(s, and)
		return
	}
	f.best.k = wanted
	if and != nil && len(and.leaves) < len(s.all()) {
		s, and = and, s
	}
	f.collect(s, and, more)
	f.rows = f.best.sorted(f.rows)
}

// SPDX-License-Identifier: Apache-2.0

package index

import "mabeam.dev/agents/query"

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
	want  int    // one row more than the limit, to know whether there are more; 0 for all
	slots *set   // candidates, but for those in fresh
	fresh []*Row // rows that are meant and that the indexes do not show
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
	v = v.whole()
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
		f.walk(f.slots, nil, f.fresh)
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
	return r, f.plan.holds(f.p.root, r) && f.ahead(r)
}

// ahead reports whether a row stands behind the cursor.
func (f *finder) ahead(r *Row) bool { return f.p.cursor == nil || f.order.after(r, f.p.cursor) }

// collect shows the rows in a set, and in another if there is one, and besides some more that are meant, to best.
func (f *finder) collect(s, and *set, more []*Row) {
	var m mask
	for l := range s.all() {
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
	f.read += len(more)
	for _, r := range more {
		if f.ahead(r) {
			f.best.add(f.order.candidate(r))
		}
	}
}

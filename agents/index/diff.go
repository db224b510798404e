// SPDX-License-Identifier: Apache-2.0

package index

import "slices"

// Diff returns what turns one View into a later or an earlier one, whatever happened between, by namespace and id. It looks only where the
// two do not share their parts, so it is cheap between neighbours. A row that was written again is changed, also if it is equal.
func Diff(from, to *View) []Change {
	from, to = from.whole(), to.whole()
	var names []name // of the rows that may have changed
	add := func(r *Row) {
		if r != nil {
			names = append(names, r.name())
		}
	}
	same := from.base == to.base
	if !same {
		eachMoved(&from.rows, &to.rows, func(a, b *Row) { add(a); add(b) })
	}
	a, b := from.recent.parts(), to.recent.parts()
	for _, p := range slices.Concat(a, b) {
		if same && slices.Contains(a, p) && slices.Contains(b, p) {
			continue
		}
		for i := range p.part[:p.used] {
			names = append(names, p.part[i].name())
		}
	}
	slices.SortFunc(names, name.compare)
	var all []Change
	for _, n := range slices.Compact(names) {
		before, _ := from.Get(n.space, n.id)
		after, _ := to.Get(n.space, n.id)
		if before != after {
			all = append(all, Change{before, after})
		}
	}
	return all
}

// eachMoved calls yield with what stands in every slot where two vectors differ; nil is nothing.
func eachMoved(from, to *slots, yield func(a, b *Row)) {
	for no := range max(len(from.chunks), len(to.chunks)) {
		a, b := from.chunk(no), to.chunk(no)
		if a == b {
			continue
		}
		for i := range a.pages {
			p, q := a.pages[i].orEmpty(), b.pages[i].orEmpty()
			if p == q {
				continue
			}
			for j := range p.rows {
				if p.rows[j] != q.rows[j] {
					yield(p.rows[j], q.rows[j])
				}
			}
		}
	}
}

func (c Change) name() name {
	if c.After != nil {
		return c.After.name()
	}
	return c.Before.name()
}

// Namespace and ID name the row that changed.
func (c Change) Namespace() string { return c.name().space }

// ID is the id of the row that changed.
func (c Change) ID() string { return c.name().id }

var (
	noChunk = new(chunk)
	noPage  = new(page)
)

func (s *slots) chunk(no int) *chunk {
	if no < len(s.chunks) {
		return s.chunks[no]
	}
	return noChunk
}

func (p *page) orEmpty() *page {
	if p == nil {
		return noPage
	}
	return p
}

// Effect is what a change means for who watches a query.
type Effect uint8

// The effects. None: the query means the row neither before nor after.
const (
	None Effect = iota
	Added
	Changed
	Removed
)

var effectNames = [...]string{"none", "added", "changed", "removed"}

// String names the effect.
func (e Effect) String() string { return effectNames[e] }

// Effect says what a change means for a query, whatever its order, limit and cursor.
func (p *Prepared) Effect(c Change) Effect {
	before := c.Before != nil && p.Matches(c.Before)
	after := c.After != nil && p.Matches(c.After)
	switch {
	case before && after:
		return Changed
	case after:
		return Added
	case before:
		return Removed
	}
	return None
}

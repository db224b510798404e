// SPDX-License-Identifier: Apache-2.0

package index

import "slices"

// Diff returns what turns one View into a later or an earlier one, whatever happened between, by namespace and id. It looks only where the
// two do not share their parts, so it is cheap between neighbours. A row that was written again is changed, also if it is equal.
func Diff(from, to *View) []Change {
	var all []Change
	for no := range max(len(from.rows.chunks), len(to.rows.chunks)) {
		a, b := from.rows.chunk(no), to.rows.chunk(no)
		if a == b {
			continue
		}
		for i := range a.pages {
			p, q := a.pages[i].orEmpty(), b.pages[i].orEmpty()
			if p == q {
				continue
			}
			for j := range p.rows {
				all = appendDiff(all, p.rows[j], q.rows[j])
			}
		}
	}
	slices.SortFunc(all, func(a, b Change) int { return a.name().compare(b.name()) })
	return joinMoved(all)
}

// appendDiff compares what stands in one slot.
func appendDiff(all []Change, a, b *Row) []Change {
	switch {
	case a == b:
		return all
	case a != nil && b != nil && a.name() != b.name(): // the slot was given away
		return append(all, Change{Before: a}, Change{After: b})
	default:
		return append(all, Change{a, b})
	}
}

// joinMoved makes one change of a row that went from one slot and came in another.
func joinMoved(all []Change) []Change {
	out := all[:0]
	for _, c := range all {
		if n := len(out); n > 0 && out[n-1].name() == c.name() {
			if c.Before != nil {
				out[n-1].Before = c.Before
			} else {
				out[n-1].After = c.After
			}
			if out[n-1].Before == out[n-1].After {
				out = out[:n-1]
			}
			continue
		}
		out = append(out, c)
	}
	return out
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

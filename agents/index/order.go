// SPDX-License-Identifier: Apache-2.0

package index

import (
	"cmp"
	"slices"
	"strings"

	"mabeam.dev/agents/query"
)

// ordering compares rows as a query orders them: by its fields, then by namespace and id.
type ordering []query.Order

// candidate is a row with what decides most comparisons: whether it lacks the first field, and the rank of its value there, turned over
// if the greatest comes first.
type candidate struct {
	row  *Row
	rank uint64
	late bool
}

func (o ordering) candidate(r *Row) candidate {
	c := candidate{row: r}
	if len(o) == 0 {
		return c
	}
	v := r.value(o[0].Field)
	if !v.Present() {
		c.late = true
		return c
	}
	c.rank = v.Rank()
	if o[0].Desc {
		c.rank = ^c.rank
	}
	return c
}

func (o ordering) compare(a, b candidate) int {
	if a.late != b.late {
		if b.late {
			return -1
		}
		return 1
	}
	if a.rank != b.rank {
		return cmp.Compare(a.rank, b.rank)
	}
	for i, by := range o {
		if i == 0 && by.Field.Type() != query.TypeText {
			continue // the rank has decided
		}
		if c := compareValues(a.row.value(by.Field), b.row.value(by.Field), by.Desc); c != 0 {
			return c
		}
	}
	return a.row.name().compare(b.row.name())
}

// after reports whether a row stands behind a cursor.
func (o ordering) after(r *Row, at *query.Cursor) bool {
	for i, by := range o {
		if c := compareValues(r.value(by.Field), at.Keys[i], by.Desc); c != 0 {
			return c > 0
		}
	}
	return r.name().compare(name{at.Namespace, at.ID}) > 0
}

// cursor returns the place of a row.
func (o ordering) cursor(r *Row) query.Cursor {
	c := query.Cursor{Namespace: r.Namespace, ID: r.ID}
	for _, by := range o {
		c.Keys = append(c.Keys, r.value(by.Field))
	}
	return c
}

// compareValues orders two values of a field, those that are absent last either way.
func compareValues(a, b query.Value, desc bool) int {
	c := a.Compare(b)
	if desc && a.Present() && b.Present() {
		return -c
	}
	return c
}

// best keeps the first k of the candidates it is shown, or all if k is 0, in a heap whose top is the last of them.
type best struct {
	ordering
	k    int
	list []candidate
}

func (b *best) add(c candidate) {
	switch {
	case b.k == 0 || len(b.list) < b.k:
		b.list = append(b.list, c)
		if len(b.list) == b.k {
			for i := len(b.list)/2 - 1; i >= 0; i-- {
				b.sink(i)
			}
		}
	case b.compare(c, b.list[0]) < 0:
		b.list[0] = c
		b.sink(0)
	}
}

func (b *best) sink(i int) {
	for {
		kid := 2*i + 1
		if kid >= len(b.list) {
			return
		}
		if kid+1 < len(b.list) && b.compare(b.list[kid], b.list[kid+1]) < 0 {
			kid++
		}
		if b.compare(b.list[i], b.list[kid]) >= 0 {
			return
		}
		b.list[i], b.list[kid] = b.list[kid], b.list[i]
		i = kid
	}
}

// sorted appends the rows that were kept, in order, and forgets them.
func (b *best) sorted(rows []*Row) []*Row {
	if len(b.ordering) == 0 {
		rankByID(b.list)
	}
	slices.SortFunc(b.list, b.compare)
	for _, c := range b.list {
		rows = append(rows, c.row)
	}
	b.list = b.list[:0]
	return rows
}

// rankByID makes ranks of ids, which mostly begin alike: of the eight bytes behind what all have in common. Rows of several namespaces
// are left without.
func rankByID(list []candidate) {
	if len(list) == 0 {
		return
	}
	first := list[0].row
	common := len(first.ID)
	for _, c := range list {
		if c.row.Namespace != first.Namespace {
			return
		}
		for common > 0 && !strings.HasPrefix(c.row.ID, first.ID[:common]) {
			common--
		}
	}
	for i := range list {
		list[i].rank = query.TextRank(list[i].row.ID[common:])
	}
}

// SPDX-License-Identifier: Apache-2.0

package index

import "slices"

// recent is one row that was written since the indexes were brought up to the rows: as they have it, and as it is.
type recent struct {
	hash     uint32 // half of that of the row's key
	slot     uint32 // if there was a row
	was, now *Row   // not both nil
}

// journal holds recent writes, of each row one. It is a chain of short parts: who adds one copies the last part alone. The nil journal is the empty
// one. What was made under the same edit is changed in place: see View.Apply.
type journal struct {
	edit uint64
	n    int // in this part and in all before
	used int // in this part
	part [journalPart]recent
	rest *journal
}

// journalPart is how many writes a part has: the chain of maxRecent is short, and a copy small.
const journalPart = 6

// maxRecent is how many recent writes a View may have: each costs every query the test of a row.
const maxRecent = 64

func (r *recent) name() name {
	if r.now != nil {
		return r.now.name()
	}
	return r.was.name()
}

func (j *journal) size() int {
	if j == nil {
		return 0
	}
	return j.n
}

// each calls yield with every write.
func (j *journal) each(yield func(*recent)) {
	for ; j != nil; j = j.rest {
		for i := range j.part[:j.used] {
			yield(&j.part[i])
		}
	}
}

// parts returns the parts of the chain.
func (j *journal) parts() (all []*journal) {
	for ; j != nil; j = j.rest {
		all = append(all, j)
	}
	return all
}

// find returns the write of a row by its name and the hash of its key, or nil.
func (j *journal) find(hash uint64, n name) *recent {
	for ; j != nil; j = j.rest {
		for i := range j.part[:j.used] {
			if r := &j.part[i]; r.hash == uint32(hash) && r.name() == n {
				return r
			}
		}
	}
	return nil
}

// with returns the journal with the write of a row that is not in it.
func (j *journal) with(edit uint64, r recent) *journal {
	switch {
	case j == nil || j.used == journalPart:
		j = &journal{edit: edit, n: j.size(), rest: j}
	case j.edit != edit:
		c := *j
		j, c.edit = &c, edit
	}
	j.part[j.used] = r
	j.used++
	j.n++
	return j
}

// without returns the journal without a write that is in it.
func (j *journal) without(edit uint64, gone *recent) (out *journal) {
	j.each(func(r *recent) {
		if r != gone {
			out = out.with(edit, *r)
		}
	})
	return out
}

// sorted returns the rows of now from a name on, in the order of names, and the slots that have others, in order.
func (j *journal) sorted(lo name) (fresh []*Row, stale []uint32) {
	j.each(func(r *recent) {
		if r.was != nil {
			stale = append(stale, r.slot)
		}
		if r.now != nil && r.now.name().compare(lo) >= 0 {
			fresh = append(fresh, r.now)
		}
	})
	slices.Sort(stale)
	sortRows(fresh)
	return fresh, stale
}

// sortRows brings rows into the order of their names.
func sortRows(rows []*Row) {
	slices.SortFunc(rows, func(a, b *Row) int { return a.name().compare(b.name()) })
}

// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"
	"sort"
	"strings"
)

// sorted holds all slots in the order of namespace and id: runs of at most maxRun of them. It makes pages of a long list, and the
// first of many equals, cheap. It is changed as slots are.
type sorted struct {
	edit uint64
	runs []*run
}

// run is some slots in order; low is a name that is not above that of the first, and above those of the run before.
type run struct {
	edit  uint64
	low   name
	slots []uint32
}

// name is what rows are ordered by in the end.
type name struct{ space, id string }

func (r *Row) name() name { return name{r.Namespace, r.ID} }

func (n name) compare(o name) int {
	if n.space != o.space {
		return strings.Compare(n.space, o.space)
	}
	return strings.Compare(n.id, o.id)
}

const maxRun = 256

// seek returns where the first slot is whose name is n or greater.
func (s *sorted) seek(rows *slots, n name) (r, i int) {
	r = sort.Search(len(s.runs), func(i int) bool { return s.runs[i].low.compare(n) > 0 }) - 1
	if r < 0 {
		return 0, 0
	}
	in := s.runs[r].slots
	i = sort.Search(len(in), func(i int) bool { return rows.get(in[i]).name().compare(n) >= 0 })
	return r, i
}

// insert puts in a slot whose row is in rows and whose name is not there yet.
func (s *sorted) insert(edit uint64, rows *slots, slot uint32) {
	n := rows.get(slot).name()
	s.own(edit)
	if len(s.runs) == 0 {
		s.runs = append(s.runs, &run{edit: edit, low: n, slots: []uint32{slot}})
		return
	}
	r, i := s.seek(rows, n)
	if len(s.runs[r].slots) == maxRun {
		if r == len(s.runs)-1 && i == maxRun { // names that only grow leave full runs behind
			s.runs = append(s.runs, &run{edit: edit, low: n, slots: []uint32{slot}})
			return
		}
		full := s.ownRun(edit, r)
		upper := &run{edit: edit, slots: slices.Clone(full.slots[maxRun/2:])}
		upper.low = rows.get(upper.slots[0]).name()
		full.slots = full.slots[: maxRun/2 : maxRun/2]
		s.runs = slices.Insert(s.runs, r+1, upper)
		if i > maxRun/2 {
			r, i = r+1, i-maxRun/2
		}
	}
	in := s.ownRun(edit, r)
	in.slots = slices.Insert(in.slots, i, slot)
	if i == 0 {
		in.low = n
	}
}

// remove takes out a slot whose row is still in rows.
func (s *sorted) remove(edit uint64, rows *slots, slot uint32) {
	r, i := s.seek(rows, rows.get(slot).name())
	s.own(edit)
	in := s.ownRun(edit, r)
	in.slots = slices.Delete(in.slots, i, i+1)
	if len(in.slots) == 0 {
		s.runs = slices.Delete(s.runs, r, r+1)
	}
}

func (s *sorted) own(edit uint64) {
	if s.edit != edit {
		s.edit, s.runs = edit, append(make([]*run, 0, len(s.runs)+1), s.runs...)
	}
}

func (s *sorted) ownRun(edit uint64, r int) *run {
	if in := s.runs[r]; in.edit != edit {
		s.runs[r] = &run{edit: edit, low: in.low, slots: append(make([]uint32, 0, min(len(in.slots)+1, maxRun)), in.slots...)}
	}
	return s.runs[r]
}

// between calls yield with the slots from lo on and before hi, in order, until it returns false; the zero hi is no end.
func (s *sorted) between(rows *slots, lo, hi name, yield func(slot uint32) bool) {
	r, i := s.seek(rows, lo)
	endRun, end := len(s.runs), 0
	if hi != (name{}) {
		endRun, end = s.seek(rows, hi)
	}
	for ; r < len(s.runs) && r <= endRun; r, i = r+1, 0 {
		in := s.runs[r].slots
		if r == endRun {
			in = in[:min(end, len(in))]
		}
		for ; i < len(in); i++ {
			if !yield(in[i]) {
				return
			}
		}
	}
}

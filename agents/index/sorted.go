// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"
	"sort"
	"strings"
)

// sorted holds all slots in the order of namespace and id, in a persistent tree: it makes pages of a long list, and the first of many equals,
// cheap. It is changed as slots are.
type sorted struct{ root *twig }

// twig is a node of the tree: one at the bottom has slots, one above has kids, none has nothing. low is a name that is not above any in it,
// and above all in those before.
type twig struct {
	edit  uint64
	low   name
	slots []uint32
	kids  []*twig
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

// maxTwig is how much a node has at most. A write copies one node of each level.
const maxTwig = 32

// seek returns where the first slot is whose name is n or greater.
func (t *twig) seek(rows *slots, n name) int {
	return sort.Search(len(t.slots), func(i int) bool { return rows.get(t.slots[i]).name().compare(n) >= 0 })
}

// kid returns which kid a name belongs to.
func (t *twig) kid(n name) int {
	return max(sort.Search(len(t.kids), func(i int) bool { return t.kids[i].low.compare(n) > 0 })-1, 0)
}

// insert puts in a slot whose row is in rows and whose name is not there yet.
func (s *sorted) insert(edit uint64, rows *slots, slot uint32) {
	n := rows.get(slot).name()
	if s.root == nil {
		s.root = &twig{edit: edit, low: n, slots: []uint32{slot}}
		return
	}
	root, next := s.root.insert(edit, rows, n, slot, true)
	if next != nil {
		root = &twig{edit: edit, low: root.low, kids: []*twig{root, next}}
	}
	s.root = root
}

// insert returns the node with a slot, and a second one that comes next if it would have too much. last says that no node comes behind it:
// names that only grow leave full nodes behind.
func (t *twig) insert(edit uint64, rows *slots, n name, slot uint32, last bool) (with, next *twig) {
	if t.kids == nil {
		i := t.seek(rows, n)
		if last && i == maxTwig {
			return t, &twig{edit: edit, low: n, slots: []uint32{slot}}
		}
		t = t.own(edit)
		t.slots = slices.Insert(t.slots, i, slot)
		if i == 0 {
			t.low = n
		}
		if len(t.slots) > maxTwig {
			next = &twig{edit: edit, slots: slices.Clone(t.slots[maxTwig/2:])}
			next.low = rows.get(next.slots[0]).name()
			t.slots = slices.Clone(t.slots[:maxTwig/2])
		}
		return t, next
	}
	t = t.own(edit)
	i := t.kid(n)
	last = last && i == len(t.kids)-1
	kid, more := t.kids[i].insert(edit, rows, n, slot, last)
	if t.kids[i] = kid; i == 0 {
		t.low = kid.low
	}
	if more == nil {
		return t, nil
	}
	t.kids = slices.Insert(t.kids, i+1, more)
	if len(t.kids) > maxTwig {
		at := maxTwig / 2
		if last {
			at = maxTwig
		}
		next = &twig{edit: edit, low: t.kids[at].low, kids: slices.Clone(t.kids[at:])}
		t.kids = slices.Clone(t.kids[:at])
	}
	return t, next
}

// remove takes out a slot whose row is still in rows.
func (s *sorted) remove(edit uint64, rows *slots, slot uint32) {
	s.root = s.root.remove(edit, rows, rows.get(slot).name())
	for s.root != nil && len(s.root.kids) == 1 {
		s.root = s.root.kids[0]
	}
}

// remove returns the node without a name that is in it; nil if nothing is left.
func (t *twig) remove(edit uint64, rows *slots, n name) *twig {
	t = t.own(edit)
	if t.kids == nil {
		i := t.seek(rows, n)
		if t.slots = slices.Delete(t.slots, i, i+1); len(t.slots) == 0 {
			return nil
		}
		return t
	}
	i := t.kid(n)
	if t.kids[i] = t.kids[i].remove(edit, rows, n); t.kids[i] == nil {
		if t.kids = slices.Delete(t.kids, i, i+1); len(t.kids) == 0 {
			return nil
		}
	}
	return t
}

// own returns a node that this edit may change: itself or a copy, with room for one more.
func (t *twig) own(edit uint64) *twig {
	if t.edit == edit {
		return t
	}
	c := &twig{edit: edit, low: t.low}
	if t.kids == nil {
		c.slots = append(make([]uint32, 0, len(t.slots)+1), t.slots...)
	} else {
		c.kids = append(make([]*twig, 0, len(t.kids)+1), t.kids...)
	}
	return c
}

// between calls yield with the slots from lo on and before hi, in order, until it returns false; the zero hi is no end.
func (s *sorted) between(rows *slots, lo, hi name, yield func(slot uint32) bool) {
	if s.root != nil {
		s.root.between(rows, lo, hi, yield)
	}
}

// between reports whether it goes on behind this node.
func (t *twig) between(rows *slots, lo, hi name, yield func(slot uint32) bool) bool {
	if t.kids == nil {
		from, to := t.seek(rows, lo), len(t.slots)
		if hi != (name{}) {
			to = t.seek(rows, hi)
		}
		for i := from; i < to; i++ {
			if !yield(t.slots[i]) {
				return false
			}
		}
		return to == len(t.slots)
	}
	for _, kid := range t.kids[t.kid(lo):] {
		if hi != (name{}) && kid.low.compare(hi) >= 0 || !kid.between(rows, lo, hi, yield) {
			return false
		}
	}
	return true
}

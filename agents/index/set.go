// SPDX-License-Identifier: Apache-2.0

package index

import (
	"iter"
	"math/bits"
	"slices"
)

// set is a persistent set of slots: a bitmap in leaves of 4,096 slots and blocks of 512, of which only those that are not empty are kept. The
// nil set is the empty one. Who changes a set gets another one that shares all leaves but those it changed. What was made under the same edit is
// changed in place: see View.Apply.
type set struct {
	edit   uint64
	n      int
	leaves int       // how many there are
	nodes  []*branch // that of leaf no is at no/8, and nil if it has no leaf
}

// branch is eight leaves, those from its place*8; nil is an empty one. It keeps what a write copies of a large set small.
type branch struct {
	edit   uint64
	leaves [8]*leaf
}

// leaf is 64 words of 64 slots, those from no*4096, in blocks. Bit i of full says that word i is not empty; a block whose words are all empty
// is nil.
type leaf struct {
	no     uint32
	edit   uint64
	full   uint64
	blocks [8]*block
}

// block is what a write copies of the words.
type block struct {
	edit  uint64
	words [8]uint64
}

const (
	leafBits = 12
	leafMask = 1<<leafBits - 1
)

// size returns how many slots are in the set.
func (s *set) size() int {
	if s == nil {
		return 0
	}
	return s.n
}

// spread returns how many leaves the set has.
func (s *set) spread() int {
	if s == nil {
		return 0
	}
	return s.leaves
}

// all gives the leaves in order.
func (s *set) all() iter.Seq[*leaf] {
	return func(yield func(*leaf) bool) {
		if s == nil {
			return
		}
		for _, n := range s.nodes {
			if n == nil {
				continue
			}
			for _, l := range &n.leaves {
				if l != nil && !yield(l) {
					return
				}
			}
		}
	}
}

// at returns the leaf with a number, or nil.
func (s *set) at(no uint32) *leaf {
	if s == nil || int(no>>3) >= len(s.nodes) || s.nodes[no>>3] == nil {
		return nil
	}
	return s.nodes[no>>3].leaves[no&7]
}

// has reports whether a slot is in the set.
func (s *set) has(slot uint32) bool {
	l := s.at(slot >> leafBits)
	return l != nil && l.word(slot>>6&63)&(1<<(slot&63)) != 0
}

// word returns word i.
func (l *leaf) word(i uint32) uint64 {
	if b := l.blocks[i>>3&7]; b != nil {
		return b.words[i&7]
	}
	return 0
}

// first returns the least slot of a set that is not empty.
func (s *set) first() uint32 {
	for l := range s.all() {
		w := uint32(bits.TrailingZeros64(l.full))
		return l.no<<leafBits | w<<6 | uint32(bits.TrailingZeros64(l.word(w)))
	}
	panic("index: first of an empty set")
}

// with returns the set with a slot.
func (s *set) with(edit uint64, slot uint32) *set {
	if s.has(slot) {
		return s
	}
	s = s.own(edit)
	s.n++
	w := slot >> 6 & 63
	l := s.ownLeaf(slot >> leafBits)
	l.full |= 1 << w
	*l.own(w) |= 1 << (slot & 63)
	return s
}

// without returns the set without a slot: nil if none is left.
func (s *set) without(edit uint64, slot uint32) *set {
	if !s.has(slot) {
		return s
	}
	if s.n == 1 {
		return nil
	}
	s = s.own(edit)
	s.n--
	no, w := slot>>leafBits, slot>>6&63
	l := s.ownLeaf(no)
	word := l.own(w)
	if *word &^= 1 << (slot & 63); *word != 0 {
		return s
	}
	if l.full &^= 1 << w; l.full>>(w&^7)&0xff == 0 {
		l.blocks[w>>3] = nil
	}
	if l.full == 0 {
		s.put(no, nil)
	}
	return s
}

// own returns a set that this edit may change: itself or a copy.
func (s *set) own(edit uint64) *set {
	switch {
	case s == nil:
		return &set{edit: edit}
	case s.edit == edit:
		return s
	}
	c := *s
	c.edit, c.nodes = edit, slices.Clone(s.nodes)
	return &c
}

// put puts a leaf in its place; nil takes the one there out. The edit of the set may change the set.
func (s *set) put(no uint32, l *leaf) {
	for int(no>>3) >= len(s.nodes) {
		s.nodes = append(s.nodes, nil)
	}
	n := s.nodes[no>>3]
	switch {
	case n == nil:
		n = &branch{edit: s.edit}
	case n.edit != s.edit:
		n = &branch{edit: s.edit, leaves: n.leaves}
	}
	s.nodes[no>>3] = n
	switch was := n.leaves[no&7]; {
	case was == nil && l != nil:
		s.leaves++
	case was != nil && l == nil:
		s.leaves--
	}
	if n.leaves[no&7] = l; n.leaves == [8]*leaf{} {
		s.nodes[no>>3] = nil
	}
}

// ownLeaf returns the leaf of a number, which the edit of the set may change: the one that is there, a copy, or a new one.
func (s *set) ownLeaf(no uint32) *leaf {
	l := s.at(no)
	if l != nil && l.edit == s.edit {
		return l
	}
	c := leaf{no: no}
	if l != nil {
		c = *l
	}
	c.edit = s.edit
	s.put(no, &c)
	return &c
}

// own returns word w of a block that the edit of the leaf may change.
func (l *leaf) own(w uint32) *uint64 {
	b := l.blocks[w>>3&7]
	switch {
	case b == nil:
		b = &block{edit: l.edit}
	case b.edit != l.edit:
		b = &block{edit: l.edit, words: b.words}
	}
	l.blocks[w>>3&7] = b
	return &b.words[w&7]
}

// SPDX-License-Identifier: Apache-2.0

package index

import (
	"math/bits"
	"slices"
	"sort"
)

// set is a persistent set of slots: a bitmap in leaves of 4,096 slots and blocks of 512, of which only those that are not empty are kept. The
// nil set is the empty one. Who changes a set gets another one that shares all leaves but those it changed. What was made under the same edit is
// changed in place: see View.Apply.
type set struct {
	edit   uint64
	n      int
	leaves []*leaf // in the order of no
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

// all returns the leaves.
func (s *set) all() []*leaf {
	if s == nil {
		return nil
	}
	return s.leaves
}

// find returns where the leaf with a number is or would be.
func (s *set) find(no uint32) (int, bool) {
	if i := int(no); i < len(s.leaves) && s.leaves[i].no == no {
		return i, true // no leaf before it is missing
	}
	i := sort.Search(len(s.leaves), func(i int) bool { return s.leaves[i].no >= no })
	return i, i < len(s.leaves) && s.leaves[i].no == no
}

// at returns the leaf with a number, or nil.
func (s *set) at(no uint32) *leaf {
	if s == nil {
		return nil
	}
	if i, ok := s.find(no); ok {
		return s.leaves[i]
	}
	return nil
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
	l := s.leaves[0]
	w := uint32(bits.TrailingZeros64(l.full))
	return l.no<<leafBits | w<<6 | uint32(bits.TrailingZeros64(l.word(w)))
}

// with returns the set with a slot.
func (s *set) with(edit uint64, slot uint32) *set {
	no, w, bit := slot>>leafBits, slot>>6&63, uint64(1)<<(slot&63)
	if s == nil {
		s = &set{edit: edit}
	}
	i, ok := s.find(no)
	if ok && s.leaves[i].word(w)&bit != 0 {
		return s
	}
	s = s.own(edit)
	s.n++
	if !ok {
		s.leaves = slices.Insert(s.leaves, i, &leaf{no: no, edit: edit})
	}
	l := s.ownLeaf(i)
	l.full |= 1 << w
	*l.own(w) |= bit
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
	w := slot >> 6 & 63
	i, _ := s.find(slot >> leafBits)
	l := s.ownLeaf(i)
	word := l.own(w)
	if *word &^= 1 << (slot & 63); *word != 0 {
		return s
	}
	if l.full &^= 1 << w; l.full>>(w&^7)&0xff == 0 {
		l.blocks[w>>3] = nil
	}
	if l.full == 0 {
		s.leaves = slices.Delete(s.leaves, i, i+1)
	}
	return s
}

// own returns a set that this edit may change: itself or a copy.
func (s *set) own(edit uint64) *set {
	if s.edit == edit {
		return s
	}
	c := &set{edit: edit, n: s.n, leaves: make([]*leaf, len(s.leaves), len(s.leaves)+1)}
	copy(c.leaves, s.leaves)
	return c
}

// ownLeaf makes a leaf one that the edit of the set may change: itself or a copy.
func (s *set) ownLeaf(i int) *leaf {
	l := s.leaves[i]
	if l.edit != s.edit {
		c := *l
		l, c.edit = &c, s.edit
		s.leaves[i] = l
	}
	return l
}

// own returns word w of a block that the edit of the leaf may change.
func (l *leaf) own(w uint32) *uint64 {
	b := l.blocks[w>>3&7]
	switch {
	case b == nil:
		b = &block{edit: l.edit}
	case b.edit != l.edit:
		c := *b
		b, c.edit = &c, l.edit
	}
	l.blocks[w>>3&7] = b
	return &b.words[w&7]
}

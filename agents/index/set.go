// SPDX-License-Identifier: Apache-2.0

package index

import (
	"math/bits"
	"slices"
	"sort"
)

// set is a persistent set of slots: a bitmap in leaves of 4,096 slots, of which only the words that are not empty are kept. The nil set is
// the empty one. Who changes a set gets another one that shares all leaves but those it changed. What was made under the same edit is
// changed in place: see View.Apply.
type set struct {
	edit   uint64
	n      int
	leaves []*leaf // in the order of no
}

// leaf is 64 words of 64 slots, at most 512 bytes: the slots from no*4096. Bit i of full says that word i is not empty; words are those
// that are not.
type leaf struct {
	no    uint32
	edit  uint64
	full  uint64
	words []uint64
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
	if l.full&(1<<i) == 0 {
		return 0
	}
	return l.words[l.rank(i)]
}

// rank returns where word i is or would be among those that are kept.
func (l *leaf) rank(i uint32) int { return bits.OnesCount64(l.full & (1<<i - 1)) }

// first returns the least slot of a set that is not empty.
func (s *set) first() uint32 {
	l := s.leaves[0]
	return l.no<<leafBits | uint32(bits.TrailingZeros64(l.full))<<6 | uint32(bits.TrailingZeros64(l.words[0]))
}

// with returns the set with a slot.
func (s *set) with(edit uint64, slot uint32) *set {
	if s.has(slot) {
		return s
	}
	s = s.own(edit)
	s.n++
	no, w, bit := slot>>leafBits, slot>>6&63, uint64(1)<<(slot&63)
	i, ok := s.find(no)
	if !ok {
		s.leaves = slices.Insert(s.leaves, i, &leaf{no: no, edit: edit, full: 1 << w, words: []uint64{bit}})
		return s
	}
	l := s.leaves[i].own(edit)
	s.leaves[i] = l
	r := l.rank(w)
	if l.full&(1<<w) == 0 {
		l.full |= 1 << w
		l.words = slices.Insert(l.words, r, bit)
	} else {
		l.words[r] |= bit
	}
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
	l := s.leaves[i].own(edit)
	s.leaves[i] = l
	r := l.rank(w)
	if l.words[r] &^= 1 << (slot & 63); l.words[r] == 0 {
		l.full &^= 1 << w
		l.words = slices.Delete(l.words, r, r+1)
	}
	if l.full == 0 {
		s.leaves = slices.Delete(s.leaves, i, i+1)
	}
	return s
}

// own returns a set that this edit may change: itself or a copy.
func (s *set) own(edit uint64) *set {
	if s == nil {
		return &set{edit: edit}
	}
	if s.edit == edit {
		return s
	}
	c := &set{edit: edit, n: s.n, leaves: make([]*leaf, len(s.leaves), len(s.leaves)+1)}
	copy(c.leaves, s.leaves)
	return c
}

// own returns a leaf that this edit may change: itself or a copy.
func (l *leaf) own(edit uint64) *leaf {
	if l.edit == edit {
		return l
	}
	c := &leaf{no: l.no, edit: edit, full: l.full, words: make([]uint64, len(l.words), min(len(l.words)+1, 64))}
	copy(c.words, l.words)
	return c
}

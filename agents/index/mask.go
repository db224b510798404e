// SPDX-License-Identifier: Apache-2.0

package index

import "math/bits"

// mask is one leaf spread out, in which a query works: 64 words, of which those count whose bit is in full. A word that counts is not
// empty.
type mask struct {
	full  uint64
	words [64]uint64
}

// load makes m the leaf; nil is an empty one.
func (m *mask) load(l *leaf) {
	if l == nil {
		m.full = 0
		return
	}
	m.full = l.full
	for i, b := range &l.blocks {
		if b != nil {
			*(*[8]uint64)(m.words[8*i:]) = b.words // those that are empty do not count
		}
	}
}

// and keeps what is also in the leaf.
func (m *mask) and(l *leaf) {
	if l == nil {
		m.full = 0
		return
	}
	m.full &= l.full
	for f := m.full; f != 0; f &= f - 1 {
		w := bits.TrailingZeros64(f) & 63
		if m.words[w] &= l.blocks[w>>3].words[w&7]; m.words[w] == 0 {
			m.full &^= 1 << w
		}
	}
}

// not takes away what is in the leaf.
func (m *mask) not(l *leaf) {
	if l == nil {
		return
	}
	for f := m.full & l.full; f != 0; f &= f - 1 {
		w := bits.TrailingZeros64(f) & 63
		if m.words[w] &^= l.blocks[w>>3].words[w&7]; m.words[w] == 0 {
			m.full &^= 1 << w
		}
	}
}

// add takes in what is in the leaf and in within.
func (m *mask) add(l *leaf, within *mask) {
	if l == nil {
		return
	}
	for f := l.full & within.full; f != 0; f &= f - 1 {
		w := bits.TrailingZeros64(f) & 63
		both := l.blocks[w>>3].words[w&7] & within.words[w]
		if both == 0 {
			continue
		}
		if m.full&(1<<w) != 0 {
			both |= m.words[w]
		}
		m.words[w] = both
		m.full |= 1 << w
	}
}

// or takes in another mask.
func (m *mask) or(o *mask) {
	for f := o.full; f != 0; f &= f - 1 {
		w := bits.TrailingZeros64(f) & 63
		if m.full&(1<<w) != 0 {
			m.words[w] |= o.words[w]
		} else {
			m.words[w] = o.words[w]
		}
	}
	m.full |= o.full
}

// intersect keeps what is also in another mask.
func (m *mask) intersect(o *mask) {
	m.full &= o.full
	for f := m.full; f != 0; f &= f - 1 {
		w := bits.TrailingZeros64(f) & 63
		if m.words[w] &= o.words[w]; m.words[w] == 0 {
			m.full &^= 1 << w
		}
	}
}

// minus takes away what is in another mask.
func (m *mask) minus(o *mask) {
	for f := m.full & o.full; f != 0; f &= f - 1 {
		w := bits.TrailingZeros64(f) & 63
		if m.words[w] &^= o.words[w]; m.words[w] == 0 {
			m.full &^= 1 << w
		}
	}
}

// count returns how many slots are in the mask.
func (m *mask) count() int {
	n := 0
	for f := m.full; f != 0; f &= f - 1 {
		n += bits.OnesCount64(m.words[bits.TrailingZeros64(f)&63])
	}
	return n
}

// each calls yield with every slot of the mask of a leaf, in order, until it returns false.
func (m *mask) each(no uint32, yield func(slot uint32) bool) bool {
	for f := m.full; f != 0; f &= f - 1 {
		w := uint32(bits.TrailingZeros64(f))
		for word := m.words[w&63]; word != 0; word &= word - 1 {
			if !yield(no<<leafBits | w<<6 | uint32(bits.TrailingZeros64(word))) {
				return false
			}
		}
	}
	return true
}

// pack makes a leaf of a mask that is not empty.
func (m *mask) pack(no uint32) *leaf {
	l := &leaf{no: no, full: m.full}
	n := 0
	for i := range l.blocks {
		if m.full>>(8*i)&0xff != 0 {
			n++
		}
	}
	blocks := make([]block, n)
	for f := m.full; f != 0; f &= f - 1 {
		w := bits.TrailingZeros64(f) & 63
		if l.blocks[w>>3] == nil {
			l.blocks[w>>3], blocks = &blocks[0], blocks[1:]
		}
		l.blocks[w>>3].words[w&7] = m.words[w]
	}
	return l
}

// union takes in what is in the leaf.
func (m *mask) union(l *leaf) {
	if l == nil {
		return
	}
	for f := l.full; f != 0; f &= f - 1 {
		w := bits.TrailingZeros64(f) & 63
		if m.full&(1<<w) != 0 {
			m.words[w] |= l.blocks[w>>3].words[w&7]
		} else {
			m.words[w] = l.blocks[w>>3].words[w&7]
		}
	}
	m.full |= l.full
}

// drop takes out one slot, if it is one of this leaf.
func (m *mask) drop(no, slot uint32) {
	w, bit := slot>>6&63, uint64(1)<<(slot&63)
	if slot>>leafBits == no && m.full&(1<<w) != 0 {
		if m.words[w] &^= bit; m.words[w] == 0 {
			m.full &^= 1 << w
		}
	}
}

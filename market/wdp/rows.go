// SPDX-License-Identifier: Apache-2.0

package wdp

import "math/bits"

// batch is how many nodes of this search count as one of the budget.
const batch = 64

// step looks at a batch of nodes and reports whether none is left.
func (s *items) step() bool {
	s.part.solve.nodes++
	for range batch {
		if s.depth == 0 {
			return true
		}
		if s.fresh {
			s.look()
		} else {
			s.advance()
		}
	}
	return s.depth == 0
}

// pop ends the level on top.
func (s *items) pop() {
	s.depth--
	s.fresh = false
	if s.depth > 0 {
		last := len(s.chosen) - 1
		s.taken -= s.m.price[s.bids[s.chosen[last]]]
		s.chosen = s.chosen[:last]
	}
}

// leaf ends the level on top because nothing better is below it.
func (s *items) leaf() {
	s.proof.leaf(s.vector)
	s.pop()
}

// look chooses the row of the level on top: the one with the fewest ways to go on. Rows that nobody is left for are counted as lost.
func (s *items) look() {
	s.fresh = false
	l := &s.stack[s.depth-1]
	l.row, l.next, l.child = -1, 0, false
	room := s.room(l.lost)
	if room < 0 {
		s.leaf()
		return
	}
	limit := s.within(room)
	full, rest := limit/64, uint64(1)<<(limit%64)-1
	best := int(^uint(0) >> 1)
	for w, x := range l.rows {
		for ; x != 0; x &= x - 1 {
			k := w*64 + bits.TrailingZeros64(x)
			if s.price[k] == 0 && l.row >= 0 {
				break // rows are ordered by price: from here on, none costs anything
			}
			in := s.holds[k]
			n := 0
			for i := 0; i < full; i++ {
				n += bits.OnesCount64(in[i] & l.open[i])
			}
			if rest != 0 {
				n += bits.OnesCount64(in[full] & l.open[full] & rest)
			}
			s.work += int64(full) + 2
			if n == 0 && s.price[k] == 0 {
				l.rows[w] &^= 1 << (k % 64)
				continue
			}
			if s.price[k] <= room {
				n++
			}
			if n < best {
				best, l.row = n, k
				if n <= 1 {
					break
				}
			}
		}
		if best <= 1 {
			break
		}
	}
	if l.row >= 0 {
		return
	}
	// Every row is decided: what was chosen is a choice of its own.
	if s.taken > s.part.best.worth {
		choice := make([]int32, len(s.chosen))
		for i, c := range s.chosen {
			choice[i] = s.bids[c]
		}
		s.part.offer(s.m, choice)
	}
	s.leaf()
}

// following returns the first bid of a row that is open, from next on and below limit, or -1.
func (s *items) following(in, open []uint64, next, limit int) int {
	for w := next / 64; w*64 < limit; w++ {
		x := in[w] & open[w]
		if w == next/64 {
			x &= ^uint64(0) << (next % 64)
		}
		if x != 0 {
			if i := w*64 + bits.TrailingZeros64(x); i < limit {
				return i
			}
			return -1
		}
	}
	return -1
}

// advance takes the next bid of the level's row, or nobody.
func (s *items) advance() {
	l := &s.stack[s.depth-1]
	if l.child {
		// The bid that was looked at loses from here on.
		l.open[l.next/64] &^= 1 << (l.next % 64)
		l.next++
		l.child = false
	}
	room := s.room(l.lost)
	if room < 0 {
		s.leaf()
		return
	}
	limit := s.within(room)
	in := s.holds[l.row]
	if i := s.following(in, l.open, l.next, limit); i >= 0 {
		l.next, l.child = i, true
		s.proof.branch(s.m, s.bids[i])
		down := s.push()
		l = &s.stack[s.depth-2]
		for w, beside := range s.beside[i] {
			down.open[w] = l.open[w] &^ beside
		}
		for w, covers := range s.covers[i] {
			down.rows[w] = l.rows[w] &^ covers
		}
		down.lost = l.lost + s.loss[i]
		s.chosen = append(s.chosen, int32(i))
		s.taken += s.m.price[s.bids[i]]
		s.fresh = true
		s.work += int64(3*s.width) + 40
		return
	}
	// Nobody gets it: the bids that are left lose too much, and then so does the row.
	if s.proof.on {
		var out []int32
		each(in, func(i int) {
			if l.open[i/64]>>(i%64)&1 == 1 {
				out = append(out, s.bids[i])
			}
		})
		s.proof.drop(s.vector, s.m, out)
	}
	for w, x := range in {
		l.open[w] &^= x
	}
	l.rows[l.row/64] &^= 1 << (l.row % 64)
	l.lost += s.price[l.row]
	s.fresh = true
	s.work += int64(2*s.width) + 20
}

// open returns the bound of all that has not been looked at: of the root as a whole.
func (s *items) open() int64 { return s.bound.whole(s.unit) }

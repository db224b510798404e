// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"cmp"
	"math/bits"
	"slices"
)

// items is the search that looks at goods: who gets this one, or nobody? It uses the prices of the root all the way: choosing a bid costs what
// its rows are worth above its price, leaving a row empty costs the row. What is left of the gap between bound and best is all that may be
// lost on the way down. Nodes are some thousand times cheaper than those of the relaxation, and that is its chance.
type items struct {
	part   *part
	m      *model
	unit   int64
	bound  total // of the root
	bids   []int32
	loss   []int64    // of each bid, rising
	row    []int32    // rows worth something, and the others behind them
	price  []int64    // of each of them
	holds  [][]uint64 // bids of each row
	beside [][]uint64 // bids that a bid excludes, and itself
	covers [][]uint64 // rows of each bid
	width  int
	stack  []level
	depth  int
	chosen []int32
	taken  int64
	work   int64
	vector int64
	proof  recorder
	fresh  bool // the level on top has not been looked at
}

// level is a node that waits for its children: bids of one row in turn, and then nobody.
type level struct {
	open  []uint64 // bids not excluded and not refused
	rows  []uint64 // rows not decided
	lost  int64
	row   int
	next  int
	child bool // a child is being looked at; its bid is the last chosen
}

// newItems returns the search over what the root has left, or nil if there is too much of it.
func newItems(r *relaxation) *items {
	m := r.m
	if len(m.price) > 1<<12 || r.last.lost {
		return nil
	}
	s := &items{part: r.part, m: m, unit: r.part.solve.unit, bound: r.last}
	s.proof = recorder{on: r.proof.on, names: r.proof.names, tree: slices.Clone(r.proof.tree), vectors: slices.Clone(r.proof.vectors)}
	s.vector = s.proof.vector(m, r.y)
	loss := make([]int64, len(m.price))
	for j, price := range m.price {
		left := -price * s.unit
		for _, row := range m.rows[j] {
			left += r.y[row]
		}
		loss[j] = max(0, left)
		if r.off[j] == 0 {
			s.bids = append(s.bids, int32(j))
		}
	}
	slices.SortFunc(s.bids, func(a, b int32) int { return cmp.Or(cmp.Compare(loss[a], loss[b]), cmp.Compare(a, b)) })
	place := make([]int, len(m.price))
	for i := range place {
		place[i] = -1
	}
	for i, j := range s.bids {
		place[j] = i
		s.loss = append(s.loss, loss[j])
	}
	for row := range m.members {
		s.row = append(s.row, int32(row))
	}
	slices.SortFunc(s.row, func(a, b int32) int { return cmp.Or(cmp.Compare(r.y[b], r.y[a]), cmp.Compare(a, b)) })
	s.width = (len(s.bids) + 63) / 64
	for range s.bids {
		s.beside = append(s.beside, make([]uint64, s.width))
		s.covers = append(s.covers, make([]uint64, (len(s.row)+63)/64))
	}
	for k, row := range s.row {
		s.price = append(s.price, r.y[row])
		in := make([]uint64, s.width)
		for _, j := range m.members[row] {
			if i := place[j]; i >= 0 {
				in[i/64] |= 1 << (i % 64)
				s.covers[i][k/64] |= 1 << (k % 64)
			}
		}
		s.holds = append(s.holds, in)
	}
	for k, in := range s.holds {
		_ = k
		each(in, func(i int) {
			for w, x := range in {
				s.beside[i][w] |= x
			}
		})
	}
	top := s.push()
	for i := range s.bids {
		top.open[i/64] |= 1 << (i % 64)
	}
	for k := range s.row {
		top.rows[k/64] |= 1 << (k % 64)
	}
	top.lost = 0
	s.fresh = true
	return s
}

// each calls visit with every member of a set, rising.
func each(set []uint64, visit func(int)) {
	for w, x := range set {
		for ; x != 0; x &= x - 1 {
			visit(w*64 + bits.TrailingZeros64(x))
		}
	}
}

// push returns a level on top of the stack, with room for its sets.
func (s *items) push() *level {
	if s.depth == len(s.stack) {
		s.stack = append(s.stack, level{open: make([]uint64, s.width), rows: make([]uint64, (len(s.row)+63)/64)})
	}
	s.depth++
	return &s.stack[s.depth-1]
}

// room returns how much more may be lost than is lost already, or a negative number.
func (s *items) room(lost int64) int64 {
	return s.bound.sum - (s.part.best.worth+1)*s.unit - lost
}

// within returns how many of the bids, by rising loss, lose no more than room.
func (s *items) within(room int64) int {
	n, _ := slices.BinarySearchFunc(s.loss, room, func(have, want int64) int {
		if have <= want {
			return -1
		}
		return 1
	})
	return n
}

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
	for i := l.next; i < limit; i++ {
		if (in[i/64]&l.open[i/64])>>(i%64)&1 == 0 {
			continue
		}
		l.next, l.child = i, true
		s.proof.branch(s.m, s.bids[i])
		down := s.push()
		l = &s.stack[s.depth-2]
		for w := range down.open {
			down.open[w] = l.open[w] &^ s.beside[i][w]
		}
		for w := range down.rows {
			down.rows[w] = l.rows[w] &^ s.covers[i][w]
		}
		down.lost = l.lost + s.loss[i]
		s.chosen = append(s.chosen, int32(i))
		s.taken += s.m.price[s.bids[i]]
		s.fresh = true
		s.work += int64(2 * s.width)
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
	s.work += int64(s.width) + 4
}

// open returns the bound of all that has not been looked at: of the root as a whole.
func (s *items) open() int64 { return s.bound.whole(s.unit) }

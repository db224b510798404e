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
	s.proof = recorder{on: r.proof.on, names: r.proof.names, tree: slices.Clone(r.proof.tree), vectors: slices.Clone(r.proof.vectors), size: r.proof.size}
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
	for _, in := range s.holds {
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

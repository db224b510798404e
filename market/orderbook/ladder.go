// SPDX-License-Identifier: Apache-2.0

package orderbook

import "math/bits"

const none = int32(-1)

// level is all orders at one price, the earliest first. Levels are linked by price.
type level struct {
	tick         uint64
	quantity     int64
	head, tail   int32
	below, above int32 // the neighbours in price
	count        int32
}

// rung is a node of the tree over ticks: six bits of them. At the bottom its children are levels.
type rung struct {
	used  uint64 // which children there are
	child [64]int32
}

// ladder finds the level of a price in as many steps as the largest tick has groups of six bits, and its neighbours as fast. Rungs and
// levels that are no longer needed are used again, so that a book that does not grow allocates nothing.
type ladder struct {
	rungs     []rung
	freeRung  []int32
	levels    []level
	freeLevel []int32
	root      int32
	height    int // of the root; 1 has levels as its children
	lowest    int32
	highest   int32
}

func newLadder() ladder { return ladder{root: none, lowest: none, highest: none} }

func (l *ladder) newRung() int32 {
	if n := len(l.freeRung); n > 0 {
		i := l.freeRung[n-1]
		l.freeRung = l.freeRung[:n-1]
		return i
	}
	l.rungs = append(l.rungs, rung{})
	return int32(len(l.rungs) - 1)
}

func (l *ladder) newLevel(tick uint64) int32 {
	v := level{tick: tick, head: none, tail: none, below: none, above: none}
	if n := len(l.freeLevel); n > 0 {
		i := l.freeLevel[n-1]
		l.freeLevel = l.freeLevel[:n-1]
		l.levels[i] = v
		return i
	}
	l.levels = append(l.levels, v)
	return int32(len(l.levels) - 1)
}

// at returns the level of a tick, and makes it where there is none.
func (l *ladder) at(tick uint64) int32 {
	if l.root == none {
		l.root, l.height = l.newRung(), max(1, (bits.Len64(tick)+5)/6)
	}
	for l.height < 11 && tick>>(6*l.height) != 0 {
		r := l.newRung()
		l.rungs[r].used, l.rungs[r].child[0] = 1, l.root
		l.root = r
		l.height++
	}
	// under and over are the last branches that we leave behind on the way down: below them are the neighbours.
	at, under, over, underHeight, overHeight := l.root, none, none, 0, 0
	for h := l.height - 1; ; h-- {
		r := &l.rungs[at]
		s := tick >> (6 * h) & 63
		if less := r.used & (1<<s - 1); less != 0 {
			under, underHeight = r.child[63-bits.LeadingZeros64(less)], h
		}
		if more := r.used >> s >> 1; more != 0 {
			over, overHeight = r.child[int(s)+1+bits.TrailingZeros64(more)], h
		}
		if r.used>>s&1 != 0 {
			at = r.child[s]
			if h == 0 {
				return at
			}
			continue
		}
		var c int32
		if h == 0 {
			c = l.newLevel(tick)
		} else {
			c = l.newRung() // moves the rungs: r is not good any more
		}
		l.rungs[at].used |= 1 << s
		l.rungs[at].child[s] = c
		if at = c; h == 0 {
			break
		}
	}
	for ; under != none && underHeight > 0; underHeight-- {
		under = l.rungs[under].child[63-bits.LeadingZeros64(l.rungs[under].used)]
	}
	for ; over != none && overHeight > 0; overHeight-- {
		over = l.rungs[over].child[bits.TrailingZeros64(l.rungs[over].used)]
	}
	l.link(under, at)
	l.link(at, over)
	return at
}

// link makes two levels neighbours; none is the end.
func (l *ladder) link(low, high int32) {
	if low == none {
		l.lowest = high
	} else {
		l.levels[low].above = high
	}
	if high == none {
		l.highest = low
	} else {
		l.levels[high].below = low
	}
}

// drop forgets a level that has no orders.
func (l *ladder) drop(i int32) {
	v := &l.levels[i]
	l.link(v.below, v.above)
	l.freeLevel = append(l.freeLevel, i)
	var path [11]int32
	at := l.root
	for h := l.height - 1; h >= 0; h-- {
		path[h] = at
		at = l.rungs[at].child[v.tick>>(6*h)&63]
	}
	for h := 0; h < l.height; h++ {
		r := &l.rungs[path[h]]
		if r.used &^= 1 << (v.tick >> (6 * h) & 63); r.used != 0 {
			return
		}
		l.freeRung = append(l.freeRung, path[h])
	}
	l.root = none
}

// SPDX-License-Identifier: Apache-2.0

package cert

import (
	"math"
	"math/bits"
	"strconv"
)

// walker goes through the trees of all parts, one after another. Bids are out when they lose, win, or exclude a winner; rows count the bids
// that are not out. Parts share no rows, so what a part leaves behind is none of the next one's.
type walker struct {
	c       *checker
	part    *Part
	number  int // of the part, from 1
	where   string
	rows    []int   // of the part
	members [][]int // bids of the part in each row
	out     []bool
	trail   []int // bids in the order in which they went out
	live    []int // bids of each row that are not out
	taken   int64 // what the winners on the path pay
	prices  int   // the vector in force, or -1
	price   []int64
	surplus []int64 // of each bid over the prices of its rows, at least 0
	bound   sum     // prices of live rows and surpluses of bids that are not out
}

func newWalker(c *checker) *walker {
	n := len(c.problem.Bids)
	return &walker{
		c: c, members: make([][]int, c.count), out: make([]bool, n), live: make([]int, c.count), price: make([]int64, c.count),
		surplus: make([]int64, n),
	}
}

// sum is a signed number of 128 bits.
type sum struct {
	high int64
	low  uint64
}

func (s *sum) add(v int64) {
	low, carry := bits.Add64(s.low, uint64(v), 0)
	s.low = low
	s.high += v>>63 + int64(carry)
}

func at(what string, k int) string { return what + " " + strconv.Itoa(k) }

// walk shows that no set of bids of the part earns more than its bound.
func (w *walker) walk(k int, part *Part) error {
	w.part, w.number, w.where, w.prices = part, k+1, at("part", k), -1
	w.rows, w.trail, w.taken, w.bound = w.rows[:0], w.trail[:0], 0, sum{}
	if w.c.proof.Denominator < 1 || part.Bound < 0 {
		return refute(w.where, "a denominator below 1 or a bound below 0")
	}
	for _, i := range part.Bids {
		for _, r := range w.c.rows[i] {
			if w.live[r] == 0 {
				w.rows = append(w.rows, r)
			}
			w.members[r] = append(w.members[r], i)
			w.live[r]++
		}
	}
	end, err := w.tree(0, 0)
	if err == nil && end != len(part.Tree) {
		err = refute(w.where, "more than one tree")
	}
	return err
}

// tree proves the tree that begins at pos and returns where it ends. Whatever it changes it undoes.
func (w *walker) tree(pos, depth int) (int, error) {
	mark := len(w.trail)
	defer func() { w.undo(mark) }()
	for {
		if pos+2 > len(w.part.Tree) || depth > len(w.part.Bids) {
			return 0, refute(w.where, "the tree is cut off")
		}
		kind, v := w.part.Tree[pos], w.part.Tree[pos+1]
		pos += 2
		if kind != Branch {
			if err := w.load(v); err != nil {
				return 0, err
			}
		}
		switch kind {
		case Leaf:
			if !w.below(w.bound) {
				return 0, refute(w.where, "a leaf is worth more than the bound")
			}
			return pos, nil
		case Drop:
			if pos >= len(w.part.Tree) || w.part.Tree[pos] < 0 || w.part.Tree[pos] > int64(len(w.part.Tree)-pos-1) {
				return 0, refute(w.where, "the tree is cut off")
			}
			count := int(w.part.Tree[pos])
			pos++
			for _, x := range w.part.Tree[pos : pos+count] {
				if !w.open(x) {
					return 0, refute(w.where, "a bid is dropped that is not open")
				}
				if !w.refused(int(x)) {
					return 0, refute(w.where, "a bid is dropped that could be worth more than the bound")
				}
				w.remove(int(x))
			}
			pos += count
		case Branch:
			if !w.open(v) {
				return 0, refute(w.where, "a branch on a bid that is not open")
			}
			before, price := len(w.trail), w.c.problem.Bids[v].Price
			w.win(int(v))
			w.taken += price
			next, err := w.tree(pos, depth+1)
			if err != nil {
				return 0, err
			}
			w.taken -= price
			w.undo(before)
			// The losing side goes on in this loop, so that a long chain of losers needs no stack.
			w.remove(int(v))
			pos = next
		default:
			return 0, refute(w.where, "an unknown node")
		}
	}
}

// open reports whether a bid belongs to the part and is not out.
func (w *walker) open(x int64) bool {
	return x >= 0 && x < int64(len(w.out)) && w.c.part[x] == w.number && !w.out[x]
}

// win puts a bid out, and all that it excludes.
func (w *walker) win(b int) {
	for _, r := range w.c.rows[b] {
		if w.live[r] == 0 {
			continue
		}
		for _, o := range w.members[r] {
			if !w.out[o] {
				w.remove(o)
			}
		}
	}
}

// remove puts a bid out that is not.
func (w *walker) remove(b int) {
	w.out[b] = true
	w.trail = append(w.trail, b)
	if w.surplus[b] != 0 {
		w.bound.add(-w.surplus[b])
	}
	for _, r := range w.c.rows[b] {
		if w.live[r]--; w.live[r] == 0 {
			w.bound.add(-w.price[r])
		}
	}
}

// undo brings back the bids that went out since a mark.
func (w *walker) undo(mark int) {
	for _, b := range w.trail[mark:] {
		w.out[b] = false
		if w.surplus[b] != 0 {
			w.bound.add(w.surplus[b])
		}
		for _, r := range w.c.rows[b] {
			if w.live[r]++; w.live[r] == 1 {
				w.bound.add(w.price[r])
			}
		}
	}
	w.trail = w.trail[:mark]
}

// load puts a price vector in force. Every number is kept so small that no sum here passes its 64 bits, and the bound has 128.
func (w *walker) load(v int64) error {
	if v < 0 || v >= int64(len(w.part.Prices)) || len(w.part.Prices[v])%2 != 0 {
		return refute(w.where, "no such prices")
	}
	if int(v) == w.prices {
		return nil
	}
	w.prices = int(v)
	for _, r := range w.rows {
		w.price[r] = 0
	}
	vector := w.part.Prices[v]
	for i := 0; i < len(vector); i += 2 {
		r, y := vector[i], vector[i+1]
		if r < 0 || r >= int64(w.c.count) || y < 0 {
			return refute(w.where, "an unknown row or a negative price")
		}
		w.price[r] = y
	}
	w.bound = sum{}
	for _, r := range w.rows {
		if w.live[r] > 0 {
			w.bound.add(w.price[r])
		}
	}
	for _, b := range w.part.Bids {
		high, rest := bits.Mul64(uint64(w.c.problem.Bids[b].Price), uint64(w.c.proof.Denominator))
		if high != 0 || rest > math.MaxInt64 {
			return refute(w.where, "a denominator too large for these bids")
		}
		left := int64(rest)
		for _, r := range w.c.rows[b] {
			if left -= min(left, w.price[r]); left == 0 {
				break
			}
		}
		w.surplus[b] = left
		if !w.out[b] {
			w.bound.add(left)
		}
	}
	return nil
}

// refused reports whether nothing with this open bid is worth more than the part's bound: its price is taken for sure, the prices of its rows
// and its surplus no longer count. That others leave with it is not needed for it.
func (w *walker) refused(b int) bool {
	with := w.bound
	with.add(-w.surplus[b])
	with.add(w.c.problem.Bids[b].Price * w.c.proof.Denominator) // fits: load has seen to it
	for _, r := range w.c.rows[b] {
		with.add(-w.price[r])
	}
	return w.below(with)
}

// below reports whether what is taken and a bound of what is open come to less than one unit above the part's bound: prices are whole.
func (w *walker) below(open sum) bool {
	room := w.part.Bound - w.taken // both between 0 and 2^63
	if room < 0 {
		return false
	}
	high, low := bits.Mul64(uint64(room)+1, uint64(w.c.proof.Denominator))
	return open.high < 0 || uint64(open.high) < high || uint64(open.high) == high && open.low < low
}

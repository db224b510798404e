// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"math"

	"mabeam.dev/market/wdp/cert"
)

// total is a bound in units of 1/unit, or beyond counting.
type total struct {
	sum  int64
	lost bool
}

// whole returns the largest whole revenue that the bound allows.
func (t total) whole(unit int64) int64 {
	if t.lost {
		return math.MaxInt64
	}
	return t.sum / unit
}

func (t *total) add(v int64) {
	if t.sum > math.MaxInt64-v {
		t.lost = true
		return
	}
	t.sum += v
}

// bounded returns the bound that row prices y give when taken is sure and bids with off > 0 are not looked at: prices of the rows of the rest,
// and what a bid pays above the prices of its rows. It is valid for any y of which none is negative.
func (m *model) bounded(y []int64, unit, taken int64, off []int32) total {
	t := total{}
	t.add(taken * unit)
	live := make([]bool, len(y))
	for j, price := range m.price {
		if off != nil && off[j] > 0 {
			continue
		}
		left := price * unit
		for _, r := range m.rows[j] {
			if !live[r] {
				live[r] = true
				t.add(y[r])
			}
			left -= min(max(left, 0), y[r])
		}
		if left > 0 {
			t.add(left)
		}
	}
	return t
}

// recorder writes the search tree of a proof.
type recorder struct {
	on      bool
	names   []int // of the part's bids, in the problem
	vectors [][]int64
	tree    []int64
	size    int // numbers in both
}

// vector keeps prices and returns their number.
func (r *recorder) vector(m *model, y []int64) int64 {
	if !r.on {
		return 0
	}
	var v []int64
	for row, price := range y {
		if price > 0 {
			v = append(v, int64(m.label[row]), price)
		}
	}
	r.vectors = append(r.vectors, v)
	r.size += len(v)
	return int64(len(r.vectors) - 1)
}

func (r *recorder) leaf(vector int64) {
	if r.on {
		r.tree = append(r.tree, cert.Leaf, vector)
		r.size += 2
	}
}

func (r *recorder) branch(m *model, j int32) {
	if r.on {
		r.tree = append(r.tree, cert.Branch, int64(r.names[m.name[j]]))
		r.size += 2
	}
}

func (r *recorder) drop(vector int64, m *model, bids []int32) {
	if !r.on || len(bids) == 0 {
		return
	}
	r.tree = append(r.tree, cert.Drop, vector, int64(len(bids)))
	r.size += 3 + len(bids)
	for _, j := range bids {
		r.tree = append(r.tree, int64(r.names[m.name[j]]))
	}
}

// take makes the tree of another recorder this one's.
func (r *recorder) take(o *recorder) { r.vectors, r.tree = o.vectors, o.tree }

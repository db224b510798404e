// SPDX-License-Identifier: Apache-2.0

package wdp

import "math"

// whole is how near a part of a bid is to all or nothing to count as such; the raised right side of the program stays far below it.
const whole = 1e-4

// learn notes what the last branch has cost.
func (r *relaxation) learn() {
	if len(r.path) == 0 {
		return
	}
	f := &r.path[len(r.path)-1]
	side, part := 1, 1-f.value
	if f.losing {
		side, part = 0, f.value
	}
	if part < whole || r.last.lost || f.from.lost {
		return
	}
	loss := float64(max(0, f.from.sum-r.last.sum)) / part
	n := &r.counts[side][f.bid]
	*n++
	r.losses[side][f.bid] += (loss - r.losses[side][f.bid]) / float64(*n)
}

// pick returns the bid to branch on, and the part of it that wins in the program: one that costs much on both sides as far as is known, and
// otherwise one whose part is far from all and nothing. It returns -1 if no bid is open.
func (r *relaxation) pick() (int32, float64) {
	var known [2]float64
	var n [2]float64
	for side := range known {
		for j, c := range r.counts[side] {
			if c > 0 {
				known[side] += r.losses[side][j]
				n[side]++
			}
		}
		if n[side] > 0 {
			known[side] /= n[side]
		}
	}
	best, at, part := -1.0, int32(-1), 0.0
	r.t.Basic(func(b int, v float64) bool {
		j := int32(b)
		if r.off[j] > 0 || v < whole || v > 1-whole {
			return true
		}
		loss := [2]float64{known[0], known[1]}
		for side := range loss {
			if r.counts[side][j] > 0 {
				loss[side] = r.losses[side][j]
			}
		}
		down, up := float64(v*max(loss[0], 1)), float64((1-v)*max(loss[1], 1))
		score := float64(down * up)
		if score > best || score == best && j < at {
			best, at, part = score, j, v
		}
		return true
	})
	if at >= 0 {
		return at, part
	}
	for j := range r.m.price {
		if r.off[j] == 0 && (at < 0 || r.t.Value(j) > part) {
			at, part = int32(j), r.t.Value(j)
		}
	}
	return at, math.Min(part, 1)
}

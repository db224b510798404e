// SPDX-License-Identifier: Apache-2.0

package simplex

import "math"

// repair is the dual method: it drives columns that are off out of the basis, and values up to zero, while no reduced cost becomes positive.
// The worth of the program only falls on the way; below enough it ends. What is Solved here is for
// the primal method to finish.
func (t *Tableau) repair(enough float64, stop func() bool) Outcome {
	worth := 0.0
	for r, y := range t.dual {
		worth += float64(y * t.side[r])
	}
	for range 10*t.m + 100 { // there is always an end, but for rounding
		if t.asks(stop) {
			return Stopped
		}
		if t.sinceFresh >= 400 {
			t.refresh()
		}
		p := t.worst()
		if p < 0 {
			return Solved
		}
		t.rowOf(p)
		q := t.give(t.value[p] > 0)
		if q < 0 {
			return Solved
		}
		t.enter(q)
		element := t.entering[p]
		if math.Abs(element) < firm || math.Abs(element-t.crossing(q)) > 1e-7 {
			if t.sinceFresh == 0 {
				return Solved
			}
			t.refresh()
			continue
		}
		gain := -t.loss(q)
		worth += float64(gain * t.value[p] / element)
		t.exchange(q, p, gain)
		if worth < enough {
			return Enough
		}
	}
	return Solved
}

// worst returns the position that is furthest from where it has to be, or -1.
func (t *Tableau) worst() int {
	at, size := -1, feasible
	for p, v := range t.value {
		wrong := -v
		if v > 0 && t.stuck(int32(p)) {
			wrong = v
		}
		if wrong > size {
			at, size = p, wrong
		}
	}
	t.work += int64(t.m) / 2
	return at
}

// loss is what one unit of a variable that is not in the basis costs: not negative at the optimum.
func (t *Tableau) loss(v int) float64 {
	if v < t.n {
		return -t.gain[v]
	}
	return t.dual[v-t.n]
}

// crossing is the element of a variable in the loaded row.
func (t *Tableau) crossing(v int) float64 {
	if v < t.n {
		return t.across[v]
	}
	return t.leaving[v-t.n]
}

// give returns the variable that enters in place of the loaded row's, or -1: the one that costs least for each unit by which it moves that
// row down, or up; among those that cost about as little, the one with the largest element.
func (t *Tableau) give(down bool) int {
	sign := -1.0
	if down {
		sign = 1
	}
	least := math.Inf(1)
	for j, a := range t.across {
		if a *= sign; a > firm && !t.off[j] && t.place[j] < 0 {
			least = min(least, (max(-t.gain[j], 0)+optimal)/a)
		}
	}
	for _, r := range t.touched {
		if a := sign * t.leaving[r]; a > firm && t.place[t.n+int(r)] < 0 {
			least = min(least, (max(t.dual[r], 0)+optimal)/a)
		}
	}
	at, size := -1, 0.0
	for j, a := range t.across {
		if a *= sign; a > size && a > firm && !t.off[j] && t.place[j] < 0 && max(-t.gain[j], 0)/a <= least {
			at, size = j, a
		}
	}
	for _, r := range t.touched {
		if a := sign * t.leaving[r]; a > size && a > firm && t.place[t.n+int(r)] < 0 && max(t.dual[r], 0)/a <= least {
			at, size = t.n+int(r), a
		}
	}
	t.work += int64(t.n) / 2
	return at
}

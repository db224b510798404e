// SPDX-License-Identifier: Apache-2.0

package simplex

import "math"

// Start puts a set of columns that share no row into the basis of a fresh tableau, each with the value that its rows leave it: a good answer
// in whole numbers is a better beginning than none.
func (t *Tableau) Start(columns []int) {
	for _, j := range columns {
		if t.place[j] >= 0 || t.off[j] {
			continue
		}
		t.enter(j)
		if p := t.limit(); p >= 0 {
			t.pivot(j, p)
		}
	}
	t.reprice()
}

// Outcome is how a Solve ended.
type Outcome int

const (
	// Solved means that nothing improves.
	Solved Outcome = iota
	// Enough means that the duals show the program to be worth less than was asked for; there is more to do before it is solved.
	Enough
	// Stopped means that stop ended it.
	Stopped
)

// Solve pivots until nothing improves, or until stop, asked now and then, says so. It may end as soon as the duals show that the program is
// worth less than enough.
func (t *Tableau) Solve(enough float64, stop func() bool) Outcome {
	if o := t.repair(enough/t.scale, stop); o != Solved {
		return o
	}
	return t.improve(stop)
}

// patience is how much work is done before stop is asked again: a fraction of a millisecond.
const patience = 1 << 19

// asks asks stop, if it is time to, and returns its answer.
func (t *Tableau) asks(stop func() bool) bool {
	if stop == nil || t.work-t.asked < patience {
		return false
	}
	t.asked = t.work
	return stop()
}

// improve is the primal method.
func (t *Tableau) improve(stop func() bool) Outcome {
	for i := range t.weight {
		t.weight[i] = 1
	}
	checked := false
	for range 50*(t.m+t.n) + 1000 { // there is always an end, but for rounding
		if t.asks(stop) {
			return Stopped
		}
		if t.sinceFresh >= 400 {
			t.refresh()
		}
		q := t.choose()
		if q < 0 {
			if checked {
				return Solved
			}
			// The sums that were kept along the way are made anew; what rounding hid shows now.
			t.reprice()
			checked = true
			continue
		}
		checked = false
		t.enter(q)
		if q < t.n {
			have := t.cost[q]
			for _, p := range t.hits {
				have -= float64(t.earns(t.basic[p]) * t.entering[p])
			}
			if math.Abs(have-t.gain[q]) > 1e-8 {
				// The kept figure has drifted.
				t.gain[q] = have
				if have <= optimal {
					t.reprice()
					if t.gain[q] > optimal {
						t.refresh()
					}
					continue
				}
			}
		}
		p := t.limit()
		if p < 0 {
			// A packing program is bounded: only rounding can say otherwise.
			t.refresh()
			t.enter(q)
			if p = t.limit(); p < 0 {
				return Solved
			}
		}
		t.pivot(q, p)
	}
	return Solved
}

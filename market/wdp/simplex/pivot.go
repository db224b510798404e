// SPDX-License-Identifier: Apache-2.0

package simplex

import "math"

// Set switches columns off or on. What is off does not enter, and Solve drives it out of the basis. A column that is switched on must not be
// one that would have entered in the meantime: Load comes back to where it was on.
func (t *Tableau) Set(columns []int32, off bool) {
	for _, j := range columns {
		t.off[j] = off
	}
}

// rowOf loads row p of the inverse, and that row in terms of the columns.
func (t *Tableau) rowOf(p int) {
	m := t.m
	t.touched = t.touched[:0]
	for r := range m {
		v := t.inverse[r*m+p]
		t.leaving[r] = v
		if v != 0 {
			t.touched = append(t.touched, int32(r))
		}
	}
	clear(t.across)
	t.work += int64(m + t.n/4)
	for _, r := range t.touched {
		v := t.leaving[r]
		for _, j := range t.members[r] {
			t.across[j] += v
		}
		t.work += int64(len(t.members[r]))
	}
}

// choose returns the variable that enters, or -1 at the optimum.
func (t *Tableau) choose() int {
	best, at := 0.0, -1
	for j, g := range t.gain {
		if g > optimal && !t.off[j] && t.place[j] < 0 {
			if s := float64(g*g) / t.weight[j]; s > best {
				best, at = s, j
			}
		}
	}
	for r, y := range t.dual {
		if y < -optimal && t.place[t.n+r] < 0 {
			if s := float64(y*y) / t.weight[t.n+r]; s > best {
				best, at = s, t.n+r
			}
		}
	}
	t.work += int64(t.n+t.m) / 2
	return at
}

// enter loads the column of a variable in terms of the basis.
func (t *Tableau) enter(q int) {
	m := t.m
	a := t.entering
	if q >= t.n {
		copy(a, t.inverse[(q-t.n)*m:(q-t.n+1)*m])
		t.work += int64(m)
	} else {
		for i, r := range t.columns[q] {
			col := t.inverse[int(r)*m : int(r)*m+m]
			if i == 0 {
				copy(a, col)
				continue
			}
			for p, v := range col {
				a[p] += v
			}
		}
		t.work += int64(m * len(t.columns[q]) / 2)
	}
	t.hits = t.hits[:0]
	for p, v := range a {
		if nonzero(v) {
			t.hits = append(t.hits, int32(p))
		} else if v != 0 {
			a[p] = 0
		}
	}
}

// limit returns the position that blocks the entering variable first, or -1; among those that block about as early, the one with the
// largest element. A column that is off blocks at once, whichever way it would go.
func (t *Tableau) limit() int {
	most := math.Inf(1)
	for _, p := range t.hits {
		if a := t.blocks(p); a > firm {
			most = min(most, (t.above(p)+1e-11)/a)
		}
	}
	at, size := -1, 0.0
	for _, p := range t.hits {
		if a := t.blocks(p); a > firm && a > size && t.above(p)/a <= most {
			at, size = int(p), a
		}
	}
	return at
}

// blocks returns how strongly a position holds the entering variable back; 0 or less if it does not.
func (t *Tableau) blocks(p int32) float64 {
	if t.stuck(p) {
		return math.Abs(t.entering[p])
	}
	return t.entering[p]
}

// stuck reports whether the variable at a position is a column that is off.
func (t *Tableau) stuck(p int32) bool {
	v := t.basic[p]
	return int(v) < t.n && t.off[v]
}

// above returns how far the variable at a position may fall.
func (t *Tableau) above(p int32) float64 {
	if t.stuck(p) {
		return 0
	}
	return max(t.value[p], 0)
}

// pivot exchanges the entering variable with the one at position p.
func (t *Tableau) pivot(q, p int) {
	t.rowOf(p)
	t.exchange(q, p, -t.loss(q))
}

// exchange is pivot with the row of the inverse loaded.
func (t *Tableau) exchange(q, p int, gain float64) {
	m := t.m
	element := t.entering[p]
	ratio := gain / element
	ref := t.weight[q] / (element * element)
	for _, r := range t.touched {
		v := t.leaving[r]
		t.dual[r] += float64(ratio * v)
		if w := float64(float64(v*v) * ref); w > t.weight[t.n+int(r)] {
			t.weight[t.n+int(r)] = w
		}
	}
	for j, a := range t.across {
		if a == 0 {
			continue
		}
		t.gain[j] -= float64(ratio * a)
		if w := float64(float64(a*a) * ref); w > t.weight[j] {
			t.weight[j] = w
		}
	}
	out := t.basic[p]
	t.weight[out] = max(ref, 1)

	step := max(t.value[p]/element, 0)
	for _, i := range t.hits {
		t.value[i] -= float64(step * t.entering[i])
	}
	t.value[p] = step
	dense := len(t.hits)*3 > m
	for _, r := range t.touched {
		col := t.inverse[int(r)*m : int(r)*m+m]
		f := t.leaving[r] / element
		if math.Abs(f) < tiny {
			col[p] = 0
			continue
		}
		if dense {
			for i, a := range t.entering {
				col[i] -= float64(f * a)
			}
		} else {
			for _, i := range t.hits {
				v := col[i] - float64(f*t.entering[i])
				if !nonzero(v) {
					v = 0
				}
				col[i] = v
			}
		}
		col[p] = f
	}
	t.work += int64(len(t.touched) * min(m/2, len(t.hits)))
	t.basic[p], t.place[q], t.place[out] = int32(q), int32(p), -1
	if q < t.n {
		t.gain[q] = 0
	}
	if int(out) < t.n {
		t.gain[out] = -ratio
	}
	if q >= t.n {
		t.dual[q-t.n] = 0
	}
	t.pivots++
	t.sinceFresh++
}

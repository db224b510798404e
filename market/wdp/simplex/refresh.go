// SPDX-License-Identifier: Apache-2.0

package simplex

import "math"

// refresh builds the inverse of the basis anew from slacks: the columns of the basis are put in one by one, those with few rows first.
func (t *Tableau) refresh() {
	m, n := t.m, t.n
	columns := make([]int32, 0, m)
	stays := make([]bool, m) // rows whose slack is in the basis
	for _, v := range t.basic {
		if int(v) < n {
			columns = append(columns, v)
		} else {
			stays[int(v)-n] = true
		}
		t.place[v] = -1
	}
	clear(t.inverse)
	for r := range m {
		t.inverse[r*m+r] = 1
		t.basic[r], t.place[n+r] = int32(n+r), int32(r)
	}
	// A column goes into a row whose slack has to leave; singletons come first, which keeps the inverse thin.
	counts := make([]int32, m)
	inBasis := make(map[int32]bool, len(columns))
	for _, j := range columns {
		inBasis[j] = true
		for _, r := range t.columns[j] {
			counts[r]++
		}
	}
	queue := make([]int32, 0, m)
	for r, c := range counts {
		if c == 1 {
			queue = append(queue, int32(r))
		}
	}
	order := make([]int32, 0, len(columns))
	for len(queue) > 0 {
		r := queue[0]
		queue = queue[1:]
		if counts[r] != 1 {
			continue
		}
		for _, j := range t.members[r] {
			if !inBasis[j] {
				continue
			}
			delete(inBasis, j)
			order = append(order, j)
			for _, s := range t.columns[j] {
				if counts[s]--; counts[s] == 1 {
					queue = append(queue, s)
				}
			}
		}
	}
	// The last of a chain of singletons is the first that can go in without touching the others.
	for i, j := 0, len(order)-1; i < j; i, j = i+1, j-1 {
		order[i], order[j] = order[j], order[i]
	}
	rest := make([]int32, 0, len(inBasis))
	for _, j := range columns {
		if inBasis[j] {
			rest = append(rest, j)
		}
	}
	for _, j := range append(rest, order...) {
		t.enter(int(j))
		at, size := -1, firm
		for _, p := range t.hits {
			if a := math.Abs(t.entering[p]); int(t.basic[p]) >= n && !stays[p] && a > size {
				at, size = int(p), a
			}
		}
		if at < 0 {
			continue // depends on the others as far as these numbers can tell: its row keeps the slack
		}
		t.replace(int(j), at)
	}
	for p := range m {
		t.value[p] = 0
	}
	for r := range m {
		col := t.inverse[r*m : r*m+m]
		for p, v := range col {
			t.value[p] += float64(v * t.side[r])
		}
	}
	t.work += int64(m * m)
	t.sinceFresh = 0
	t.reprice()
}

// replace is pivot without values, duals and prices.
func (t *Tableau) replace(q, p int) {
	m := t.m
	element := t.entering[p]
	for r := range m {
		col := t.inverse[r*m : r*m+m]
		if col[p] == 0 {
			continue
		}
		f := col[p] / element
		for _, i := range t.hits {
			v := col[i] - float64(f*t.entering[i])
			if !nonzero(v) {
				v = 0
			}
			col[i] = v
		}
		col[p] = f
		t.work += int64(len(t.hits))
	}
	out := t.basic[p]
	t.basic[p], t.place[q], t.place[out] = int32(q), int32(p), -1
}

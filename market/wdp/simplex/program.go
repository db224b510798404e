// SPDX-License-Identifier: Apache-2.0

package simplex

import "math"

// Program is a packing program: maximise Cost·x subject to one row of ones for each resource, x ≥ 0. It is read once by New.
type Program struct {
	// Columns lists, for each variable, the rows in which it has the coefficient 1: not empty, without repetition.
	Columns [][]int32
	// Rows is how many rows there are; the right side of each is 1.
	Rows int
	// Cost is what one unit of each variable earns.
	Cost []float64
}

const (
	optimal  = 1e-9  // a reduced cost up to this is none; costs are scaled so that the dearest is 1
	tiny     = 1e-12 // what is smaller in the inverse is taken for zero
	feasible = 1e-9  // a value up to this is none
	firm     = 1e-7  // no smaller element is pivoted on
)

// Tableau is a program together with a basis of it that is feasible, and stays so. One goroutine owns it.
//
// The right side is raised a little and unevenly, which makes a tie between two rows, and so a circle of pivots, next to impossible.
type Tableau struct {
	columns, members [][]int32 // rows of a column, columns of a row
	n, m             int
	cost             []float64 // scaled
	scale            float64
	side             []float64 // the raised right side

	basic   []int32   // variable of each position; n+r is the slack of row r
	place   []int32   // position of each variable, or -1
	value   []float64 // of the basic variable at each position
	inverse []float64 // of the basis, column by column
	dual    []float64 // of each row
	gain    []float64 // reduced cost of each column
	weight  []float64 // of each variable, for pricing
	off     []bool    // columns that may not enter

	entering []float64 // the column that enters, in terms of the basis
	leaving  []float64 // the row of the inverse that leaves
	across   []float64 // that row in terms of the columns
	hits     []int32   // where entering is not zero
	touched  []int32   // where leaving is not zero

	pivots, work, asked int64
	sinceFresh          int
}

// New returns the tableau of a program at the basis of slacks. Costs that are not positive never enter.
func New(p Program) *Tableau {
	n, m := len(p.Columns), p.Rows
	t := &Tableau{
		columns: p.Columns, n: n, m: m, members: make([][]int32, m),
		cost: make([]float64, n), scale: 1, side: make([]float64, m),
		basic: make([]int32, m), place: make([]int32, n+m), value: make([]float64, m), inverse: make([]float64, m*m),
		dual: make([]float64, m), gain: make([]float64, n), weight: make([]float64, n+m), off: make([]bool, n),
		entering: make([]float64, m), leaving: make([]float64, m), across: make([]float64, n),
		hits: make([]int32, 0, m), touched: make([]int32, 0, m),
	}
	top := 0.0
	for j, rows := range p.Columns {
		top = max(top, p.Cost[j])
		for _, r := range rows {
			t.members[r] = append(t.members[r], int32(j))
		}
	}
	if top > 0 {
		t.scale = top
	}
	for j, c := range p.Cost {
		t.cost[j] = c / t.scale
		t.place[j] = -1
	}
	seed := uint64(0x9e3779b97f4a7c15)
	for r := range t.m {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		t.side[r] = 1 + float64(1e-7*(1+float64(seed>>11)/(1<<53)))
		t.basic[r], t.place[n+r], t.value[r] = int32(n+r), int32(r), t.side[r]
		t.inverse[r*m+r] = 1
	}
	t.reprice()
	return t
}

// Pivots returns how many pivots were made.
func (t *Tableau) Pivots() int64 { return t.pivots }

// Work returns a count of elementary steps, the same on every machine: what one solve costs in comparison with another.
func (t *Tableau) Work() int64 { return t.work }

// Off reports whether a column is switched off.
func (t *Tableau) Off(j int) bool { return t.off[j] }

// Dual returns the price of a row, in the unit of Cost. After Solve it is not negative beyond rounding.
func (t *Tableau) Dual(r int) float64 { return t.dual[r] * t.scale }

// Value returns the value of a variable, up to the small raise of the right side.
func (t *Tableau) Value(j int) float64 {
	if p := t.place[j]; p >= 0 {
		return t.value[p]
	}
	return 0
}

// Basic returns the columns in the basis, in the order of their positions; yield returns false to end.
func (t *Tableau) Basic(yield func(j int, value float64) bool) {
	for p, v := range t.basic {
		if int(v) < t.n && !yield(int(v), t.value[p]) {
			return
		}
	}
}

// earns is what a variable counts in the objective. What is off counts too: it has to leave, and until then its price keeps the duals what
// they are.
func (t *Tableau) earns(v int32) float64 {
	if int(v) >= t.n {
		return 0
	}
	return t.cost[v]
}

// reprice computes the duals and the reduced costs from the inverse.
func (t *Tableau) reprice() {
	m := t.m
	earn := t.entering
	idx := t.hits[:0]
	for p, v := range t.basic {
		earn[p] = t.earns(v)
		if earn[p] != 0 {
			idx = append(idx, int32(p))
		}
	}
	for r := range m {
		col := t.inverse[r*m : r*m+m]
		sum := 0.0
		for _, p := range idx {
			sum += float64(earn[p] * col[p])
		}
		t.dual[r] = sum
	}
	t.work += int64(m * len(idx))
	for j, rows := range t.columns {
		if t.place[j] >= 0 {
			t.gain[j] = 0
			continue
		}
		g := t.cost[j]
		for _, r := range rows {
			g -= t.dual[r]
		}
		t.gain[j] = g
		t.work += int64(len(rows))
	}
}

// Worth returns the value of the program's objective at the basis.
func (t *Tableau) Worth() float64 {
	sum := 0.0
	for p, v := range t.basic {
		sum += float64(t.earns(v) * t.value[p])
	}
	return sum * t.scale
}

func nonzero(x float64) bool { return math.Abs(x) > tiny }

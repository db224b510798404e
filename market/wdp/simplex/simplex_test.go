// SPDX-License-Identifier: Apache-2.0

package simplex

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// draw makes a program of columns with a few rows each.
func draw(r *rand.Rand, rows, columns int) Program {
	p := Program{Rows: rows}
	for range columns {
		var column []int32
		for _, k := range r.Perm(rows)[:1+r.IntN(min(5, rows))] {
			column = append(column, int32(k))
		}
		p.Columns = append(p.Columns, column)
		p.Cost = append(p.Cost, float64(1+r.IntN(1000)))
	}
	return p
}

// solved checks that values and duals are feasible and worth the same: then both are optimal.
func solved(t *testing.T, tab *Tableau, p Program) float64 {
	t.Helper()
	used := make([]float64, p.Rows)
	primal, dual := 0.0, 0.0
	for j, rows := range p.Columns {
		v := tab.Value(j)
		require.GreaterOrEqual(t, v, -1e-6)
		if tab.Off(j) {
			require.LessOrEqual(t, v, 1e-6, "what is off is driven out")
		}
		primal += v * p.Cost[j]
		left := p.Cost[j]
		for _, r := range rows {
			used[r] += v
			left -= tab.Dual(int(r))
		}
		if !tab.Off(j) {
			require.LessOrEqual(t, left, 1e-4)
		}
	}
	for r := range p.Rows {
		require.LessOrEqual(t, used[r], 1+1e-5)
		require.GreaterOrEqual(t, tab.Dual(r), -1e-4)
		dual += tab.Dual(r)
	}
	require.InEpsilon(t, 1+dual, 1+primal, 1e-5)
	require.InEpsilon(t, 1+primal, 1+tab.Worth(), 1e-5)
	return primal
}

func TestValuesAndDualsAreFeasibleAndWorthTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 400 {
		p := draw(r, 1+r.IntN(40), 1+r.IntN(120))
		tab := New(p)
		require.Equal(t, Solved, tab.Solve(math.Inf(-1), nil))
		solved(t, tab, p)
	}
}

func TestSwitchingOffAndComingBackGivesWhatAFreshTableauGives(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for range 200 {
		p := draw(r, 2+r.IntN(30), 2+r.IntN(90))
		tab := New(p)
		tab.Solve(math.Inf(-1), nil)
		first := solved(t, tab, p)
		var states []State
		var worth []float64
		for depth := range 6 {
			states, worth = append(states, State{}), append(worth, tab.Worth())
			tab.Save(&states[depth], depth%2 == 1)
			var off []int32
			for range 1 + r.IntN(8) {
				off = append(off, int32(r.IntN(len(p.Columns))))
			}
			tab.Set(off, true)
			require.Equal(t, Solved, tab.Solve(math.Inf(-1), nil))
			solved(t, tab, p)
			fresh := New(p)
			for j := range p.Columns {
				fresh.Set([]int32{int32(j)}, tab.Off(j))
			}
			fresh.Solve(math.Inf(-1), nil)
			require.InDelta(t, fresh.Worth(), tab.Worth(), 1e-3)
		}
		for depth := len(states) - 1; depth >= 0; depth-- {
			tab.Load(&states[depth])
			require.InDelta(t, worth[depth], tab.Worth(), 1e-3)
			require.Equal(t, Solved, tab.Solve(math.Inf(-1), nil))
			require.InDelta(t, worth[depth], solved(t, tab, p), 1e-2)
		}
		require.InDelta(t, first, tab.Worth(), 1e-2)
	}
}

func TestAStartIsKeptAndTheOptimumIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for range 200 {
		p := draw(r, 2+r.IntN(30), 2+r.IntN(90))
		plain, started := New(p), New(p)
		plain.Solve(math.Inf(-1), nil)
		used := map[int32]bool{}
		var start []int
	next:
		for j, rows := range p.Columns {
			for _, row := range rows {
				if used[row] {
					continue next
				}
			}
			start = append(start, j)
			for _, row := range rows {
				used[row] = true
			}
		}
		started.Start(start)
		for _, j := range start {
			require.InDelta(t, 1, started.Value(j), 1e-5)
		}
		started.Solve(math.Inf(-1), nil)
		require.InDelta(t, plain.Worth(), started.Worth(), 1e-2)
	}
}

func TestEnoughEndsEarlyWithDualsThatShowIt(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	early := 0
	for range 200 {
		p := draw(r, 20, 80)
		tab := New(p)
		tab.Solve(math.Inf(-1), nil)
		before := tab.Worth()
		var off []int32
		tab.Basic(func(j int, _ float64) bool {
			off = append(off, int32(j))
			return len(off) < 8
		})
		tab.Set(off, true)
		if tab.Solve(before*0.99, nil) == Enough {
			early++
			dual := 0.0
			for row := range p.Rows {
				dual += tab.Dual(row)
			}
			require.Less(t, dual, before*0.99*(1+1e-6))
		}
		require.Equal(t, Solved, tab.Solve(math.Inf(-1), nil))
		solved(t, tab, p)
	}
	require.Positive(t, early)
}

func TestStopIsObeyed(t *testing.T) {
	p := draw(rand.New(rand.NewPCG(5, 1)), 200, 900)
	tab := New(p)
	require.Equal(t, Stopped, tab.Solve(math.Inf(-1), func() bool { return true }))
	require.Less(t, tab.Pivots(), int64(400))
	require.Equal(t, Solved, tab.Solve(math.Inf(-1), func() bool { return false }))
	solved(t, tab, p)
}

// Three columns of which any two share a row: half of each is the best.
func ExampleTableau_Solve() {
	t := New(Program{Columns: [][]int32{{0, 1}, {1, 2}, {0, 2}}, Rows: 3, Cost: []float64{10, 10, 10}})
	t.Solve(math.Inf(-1), nil)
	fmt.Printf("%.1f at %.1f each\n", t.Worth(), t.Value(0))
	t.Set([]int32{2}, true)
	t.Solve(math.Inf(-1), nil)
	fmt.Printf("%.1f without the last\n", t.Worth())
	// Output:
	// 15.0 at 0.5 each
	// 10.0 without the last
}

// SPDX-License-Identifier: Apache-2.0

package pay

import "math"

// ideal returns the payments that meet all objections heard so far, have the least sum, and are nearest to the reference; not whole.
func (c *core) ideal() []float64 {
	n := len(c.winners.Bidders)
	low, high, aim := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		low[i], high[i], aim[i] = float64(c.vcg.Amounts[i]), float64(c.winners.Values[i]), float64(c.near[i])
	}
	rows := make([]demand, 0, len(c.objections)+1)
	for _, o := range c.objections {
		rows = append(rows, demand{o.outside, float64(o.least)})
	}
	start := least(rows, low, high)
	sum := 0.0
	for _, x := range start {
		sum += x
	}
	return nearest(start, rows, low, high, aim, sum)
}

// demand wants the sum over some payments to be at least something.
type demand struct {
	over []int
	min  float64
}

// least returns payments between low and high that meet the demands, with the least sum: dual simplex on the dictionary whose variables are
// what is paid above low. Some payments are known to do, namely high.
func least(rows []demand, low, high []float64) []float64 {
	n := len(low)
	m := len(rows) + n
	table := make([][]float64, m) // basic variable = table[n] + Σ table[j]·nonbasic j
	basic, nonbasic := make([]int, m), make([]int, n)
	for j := range n {
		nonbasic[j] = j
		table[len(rows)+j] = make([]float64, n+1)
		table[len(rows)+j][j], table[len(rows)+j][n] = -1, high[j]-low[j]
	}
	for k, d := range rows {
		table[k] = make([]float64, n+1)
		table[k][n] = -d.min
		for _, i := range d.over {
			table[k][i] = 1
			table[k][n] += low[i]
		}
	}
	for r := range basic {
		basic[r] = n + r
	}
	cost := make([]float64, n)
	for j := range cost {
		cost[j] = 1
	}
	for range 100 * (m + n) { // a bound that only rounding could reach
		at, worst := -1, -1e-7
		for r := range m {
			if table[r][n] < worst {
				at, worst = r, table[r][n]
			}
		}
		if at < 0 {
			break
		}
		in, ratio := -1, math.Inf(1)
		for j := range n {
			if a := table[at][j]; a > 1e-9 && cost[j]/a < ratio-1e-12 {
				in, ratio = j, cost[j]/a
			}
		}
		if in < 0 {
			break
		}
		swap(table, cost, at, in)
		basic[at], nonbasic[in] = nonbasic[in], basic[at]
	}
	paid := append([]float64(nil), low...)
	for r, v := range basic {
		if v < n {
			paid[v] += max(0, table[r][n])
		}
	}
	return paid
}

// swap makes the variable of a column basic in place of that of a row.
func swap(table [][]float64, cost []float64, row, column int) {
	p := table[row]
	a := p[column]
	for j := range p {
		p[j] /= -a
	}
	p[column] = 1 / a
	for r, t := range table {
		if f := t[column]; r != row && f != 0 {
			t[column] = 0
			for j, v := range p {
				t[j] += float64(f * v)
			}
		}
	}
	f := cost[column]
	cost[column] = 0
	for j := range cost {
		cost[j] += float64(f * p[j])
	}
}

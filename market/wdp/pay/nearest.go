// SPDX-License-Identifier: Apache-2.0

package pay

import "math"

// nearest returns the payments nearest to aim, by the sum of squares, among those between low and high that meet the demands and have this
// sum. It is Hildreth's method: go round the limits, and for each correct the payments as far as it is broken, or take back what was
// corrected for it before and is no longer needed. Should it not settle, start, which does, is the answer.
func nearest(start []float64, rows []demand, low, high, aim []float64, sum float64) []float64 {
	n := len(aim)
	if n == 0 {
		return start
	}
	paid := append([]float64(nil), aim...)
	pushed := make([]float64, len(rows))
	floor, ceiling := make([]float64, n), make([]float64, n)
	scale := 1.0
	for _, h := range high {
		scale = max(scale, h)
	}
	for range 20_000 {
		moved := 0.0
		push := func(over []int, multiplier *float64, missing float64) {
			next := max(0, *multiplier+missing/float64(len(over)))
			by := next - *multiplier
			*multiplier = next
			for _, i := range over {
				paid[i] += by
			}
			moved = max(moved, math.Abs(by))
		}
		for k, d := range rows {
			have := 0.0
			for _, i := range d.over {
				have += paid[i]
			}
			if len(d.over) > 0 {
				push(d.over, &pushed[k], d.min-have)
			}
		}
		have := 0.0
		for i := range n {
			up := max(0, floor[i]+low[i]-paid[i])
			moved = max(moved, math.Abs(up-floor[i]))
			paid[i] += up - floor[i]
			floor[i] = up
			down := max(0, ceiling[i]+paid[i]-high[i])
			moved = max(moved, math.Abs(down-ceiling[i]))
			paid[i] -= down - ceiling[i]
			ceiling[i] = down
			have += paid[i]
		}
		by := (sum - have) / float64(n)
		for i := range paid {
			paid[i] += by
		}
		if moved = max(moved, math.Abs(by)); moved < 1e-12*scale {
			return paid
		}
	}
	return settled(paid, start, rows, low, high, sum)
}

// settled returns paid if it keeps the limits up to a small part of a unit, or start.
func settled(paid, start []float64, rows []demand, low, high []float64, sum float64) []float64 {
	const small = 1.0 / 256
	total := 0.0
	for i, p := range paid {
		if p < low[i]-small || p > high[i]+small {
			return start
		}
		total += p
	}
	if math.Abs(total-sum) > small {
		return start
	}
	for _, d := range rows {
		have := 0.0
		for _, i := range d.over {
			have += paid[i]
		}
		if have < d.min-small {
			return start
		}
	}
	return paid
}

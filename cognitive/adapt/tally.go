// SPDX-License-Identifier: Apache-2.0

package adapt

import "math"

// tally is what is known of one stream of numbers.
type tally struct {
	N    float64 `json:"n"`
	Mean float64 `json:"mean"`
	M2   float64 `json:"m2"`
}

// clip brings a number that is far out to four deviations from the mean, once there is a mean: no report counts for more.
func (t *tally) clip(x float64) float64 {
	if t.N < 20 {
		return x
	}
	far := 4 * math.Sqrt(t.variance())
	return min(max(x, t.Mean-far), t.Mean+far)
}

func (t *tally) add(x, weight float64) {
	t.N += weight
	d := x - t.Mean
	t.Mean += d * weight / t.N
	t.M2 += weight * d * (x - t.Mean)
}

func (t *tally) variance() float64 {
	if t.N <= 1 {
		return 0
	}
	return t.M2 / (t.N - 1)
}

// fade lets old numbers weigh less, so that a mean of many follows what changes slowly.
func (t *tally) fade(most float64) {
	if t.N > most {
		t.M2 *= most / t.N
		t.N = most
	}
}

// compare gives the difference of two means and the half width of an interval around it that holds at every look at once: that of the sequential test with a normal mixture of
// effects, whose deviation is a third of the numbers' own.
func compare(a, b *tally, alpha float64) (difference, half float64) {
	if a.N < 2 || b.N < 2 {
		return 0, math.Inf(1)
	}
	pooled := (a.M2 + b.M2) / (a.N + b.N - 2)
	if pooled <= 0 { // all are equal: nothing random is left
		return b.Mean - a.Mean, 0
	}
	v := pooled/a.N + pooled/b.N
	mixture := pooled / 9
	half = math.Sqrt((2*math.Log(1/alpha) + math.Log(1+mixture/v)) * v * (v + mixture) / mixture)
	return b.Mean - a.Mean, half
}

// meanOf gives a mean and the half width of such an interval around it.
func meanOf(t *tally, alpha float64) (mean, half float64) {
	if t.N < 2 {
		return t.Mean, math.Inf(1)
	}
	variance := t.variance()
	if variance <= 0 {
		return t.Mean, 0
	}
	v, mixture := variance/t.N, variance/9
	return t.Mean, math.Sqrt((2*math.Log(1/alpha) + math.Log(1+mixture/v)) * v * (v + mixture) / mixture)
}

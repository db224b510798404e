// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Sample is the mean and the spread of values that were added one by one. Its zero value is empty.
type Sample struct {
	n, mean, m2 float64
}

// Add takes a value; one that is not finite is ignored.
func (s *Sample) Add(x float64) {
	if math.IsNaN(x) || math.Abs(x) > 1e150 {
		return
	}
	s.n++
	off := x - s.mean
	s.mean += off / s.n
	s.m2 += off * (x - s.mean)
}

// Len returns how many values there are.
func (s *Sample) Len() int { return int(s.n) }

// Mean returns the mean; 0 where there is no value.
func (s *Sample) Mean() float64 { return s.mean }

// Variance returns the unbiased variance; 0 with fewer than two values.
func (s *Sample) Variance() float64 {
	if s.n < 2 {
		return 0
	}
	return s.m2 / (s.n - 1)
}

// Comparison is what Welch's test says of two samples.
type Comparison struct {
	// Difference is the mean of the first minus that of the second; Low and High are its 95 % interval.
	Difference, Low, High float64
	// T is the statistic, Degrees its degrees of freedom, and P the two-sided p-value of "there is no difference".
	T, Degrees, P float64
}

// Welch compares the means of two samples whose variances may differ, once: looked at again and again it is wrong too often, and [SPRT] is the test to
// take. It needs two values of each and some spread, else it says nothing: P is 1 and the interval infinite.
func Welch(a, b Sample) Comparison {
	c := Comparison{Difference: a.mean - b.mean, Low: math.Inf(-1), High: math.Inf(1), P: 1}
	if a.n < 2 || b.n < 2 {
		return c
	}
	va, vb := a.Variance()/a.n, b.Variance()/b.n
	if !(va+vb > 0) {
		return c
	}
	c.Degrees = (va + vb) * (va + vb) / (va*va/(a.n-1) + vb*vb/(b.n-1))
	width := math.Sqrt(va + vb)
	c.T = c.Difference / width
	t := distuv.StudentsT{Sigma: 1, Nu: c.Degrees}
	c.P = 2 * t.CDF(-math.Abs(c.T))
	half := t.Quantile(0.975) * width
	c.Low, c.High = c.Difference-half, c.Difference+half
	return c
}

// SPDX-License-Identifier: Apache-2.0

package integrity

import "math"

// logChoose is the logarithm of n over k.
func logChoose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n + 1))
	b, _ := math.Lgamma(float64(k + 1))
	c, _ := math.Lgamma(float64(n - k + 1))
	return a - b - c
}

// hypergeometric is the chance that k or more of m draws are among the n marked of N.
func hypergeometric(k, m, n, total int) float64 {
	sum := 0.0
	all := logChoose(total, m)
	for i := k; i <= min(m, n); i++ {
		if m-i <= total-n {
			sum += math.Exp(logChoose(n, i) + logChoose(total-n, m-i) - all)
		}
	}
	return min(1, sum)
}

// poisson is the chance of k or more where mean are expected.
func poisson(k int, mean float64) float64 {
	if k <= 0 || mean <= 0 {
		return yes(k <= 0)
	}
	// From k upwards where k is in the upper tail: no cancellation.
	term := math.Exp(float64(k)*math.Log(mean) - mean - logFactorial(k))
	if float64(k) > mean {
		sum := 0.0
		for i := k; term > sum*1e-16; i++ {
			sum += term
			term *= mean / float64(i+1)
		}
		return min(1, sum)
	}
	below, t := 0.0, math.Exp(-mean)
	for i := range k {
		below += t
		t *= mean / float64(i+1)
	}
	return max(0, 1-below)
}

func logFactorial(n int) float64 {
	v, _ := math.Lgamma(float64(n + 1))
	return v
}

// atMost is the chance of w successes or fewer in independent trials with these chances (Poisson binomial), exactly.
func atMost(w int, chances []float64) float64 {
	dist := make([]float64, w+1)
	dist[0] = 1
	for _, p := range chances {
		for i := w; i > 0; i-- {
			dist[i] = dist[i]*(1-p) + dist[i-1]*p
		}
		dist[0] *= 1 - p
	}
	sum := 0.0
	for _, d := range dist {
		sum += d
	}
	return min(1, sum)
}

// above is the chance that a standard normal variable exceeds z.
func above(z float64) float64 { return .5 * math.Erfc(z/math.Sqrt2) }

// moments returns mean and standard deviation (of the sample); n must be 2 or more for the latter.
func moments(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		sd += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sd / math.Max(1, float64(len(x)-1)))
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

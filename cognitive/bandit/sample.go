// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"
)

// gamma draws from the gamma distribution with scale 1, by the method of Marsaglia and Tsang (2000).
func gamma(shape float64, rng *rand.Rand) float64 {
	if shape < 1 { // a draw of shape + 1, brought down by a power of a uniform draw
		u := 1 - rng.Float64()
		return gamma(shape+1, rng) * math.Pow(u, 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := 1 - rng.Float64()
		x2 := x * x
		if u < 1-0.0331*x2*x2 || math.Log(u) < 0.5*x2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}

// beta draws from the beta distribution.
func beta(a, b float64, rng *rand.Rand) float64 {
	x := gamma(a, rng)
	y := gamma(b, rng)
	if x+y <= 0 {
		return 0.5
	}
	return x / (x + y)
}

// posterior draws a mean that rewards from 0 to 1 may come from, when every mean was as likely before.
func posterior(n, sum float64, rng *rand.Rand) float64 {
	return beta(1+max(sum, 0), 1+max(n-sum, 0), rng)
}

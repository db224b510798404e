// SPDX-License-Identifier: Apache-2.0

package predict

import (
	"math"

	"mabeam.dev/market/money"
)

// limit is where charges end: below it the error of the calculation in floating point is far below half a micro-unit.
const limit = 1 << 45

// cost is b ln sum exp(q/b) in micro-units, with the largest exponent taken out so that nothing overflows.
func cost(b money.Amount, q []money.Amount) float64 {
	top := q[0]
	for _, v := range q[1:] {
		top = max(top, v)
	}
	sum := 0.0
	for _, v := range q {
		sum += math.Exp(float64(v-top) / float64(b))
	}
	return float64(top) + float64(b)*math.Log(sum)
}

// charge is cost in whole micro-units: cost <= charge < cost + 2. The half covers the error of cost.
func charge(b money.Amount, q []money.Amount) (money.Amount, error) {
	for _, v := range q {
		if v < 0 || v >= limit {
			return 0, ErrTooLarge
		}
	}
	c := cost(b, q)
	if !(c < limit) {
		return 0, ErrTooLarge
	}
	return money.Amount(math.Ceil(c + 0.5)), nil
}

// price is what a share that pays one unit costs at the margin, rounded down.
func price(b money.Amount, q []money.Amount, outcome int) money.Amount {
	sum := 0.0
	for _, v := range q {
		sum += math.Exp(float64(v-q[outcome]) / float64(b)) // may be infinite: then the price is 0
	}
	return money.Amount(math.Floor(float64(money.Unit) / sum * (1 - 1e-12))) // the error of the sum must not round up
}

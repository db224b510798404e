// SPDX-License-Identifier: Apache-2.0

package team

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
)

// exactShapley is up to how many members contributions are exact.
const exactShapley = 12

// Contribution is what a member adds to a team on average over all orders of joining: its Shapley value.
type Contribution struct {
	// Value is the average, and Error half the width of its 95 % interval; 0 where it is exact.
	Value, Error float64
}

// Contributions returns the Shapley values of up to 63 members. value gives the worth of a set of them as bits; it must be finite, and is asked once
// a set where that is possible. Up to 12 members all sets are asked, and the values add up to value(all) - value(none) but for rounding. For more,
// so many random orders are drawn from rng, at least 2; their sums add up to the same.
func Contributions(members int, value func(set uint64) float64, orders int, rng *rand.Rand) ([]Contribution, error) {
	if members < 0 || members > 63 {
		return nil, &SpecError{"members", fmt.Sprintf("%d are not from 0 to 63", members)}
	}
	if members > exactShapley {
		if orders < 2 || rng == nil {
			return nil, &SpecError{"orders", fmt.Sprintf("%d are fewer than 2, or there is no generator", orders)}
		}
		return sampled(members, value, orders, rng), nil
	}
	worth := make([]float64, 1<<members)
	for set := range worth {
		worth[set] = value(uint64(set))
	}
	// The weight of a set of k others is k!(n-1-k)!/n!.
	weight := make([]float64, members)
	for k := range weight {
		weight[k] = 1 / (float64(members) * binomial(members-1, k))
	}
	out := make([]Contribution, members)
	for i := range out {
		for set := range worth {
			if set>>i&1 == 0 {
				out[i].Value += weight[bits.OnesCount64(uint64(set))] * (worth[set|1<<i] - worth[set])
			}
		}
	}
	return out, nil
}

func binomial(n, k int) float64 {
	x := 1.0
	for i := range k {
		x = x * float64(n-i) / float64(i+1)
	}
	return x
}

func sampled(members int, value func(uint64) float64, orders int, rng *rand.Rand) []Contribution {
	mean, squares := make([]float64, members), make([]float64, members)
	none := value(0)
	for m := range orders {
		set, before := uint64(0), none
		for _, i := range rng.Perm(members) {
			set |= 1 << i
			after := value(set)
			d := after - before - mean[i]
			mean[i] += d / float64(m+1)
			squares[i] += d * (after - before - mean[i])
			before = after
		}
	}
	out := make([]Contribution, members)
	n := float64(orders)
	for i := range out {
		out[i] = Contribution{mean[i], 1.96 * math.Sqrt(squares[i]/(n-1)/n)}
	}
	return out
}

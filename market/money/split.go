// SPDX-License-Identifier: Apache-2.0

package money

import (
	"fmt"
	"math/bits"
	"slices"
)

// Split divides a total among weights: each part is its exact share rounded towards zero, and the micro-units left over go one each to the
// largest remainders, of equal ones to the earlier. The parts add up to the total. A weight of 0 gets 0. Negative weights, and weights that
// are all 0, are ErrInvalidAmount; weights whose sum passes int64 are ErrOverflow.
func Split(total Amount, weights []int64) ([]Amount, error) {
	var sum int64
	for _, w := range weights {
		if w < 0 {
			return nil, fmt.Errorf("money: split %v: weight %d: %w", total, w, ErrInvalidAmount)
		}
		if sum += w; sum < 0 {
			return nil, fmt.Errorf("money: split %v: sum of weights: %w", total, ErrOverflow)
		}
	}
	if sum == 0 {
		return nil, fmt.Errorf("money: split %v: no weight: %w", total, ErrInvalidAmount)
	}
	whole := magnitude(int64(total))
	left := whole
	shares := make([]uint64, len(weights))
	rests := make([]uint64, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		hi, lo := bits.Mul64(whole, uint64(w))
		shares[i], rests[i] = bits.Div64(hi, lo, uint64(sum)) // hi < sum, because w <= sum
		left -= shares[i]
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case rests[i] > rests[j]:
			return -1
		case rests[i] < rests[j]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] { // left is the sum of the remainders over the sum of the weights: fewer than there are remainders
		shares[i]++
	}
	parts := make([]Amount, len(weights))
	for i, s := range shares {
		parts[i], _ = signed(s, total < 0 && s != 0) // at most the total
	}
	return parts, nil
}

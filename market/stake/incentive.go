// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"

	"mabeam.dev/market/money"
)

// Quadratic pays for a probability that was reported before something happened or did not, in millionths: the reward times 1 - (outcome - report)^2,
// rounded down. Who reports what they believe expects most, and nothing is ever taken away.
func Quadratic(reward money.Amount, report int64, happened bool) (money.Amount, error) {
	if reward < 0 || report < 0 || report > million {
		return 0, &InputError{"reward or report", "is out of its range"}
	}
	off := report
	if happened {
		off = million - report
	}
	return money.MulDiv(reward, million*million-off*off, million*million, money.Down)
}

// Peers pays for reports of a share, in millionths, where no truth is known: each is held against the median of the others as Quadratic does.
// Reports that agree are paid in full, however many agree. Fewer than three are an *InputError.
func Peers(reward money.Amount, reports []int64) ([]money.Amount, error) {
	if len(reports) < 3 {
		return nil, &InputError{"reports", "are fewer than three"}
	}
	if reward < 0 {
		return nil, &InputError{"reward", "is negative"}
	}
	paid := make([]money.Amount, len(reports))
	for i, r := range reports {
		if r < 0 || r > million {
			return nil, &InputError{"reports", "are not in 0 to a million"}
		}
		others := slices.Delete(slices.Clone(reports), i, i+1)
		slices.Sort(others)
		n := len(others)
		off := r - (others[(n-1)/2]+others[n/2])/2
		p, err := money.MulDiv(reward, million*million-off*off, million*million, money.Down)
		if err != nil {
			return nil, err
		}
		paid[i] = p
	}
	return paid, nil
}

// maxExact is up to how many agents credit is computed exactly.
const maxExact = 12

// Shapley divides what agents made together: everybody gets the mean of what they add, over all orders in which they could have come. The value of a
// set of agents, a bit for each, is asked for once for each set; sums of credits are exactly value(all) - value(none). More than 12 agents are an
// *InputError: see ShapleySampled.
func Shapley(n int, value func(set uint64) money.Amount) ([]money.Amount, error) {
	if n < 1 || n > maxExact {
		return nil, &InputError{"agents", "are not 1 to 12"}
	}
	values := make([]money.Amount, 1<<n)
	for set := range values {
		values[set] = value(uint64(set))
	}
	factorial := make([]int64, n+1)
	factorial[0] = 1
	for i := 1; i <= n; i++ {
		factorial[i] = factorial[i-1] * int64(i)
	}
	orders := big.NewInt(factorial[n])
	credit, rest := make([]money.Amount, n), make([]*big.Int, n)
	left := new(big.Int).Sub(big.NewInt(int64(values[len(values)-1])), big.NewInt(int64(values[0])))
	for i := range n {
		sum := new(big.Int)
		for set := range values {
			if set>>i&1 == 1 {
				continue
			}
			size := bits.OnesCount(uint(set))
			adds := new(big.Int).Sub(big.NewInt(int64(values[set|1<<i])), big.NewInt(int64(values[set])))
			sum.Add(sum, adds.Mul(adds, big.NewInt(factorial[size]*factorial[n-size-1])))
		}
		share, r := new(big.Int).DivMod(sum, orders, new(big.Int)) // rounded down, with a rest of at least 0
		if !share.IsInt64() {
			return nil, money.ErrOverflow
		}
		credit[i], rest[i] = money.Amount(share.Int64()), r
		left.Sub(left, share)
	}
	// What rounding left goes to the largest rests, of equal ones to the earlier.
	byRest := make([]int, n)
	for i := range byRest {
		byRest[i] = i
	}
	slices.SortStableFunc(byRest, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	for _, i := range byRest[:left.Int64()] {
		credit[i]++
	}
	return credit, nil
}

// Estimate is a sampled credit: its mean, and half of the interval that holds the true one with a confidence of 95 %.
type Estimate struct{ Mean, Half float64 }

// ShapleySampled estimates the credits of up to 64 agents from random orders in which they come. It is no payment: pay by an exact rule, or
// from an amount that was divided by the estimates.
func ShapleySampled(n, orders int, r *rand.Rand, value func(set uint64) money.Amount) ([]Estimate, error) {
	if n < 1 || n > 64 || orders < 2 {
		return nil, &InputError{"agents or orders", "are too few or too many"}
	}
	mean, spread := make([]float64, n), make([]float64, n)
	empty := value(0)
	for k := 1; k <= orders; k++ {
		set, was := uint64(0), empty
		for _, i := range r.Perm(n) {
			set |= 1 << i
			now := value(set)
			adds := float64(now) - float64(was)
			was = now
			off := adds - mean[i]
			mean[i] += off / float64(k)
			spread[i] += off * (adds - mean[i])
		}
	}
	all := make([]Estimate, n)
	for i := range all {
		all[i] = Estimate{mean[i], 1.959964 * math.Sqrt(spread[i]/float64(orders-1)/float64(orders))}
	}
	return all, nil
}

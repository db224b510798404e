// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"math"
	"math/bits"
	"slices"

	"mabeam.dev/protocols/machine"
)

// Expertise is what is known of an agent in a domain, each part from 0 to 1.
type Expertise struct {
	Accuracy, Consistency, Domain, Past float64
}

// Weight makes a voter's weight of its expertise, in millionths: never less for more expertise, from a tenth to 3. It is rounded here, once.
func Weight(x Expertise) int64 {
	clip := func(v float64) float64 {
		if !(v > 0) { // NaN too
			return 0
		}
		return min(v, 1)
	}
	e := .3*clip(x.Accuracy) + .2*clip(x.Consistency) + .3*clip(x.Domain) + .2*clip(x.Past)
	w := e
	switch {
	case e >= .8:
		w = 2 * math.Pow(e, .7)
	case e >= .6:
		w = 1.5 * e
	case e >= .4:
		w = 1.2 * e
	}
	return int64(math.Round(min(max(w, .1), 3) * machine.One))
}

// Half is the share of all weight that one voter may have at most, if nothing else is said.
var Half = Fraction{1, 2}

// Cap lowers weights until no voter has more than the share of the total. Of fewer than three voters, or where the share cannot be met because there
// are too few, it changes nothing. It does not change the caller's slice.
func Cap(weights []int64, most Fraction) []int64 {
	out := slices.Clone(weights)
	n := int64(len(weights))
	if n < 3 || most.Num <= 0 || most.Den <= 0 || compare(n, most.Num, most.Den, 1) < 0 {
		return out
	}
	sorted := slices.Clone(weights)
	slices.SortFunc(sorted, func(a, b int64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	rest := int64(0)
	for _, w := range weights {
		rest += w
	}
	for k := int64(0); k < n; k++ {
		// k voters are at the limit: x = share * (k*x + rest)
		limit := int64(math.MaxInt64)
		if k > 0 {
			den := most.Den - k*most.Num
			if den <= 0 {
				return out // all have the same share
			}
			limit = fraction(rest, most.Num, den)
		}
		next := sorted[k]
		total := rest
		if k > 0 {
			total = rest + k*limit
		}
		if next <= limit && compare(next, most.Den, most.Num, total) <= 0 {
			for i := range out {
				out[i] = min(out[i], limit)
			}
			return out
		}
		rest -= next
	}
	return out
}

// fraction is a*num/den, rounded down.
func fraction(a, num, den int64) int64 {
	hi, lo := bits.Mul64(uint64(a), uint64(num))
	if hi >= uint64(den) {
		return math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, uint64(den))
	return int64(min(q, math.MaxInt64))
}

// Rated is an answer that turned out right or wrong.
type Rated struct {
	Confidence int64 // that the agent said, in millionths
	Right      bool
}

// Calibrate is what an agent's own confidence is worth, in millionths: 1 minus the Brier score of its last 50 rated answers; a half until there are 10.
func Calibrate(last []Rated) int64 {
	if len(last) > 50 {
		last = last[len(last)-50:]
	}
	if len(last) < 10 {
		return machine.One / 2
	}
	sum := int64(0)
	for _, r := range last {
		miss := min(max(r.Confidence, 0), machine.One)
		if r.Right {
			miss = machine.One - miss
		}
		sum += miss * miss / machine.One
	}
	return machine.One - sum/int64(len(last))
}

// Spread says how unequal weights are: Gini is 0 for equal weights and near 1 for one who has all; Entropy is in bits. They describe, and decide nothing.
type Spread struct {
	Gini    float64 `json:"gini"`
	Entropy float64 `json:"entropy"`
}

// SpreadOf measures weights.
func SpreadOf(weights []int64) Spread {
	sorted := slices.Clone(weights)
	slices.Sort(sorted)
	sum, ranked := 0., 0.
	for i, w := range sorted {
		sum += float64(w)
		ranked += float64(i+1) * float64(w)
	}
	if sum == 0 {
		return Spread{}
	}
	n := float64(len(sorted))
	s := Spread{Gini: 2*ranked/(n*sum) - (n+1)/n}
	for _, w := range sorted {
		if p := float64(w) / sum; p > 0 {
			s.Entropy -= p * math.Log2(p)
		}
	}
	return s
}

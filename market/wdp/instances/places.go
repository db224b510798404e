// SPDX-License-Identifier: Apache-2.0

package instances

import (
	"cmp"
	"math"
	"slices"
)

// The numbers of places, as published.
const (
	topValue   = 100.0 // of a good
	deviation  = 0.5   // of a bidder's taste, in terms of topValue
	another    = 0.9   // chance of one more good
	jump       = 0.05  // chance that it is anywhere
	additivity = 0.2   // more goods are worth more than each
	excess     = 1.5   // a substitute costs at most this much of the first bid
	resale     = 0.5   // and its goods are worth at least this much of the first one's
	substitute = 5     // how many there are at most
)

// places returns bidders who begin with a good and add what goes with it: in regions what lies beside it, otherwise what is close by a random
// measure. They would take one of several such bundles.
func (d *draw) places(regions bool) func() {
	n := d.p.Goods
	near := make([][]float64, n)
	for g := range near {
		near[g] = make([]float64, n)
	}
	if regions {
		d.grid(near)
	} else {
		for a := range n {
			for b := range a {
				near[a][b] = d.Float64()
				near[b][a] = near[a][b]
			}
		}
	}
	common := make([]float64, n)
	for g := range common {
		common[g] = d.between(1, topValue)
	}
	return func() {
		taste, liking := make([]float64, n), make([]float64, n)
		for g := range taste {
			taste[g] = d.between(-deviation*topValue, deviation*topValue)
			liking[g] = (taste[g] + deviation*topValue) / (2 * deviation * topValue)
		}
		extend := func(bundle []int) []int {
			if regions && d.Float64() < jump {
				return append(bundle, d.outside(bundle))
			}
			weights := make([]float64, n)
			for g := range weights {
				if !slices.Contains(bundle, g) {
					for _, b := range bundle {
						weights[g] += float64(near[g][b] * liking[g])
					}
				}
			}
			if g := d.weighted(weights); g >= 0 {
				return append(bundle, g)
			}
			return append(bundle, d.outside(bundle))
		}
		worth := func(bundle []int) (value, market float64) {
			for _, g := range bundle {
				value += common[g] + taste[g]
				market += common[g]
			}
			return value + math.Pow(float64(len(bundle)), 1+additivity), market
		}
		first := []int{d.weighted(liking)}
		for len(first) < n && d.Float64() < another {
			first = extend(first)
		}
		value, market := worth(first)
		if value <= 0 {
			return
		}
		var others []wish
		for _, g := range first {
			bundle := []int{g}
			for len(bundle) < len(first) {
				bundle = extend(bundle)
			}
			v, m := worth(bundle)
			slices.Sort(bundle)
			same := slices.ContainsFunc(others, func(o wish) bool { return slices.Equal(o.goods, bundle) })
			if v > 0 && v <= excess*value && m >= resale*market && !same {
				others = append(others, wish{bundle, 100 * v})
			}
		}
		slices.SortStableFunc(others, func(a, b wish) int { return cmp.Compare(b.worth, a.worth) })
		slices.Sort(first)
		others = slices.DeleteFunc(others, func(o wish) bool { return slices.Equal(o.goods, first) })
		d.excluding(append([]wish{{first, 100 * value}}, others[:min(len(others), substitute)]...))
	}
}

// grid puts goods on a sheet of squares and joins neighbours; a few are not joined, and a few across a corner are.
func (d *draw) grid(near [][]float64) {
	n := len(near)
	width := int(math.Ceil(math.Sqrt(float64(n))))
	join := func(a, b int, chance float64) {
		if b < n && d.Float64() < chance {
			near[a][b], near[b][a] = 1, 1
		}
	}
	for g := range n {
		if (g+1)%width != 0 {
			join(g, g+1, 0.95)
			join(g, g+width+1, 0.1)
		}
		join(g, g+width, 0.95)
	}
}

// outside returns a good that is not in the bundle.
func (d *draw) outside(bundle []int) int {
	for {
		if g := d.IntN(d.p.Goods); !slices.Contains(bundle, g) {
			return g
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package instances

import (
	"fmt"
	"math"
)

// unitPrice is what a good is worth in the kinds that are not about anything.
const unitPrice = 10_000

// legacy returns the bidders of the older kinds: how many goods, and what price for so many.
func (d *draw) legacy(kind Kind) func() {
	goods := d.p.Goods
	anySize := func() int { return 1 + d.IntN(goods) }
	three := func() int { return min(3, goods) }
	around := func(mean, deviation float64) float64 { return mean + float64(deviation*d.NormFloat64()) }
	var size func() int
	var price func(n float64) float64
	switch kind {
	case L1:
		size, price = anySize, func(float64) float64 { return d.between(0, 1) }
	case L2:
		size, price = anySize, func(n float64) float64 { return d.between(0, n) }
	case L3:
		size, price = three, func(float64) float64 { return d.between(0, 1) }
	case L4:
		size = func() int {
			n := 1
			for n < goods && d.Float64() < 0.55 {
				n++
			}
			return n
		}
		price = func(n float64) float64 { return d.between(0, n) }
	case L5:
		size = func() int { return min(max(1, int(math.Round(around(4, 1)))), goods) }
		price = func(n float64) float64 { return max(0.01, around(16, 3)) * math.Sqrt(n) / 2 }
	case L6:
		size = func() int {
			n := 1
			for n < goods && d.Float64() < 0.8187 { // e to the power of -1/5
				n++
			}
			return n
		}
		price = func(n float64) float64 { return d.between(0.5*n, 1.5*n) }
	case L7:
		size = func() int {
			n := 0
			for range goods {
				if d.Float64() < 0.2 {
					n++
				}
			}
			return n
		}
		price = func(n float64) float64 { return d.between(0.5*n, 1.5*n) }
	case L8:
		size, price = three, func(float64) float64 { return max(0.01, around(1.7, 0.5)) }
	default:
		panic(fmt.Sprintf("instances: generate %q: no such kind", kind))
	}
	return func() {
		var wishes []wish
		for range 3 {
			n := size()
			wishes = append(wishes, wish{goods: d.Perm(goods)[:n], worth: unitPrice * price(float64(n))})
		}
		d.adding(wishes)
	}
}

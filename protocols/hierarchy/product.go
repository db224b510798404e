// SPDX-License-Identifier: Apache-2.0

package hierarchy

import "math/bits"

// product is a product of three numbers, compared exactly: 192 bits.
type product [3]uint64

func (p product) wide() (hi, mid, lo uint64) {
	h, l := bits.Mul64(p[0], p[1])
	lh, ll := bits.Mul64(l, p[2])
	hh, hl := bits.Mul64(h, p[2])
	mid, carry := bits.Add64(lh, hl, 0)
	return hh + carry, mid, ll
}

func (p product) compare(q product) int {
	a2, a1, a0 := p.wide()
	b2, b1, b0 := q.wide()
	for _, pair := range [3][2]uint64{{a2, b2}, {a1, b1}, {a0, b0}} {
		switch {
		case pair[0] < pair[1]:
			return -1
		case pair[0] > pair[1]:
			return 1
		}
	}
	return 0
}

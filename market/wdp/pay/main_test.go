// SPDX-License-Identifier: Apache-2.0

package pay

import (
	"math/rand/v2"

	"mabeam.dev/market/wdp/cert"
)

// random draws a small problem: its bidders have bids with and without groups.
func random(r *rand.Rand, goods, bidders, bids int) *cert.Problem {
	p := &cert.Problem{Goods: goods, Bidders: bidders}
	for len(p.Bids) < bids {
		b := cert.Bid{Bidder: r.IntN(bidders), Group: cert.NoGroup, Price: 1 + r.Int64N(30)}
		if r.IntN(2) == 0 {
			b.Group = b.Bidder
		}
		for g := range goods {
			if r.IntN(3) == 0 {
				b.Goods = append(b.Goods, g)
			}
		}
		if len(b.Goods) > 0 {
			b.Price += int64(len(b.Goods)) * r.Int64N(20)
			p.Bids = append(p.Bids, b)
		}
	}
	return p
}

// best returns what a coalition, a set of bidders, can earn: each choice of bids is tried.
func best(p *cert.Problem, coalition uint) int64 {
	var try func(i int, goods uint, groups uint) int64
	try = func(i int, goods, groups uint) int64 {
		if i == len(p.Bids) {
			return 0
		}
		most := try(i+1, goods, groups)
		b := p.Bids[i]
		if coalition>>b.Bidder&1 == 0 || b.Group != cert.NoGroup && groups>>b.Group&1 == 1 {
			return most
		}
		for _, g := range b.Goods {
			if goods>>g&1 == 1 {
				return most
			}
			goods |= 1 << g
		}
		if b.Group != cert.NoGroup {
			groups |= 1 << b.Group
		}
		return max(most, b.Price+try(i+1, goods, groups))
	}
	return try(0, 0, 0)
}

// SPDX-License-Identifier: Apache-2.0

package instances

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"mabeam.dev/market/wdp/cert"
)

// Kind is a way in which bidders come to want what they want.
type Kind string

// The kinds.
const (
	Arbitrary  Kind = "arbitrary"  // goods that go together more or less, any two of them
	Regions    Kind = "regions"    // plots beside one another
	Paths      Kind = "paths"      // ways through a network
	Matching   Kind = "matching"   // a slot for the start and one for the landing
	Scheduling Kind = "scheduling" // time on one machine, up to a deadline
	L1         Kind = "L1"         // any number of goods, any price
	L2         Kind = "L2"         // any number of goods, a price for each of them
	L3         Kind = "L3"         // three goods, any price
	L4         Kind = "L4"         // one more good as long as a coin says so
	L5         Kind = "L5"         // sizes and prices around a mean
	L6         Kind = "L6"         // large sets are rarer and rarer
	L7         Kind = "L7"         // each good with the same chance
	L8         Kind = "L8"         // three goods, prices around a mean
)

// Kinds are all kinds.
var Kinds = []Kind{Arbitrary, Regions, Paths, Matching, Scheduling, L1, L2, L3, L4, L5, L6, L7, L8}

// Generate returns the problem of a kind with this many goods and bids. Matching rounds the goods down to a multiple of its four airports.
func Generate(kind Kind, goods, bids int, seed uint64) *cert.Problem {
	if goods < 2 || bids < 1 {
		panic(fmt.Sprintf("instances: generate %q: want at least 2 goods and a bid, got %d and %d", kind, goods, bids))
	}
	d := &draw{
		Rand: rand.New(rand.NewPCG(seed, 0x6d61_7263_6574)),
		p:    &cert.Problem{Name: fmt.Sprintf("%s-g%d-b%d-s%d", kind, goods, bids, seed), Unit: "cents", Goods: goods},
		want: bids,
	}
	var bidder func()
	switch kind {
	case Arbitrary, Regions:
		bidder = d.places(kind == Regions)
	case Paths:
		bidder = d.paths()
	case Matching:
		bidder = d.slots()
	case Scheduling:
		bidder = d.jobs()
	default:
		bidder = d.legacy(kind)
	}
	for len(d.p.Bids) < bids {
		bidder()
	}
	return d.p
}

// draw is a problem in the making.
type draw struct {
	*rand.Rand
	p    *cert.Problem
	want int
}

// wish is a bundle and what it is worth.
type wish struct {
	goods []int
	worth float64
}

// between returns a number from low to high.
func (d *draw) between(low, high float64) float64 { return low + float64((high-low)*d.Float64()) }

// excluding adds a bidder who wants at most one of the bundles. Its turn is lost if no bundle is worth anything.
func (d *draw) excluding(wishes []wish) { d.add(wishes, d.p.Bidders) }

// adding adds a bidder who would take all of the bundles.
func (d *draw) adding(wishes []wish) { d.add(wishes, cert.NoGroup) }

func (d *draw) add(wishes []wish, group int) {
	found := false
	for _, w := range wishes {
		price := int64(math.Round(w.worth))
		if price <= 0 || len(w.goods) == 0 || len(d.p.Bids) == d.want {
			continue
		}
		slices.Sort(w.goods)
		d.p.Bids = append(d.p.Bids, cert.Bid{Bidder: d.p.Bidders, Group: group, Price: price, Goods: w.goods})
		found = true
	}
	if found {
		d.p.Bidders++
	}
}

// weighted draws an index with chances in proportion to weights, or returns -1 if all are nothing.
func (d *draw) weighted(weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := d.Float64() * sum
	last := -1
	for i, w := range weights {
		if w <= 0 {
			continue
		}
		last = i
		if at -= w; at < 0 {
			return i
		}
	}
	return last
}

// SPDX-License-Identifier: Apache-2.0

package wdp_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/instances"
)

// optimum is the naive model: what every set of goods can earn, bidder by bidder where bids exclude one another, and bid by bid elsewhere.
func optimum(p *cert.Problem) int64 {
	earned := make([]int64, 1<<p.Goods)
	done := map[int]bool{}
	add := func(bids []cert.Bid) {
		next := append([]int64(nil), earned...)
		for _, b := range bids {
			want := 0
			for _, g := range b.Goods {
				want |= 1 << g
			}
			for set := range earned {
				if set&want == want {
					next[set] = max(next[set], earned[set&^want]+b.Price)
				}
			}
		}
		earned = next
	}
	for _, b := range p.Bids {
		if b.Group == cert.NoGroup {
			add([]cert.Bid{b})
			continue
		}
		if done[b.Group] {
			continue
		}
		done[b.Group] = true
		var group []cert.Bid
		for _, o := range p.Bids {
			if o.Group == b.Group {
				group = append(group, o)
			}
		}
		add(group)
	}
	return earned[len(earned)-1]
}

func TestTenThousandProblemsOfAllKindsAreSolvedAsByDynamicProgramming(t *testing.T) {
	for i := range problems {
		kind := instances.Kinds[i%len(instances.Kinds)]
		seed := uint64(i)
		p := instances.Generate(kind, 4+i%5, 6+i%19, seed)
		r, err := wdp.Solve(p, wdp.Options{Proof: true})
		require.NoError(t, err)
		require.Equal(t, wdp.Optimal, r.Status, p.Name)
		require.Equal(t, optimum(p), r.Revenue, p.Name)
		require.NoError(t, cert.Check(p, r.Proof), p.Name)
	}
}

// drawn is any problem that is small enough for the model, with groups of all sorts.
func drawn(t *rapid.T) *cert.Problem {
	p := &cert.Problem{Goods: rapid.IntRange(1, 7).Draw(t, "goods"), Bidders: 4}
	for range rapid.IntRange(0, 18).Draw(t, "bids") {
		b := cert.Bid{Bidder: rapid.IntRange(0, 3).Draw(t, "bidder"), Group: cert.NoGroup, Price: rapid.Int64Range(1, 40).Draw(t, "price")}
		if k := rapid.IntRange(0, 2).Draw(t, "group"); k > 0 {
			b.Group = 10*b.Bidder + k
		}
		b.Goods = rapid.SliceOfNDistinct(rapid.IntRange(0, p.Goods-1), 1, p.Goods, rapid.ID[int]).Draw(t, "bundle")
		p.Bids = append(p.Bids, b)
	}
	return p
}

func TestAnyProblemIsSolvedAndProven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t)
		r, err := wdp.Solve(p, wdp.Options{Proof: true})
		require.NoError(t, err)
		require.Equal(t, wdp.Optimal, r.Status)
		require.Equal(t, optimum(p), r.Revenue)
		require.NoError(t, cert.Check(p, r.Proof))
	})
}

func TestOrderOfBidsAndNamesDoNotChangeTheRevenue(t *testing.T) {
	for i := range 300 {
		p := instances.Generate(instances.Kinds[i%len(instances.Kinds)], 12, 60, uint64(i))
		want, err := wdp.Solve(p, wdp.Options{})
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(uint64(i), 7))
		goods, bidders := r.Perm(p.Goods), r.Perm(p.Bidders)
		q := &cert.Problem{Goods: p.Goods, Bidders: p.Bidders}
		for _, k := range r.Perm(len(p.Bids)) {
			b := p.Bids[k]
			c := cert.Bid{Bidder: bidders[b.Bidder], Group: cert.NoGroup, Price: b.Price}
			if b.Group != cert.NoGroup {
				c.Group = 1000 - 3*b.Group
			}
			for _, g := range b.Goods {
				c.Goods = append(c.Goods, goods[g])
			}
			q.Bids = append(q.Bids, c)
		}
		got, err := wdp.Solve(q, wdp.Options{})
		require.NoError(t, err)
		require.Equal(t, want.Revenue, got.Revenue, p.Name)
		require.Equal(t, wdp.Optimal, got.Status, p.Name)
	}
}

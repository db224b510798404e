// SPDX-License-Identifier: Apache-2.0

package wdp_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
)

// heaviest returns the largest sum of weights among the sets of winners that pay most: every set is tried.
func heaviest(p *cert.Problem, weights []uint16) (revenue, weight int64) {
	for set := range 1 << len(p.Bids) {
		goods, groups := map[int]bool{}, map[int]bool{}
		pays, weighs, fits := int64(0), int64(0), true
		for i, b := range p.Bids {
			if set>>i&1 == 0 {
				continue
			}
			for _, g := range b.Goods {
				fits = fits && !goods[g]
				goods[g] = true
			}
			if b.Group != cert.NoGroup {
				fits = fits && !groups[b.Group]
				groups[b.Group] = true
			}
			pays, weighs = pays+b.Price, weighs+int64(weights[i])
		}
		if fits && (pays > revenue || pays == revenue && weighs > weight) {
			revenue, weight = pays, weighs
		}
	}
	return revenue, weight
}

func TestWeightsDecideBetweenSetsThatPayTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	drawn := 0
	for range 400 {
		p := &cert.Problem{Goods: 4, Bidders: 3}
		for range 9 {
			b := cert.Bid{Bidder: r.IntN(3), Group: cert.NoGroup, Price: 1 + r.Int64N(3)}
			if r.IntN(2) == 0 {
				b.Group = b.Bidder
			}
			b.Goods = r.Perm(4)[:1+r.IntN(2)]
			p.Bids = append(p.Bids, b)
		}
		weights := make([]uint16, len(p.Bids))
		for i := range weights {
			weights[i] = uint16(r.IntN(1 << 16))
		}
		revenue, weight := heaviest(p, weights)
		plain, err := wdp.Solve(p, wdp.Options{})
		require.NoError(t, err)
		require.False(t, plain.Settled)
		got, err := wdp.Solve(p, wdp.Options{Weights: weights, Proof: true})
		require.NoError(t, err)
		require.True(t, got.Settled)
		require.Equal(t, revenue, got.Revenue)
		sold(t, p, got)
		sum := int64(0)
		for _, w := range got.Winners {
			sum += int64(weights[w])
		}
		require.Equal(t, weight, sum)
		require.NoError(t, cert.Check(p, got.Proof))
		if !slices.Equal(plain.Winners, got.Winners) {
			drawn++
		}
	}
	require.Positive(t, drawn)
}

func TestWeightsThatDoNotFitBesideThePricesDecideNothing(t *testing.T) {
	p := &cert.Problem{Goods: 1, Bidders: 2, Bids: []cert.Bid{
		{Bidder: 0, Group: cert.NoGroup, Price: 1 << 61, Goods: []int{0}}, {Bidder: 1, Group: cert.NoGroup, Price: 1 << 61, Goods: []int{0}},
	}}
	r, err := wdp.Solve(p, wdp.Options{Weights: []uint16{0, 1}})
	require.NoError(t, err)
	require.Equal(t, wdp.Optimal, r.Status)
	require.False(t, r.Settled)
	p.Bids[0].Price, p.Bids[1].Price = 1<<40, 1<<40
	r, err = wdp.Solve(p, wdp.Options{Weights: []uint16{0, 1 << 15}})
	require.NoError(t, err)
	require.True(t, r.Settled)
	require.Equal(t, []int{1}, r.Winners)
}

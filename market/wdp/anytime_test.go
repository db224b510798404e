// SPDX-License-Identifier: Apache-2.0

package wdp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/instances"
)

// hard are problems that need a search.
func hard() []*cert.Problem {
	return []*cert.Problem{
		instances.Generate(instances.L8, 40, 200, 1), instances.Generate(instances.L5, 40, 200, 3), instances.Generate(instances.Arbitrary, 40, 200, 1),
		instances.Generate(instances.Regions, 40, 200, 1), instances.Generate(instances.Matching, 40, 200, 2),
	}
}

// sold checks that the winners may win together and pay the revenue.
func sold(t *testing.T, p *cert.Problem, r wdp.Result) {
	t.Helper()
	goods, groups := map[int]bool{}, map[int]bool{}
	sum := int64(0)
	for _, w := range r.Winners {
		b := p.Bids[w]
		for _, g := range b.Goods {
			require.False(t, goods[g])
			goods[g] = true
		}
		if b.Group != cert.NoGroup {
			require.False(t, groups[b.Group])
			groups[b.Group] = true
		}
		sum += b.Price
	}
	require.Equal(t, r.Revenue, sum)
}

func TestEveryBudgetGivesWinnersAndABoundThatHolds(t *testing.T) {
	for _, p := range hard() {
		best, err := wdp.Solve(p, wdp.Options{})
		require.NoError(t, err)
		require.Equal(t, wdp.Optimal, best.Status)
		unproven := 0
		last := best.Bound + 1<<40
		for _, limit := range []wdp.Options{{Pivots: 1, Nodes: 1}, {Nodes: 1}, {Pivots: 100}, {Nodes: 3}, {Nodes: 10}, {Nodes: 100}, {}} {
			limit.Proof = true
			r, err := wdp.Solve(p, limit)
			require.NoError(t, err)
			sold(t, p, r)
			require.LessOrEqual(t, r.Revenue, best.Revenue)
			require.GreaterOrEqual(t, r.Bound, best.Revenue, "the bound holds")
			require.Equal(t, r.Status == wdp.Optimal, r.Bound == r.Revenue)
			require.Equal(t, r.Status == wdp.Optimal, r.Proof != nil)
			if r.Status == wdp.Feasible {
				unproven++
			}
			if limit.Pivots == 0 {
				require.LessOrEqual(t, r.Bound, last, "with more nodes the bound is no worse")
				last = r.Bound
			}
		}
		require.Positive(t, unproven, "the smallest budgets prove nothing here")
	}
}

func TestTheSameSolveTwiceIsTheSame(t *testing.T) {
	for _, p := range hard() {
		a, err := wdp.Solve(p, wdp.Options{Proof: true})
		require.NoError(t, err)
		b, err := wdp.Solve(p, wdp.Options{Proof: true})
		require.NoError(t, err)
		require.Equal(t, a, b)
	}
}

func TestStopEndsASolveWhereverItIs(t *testing.T) {
	p := instances.Generate(instances.L8, 60, 400, 1)
	full := 0
	_, err := wdp.Solve(p, wdp.Options{Stop: func() bool { full++; return false }})
	require.NoError(t, err)
	require.Greater(t, full, 100)
	for _, after := range []int{0, 1, 2, 10, full / 2, full - 1} {
		asked, late := 0, 0
		r, err := wdp.Solve(p, wdp.Options{Stop: func() bool {
			asked++
			if asked > after+1 {
				late++
			}
			return asked > after
		}})
		require.NoError(t, err)
		require.Equal(t, wdp.Feasible, r.Status)
		require.Zero(t, late, "who was told to stop does not ask again")
		sold(t, p, r)
	}
}

func TestAStartIsNoWorseThanItsBidsAndImpossibleOnesAreLeftOut(t *testing.T) {
	p := instances.Generate(instances.Regions, 60, 400, 2)
	best, err := wdp.Solve(p, wdp.Options{})
	require.NoError(t, err)
	r, err := wdp.Solve(p, wdp.Options{Start: best.Winners, Nodes: 1, Pivots: 1})
	require.NoError(t, err)
	require.Equal(t, best.Revenue, r.Revenue)
	r, err = wdp.Solve(p, wdp.Options{Start: []int{0, 0, 1, 2, 3, -5, 1 << 20}})
	require.NoError(t, err)
	require.Equal(t, best.Revenue, r.Revenue)
}

func TestIntervalsAndSingleGoodsNeedNoSearch(t *testing.T) {
	rows := instances.Generate(instances.Scheduling, 200, 600, 1)
	for i := range rows.Bids {
		rows.Bids[i].Group = cert.NoGroup
	}
	singles := instances.Generate(instances.L4, 30, 900, 1)
	for i := range singles.Bids {
		singles.Bids[i].Goods = singles.Bids[i].Goods[:1]
		singles.Bids[i].Group = singles.Bids[i].Bidder
	}
	for _, p := range []*cert.Problem{rows, singles} {
		r, err := wdp.Solve(p, wdp.Options{Proof: true})
		require.NoError(t, err)
		require.Equal(t, wdp.Optimal, r.Status)
		require.Zero(t, r.Nodes)
		require.NoError(t, cert.Check(p, r.Proof))
	}
}

func TestWhatIsNoAuctionIsRefused(t *testing.T) {
	_, err := wdp.Solve(&cert.Problem{Goods: 1, Bidders: 1, Bids: []cert.Bid{{Price: -1, Group: cert.NoGroup}}}, wdp.Options{})
	var bid *cert.BidError
	require.ErrorAs(t, err, &bid)
	_, err = wdp.Solve(&cert.Problem{Goods: -1}, wdp.Options{})
	var size *cert.SizeError
	require.ErrorAs(t, err, &size)
	r, err := wdp.Solve(&cert.Problem{}, wdp.Options{Proof: true})
	require.NoError(t, err)
	require.Equal(t, wdp.Optimal, r.Status)
	require.NoError(t, cert.Check(&cert.Problem{}, r.Proof))
}

func TestAPartWithTooManyRowsIsNotSearched(t *testing.T) {
	p := &cert.Problem{Goods: 5000, Bidders: 2500}
	for i := range 2500 { // a ring of bids, each of which excludes the next two
		p.Bids = append(p.Bids,
			cert.Bid{Bidder: i, Group: cert.NoGroup, Price: 10, Goods: []int{2 * i, 2*i + 1}},
			cert.Bid{Bidder: i, Group: cert.NoGroup, Price: 11, Goods: []int{2*i + 1, (2*i + 2) % 5000}})
	}
	r, err := wdp.Solve(p, wdp.Options{})
	require.NoError(t, err)
	sold(t, p, r)
	require.GreaterOrEqual(t, r.Bound, r.Revenue)
}

// SPDX-License-Identifier: Apache-2.0

package pay

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/instances"
)

func TestPaymentsOfKnownProblemsAreTheKnownOnes(t *testing.T) {
	known, err := instances.Known()
	require.NoError(t, err)
	for _, c := range known {
		if c.Answer.CoreRevenue == nil {
			continue
		}
		r := outcome(t, c.Problem)
		vcg, err := VCG(c.Problem, r, Options{})
		require.NoError(t, err)
		for i, bidder := range vcg.Bidders {
			without, ok := c.Answer.Without[bidder]
			if !ok {
				without = r.Revenue // another optimum does without this bidder
			}
			require.Equal(t, vcg.Values[i]-(r.Revenue-without), vcg.Amounts[i], c.Problem.Name)
		}
		core, err := Core(c.Problem, r, vcg, Options{})
		require.NoError(t, err)
		require.InDelta(t, *c.Answer.CoreRevenue, core.Total(), 1, c.Problem.Name)
	}
}

func TestWithoutAProofThereAreNoPayments(t *testing.T) {
	p := instances.Generate(instances.L8, 30, 120, 1)
	feasible, err := wdp.Solve(p, wdp.Options{Nodes: 1, Pivots: 1})
	require.NoError(t, err)
	require.Equal(t, wdp.Feasible, feasible.Status)
	_, err = VCG(p, feasible, Options{})
	require.ErrorIs(t, err, ErrNotProven)
	_, err = Core(p, feasible, Payments{}, Options{})
	require.ErrorIs(t, err, ErrNotProven)

	r := outcome(t, p)
	short := Options{Solve: wdp.Options{Nodes: 1, Pivots: 1}}
	_, err = VCG(p, r, short)
	require.ErrorIs(t, err, ErrNotProven)
	vcg, err := VCG(p, r, Options{})
	require.NoError(t, err)
	_, err = Core(p, r, vcg, short)
	require.ErrorIs(t, err, ErrNotProven)
}

func TestSolvesAtOnceGiveTheSamePayments(t *testing.T) {
	p := instances.Generate(instances.Regions, 30, 120, 3)
	r := outcome(t, p)
	one, err := VCG(p, r, Options{})
	require.NoError(t, err)
	many, err := VCG(p, r, Options{Each: func(n int, do func(int)) {
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { do(n - 1 - i) }) // awaited below
		}
		wg.Wait()
	}})
	require.NoError(t, err)
	require.Equal(t, one, many)
}

func TestCorePaymentsComeNearToTheReference(t *testing.T) {
	// Two bidders for a good each against one who offers 10 for both: any split of 10 is in the core.
	p := two(8, 8, 10)
	r := outcome(t, p)
	vcg, err := VCG(p, r, Options{})
	require.NoError(t, err)
	for _, c := range []struct{ reference, want []int64 }{
		{nil, []int64{5, 5}},
		{[]int64{2, 6}, []int64{3, 7}},
		{[]int64{0, 20}, []int64{2, 8}}, // nobody pays more than its bid, or less than VCG
		{[]int64{2, 7}, []int64{3, 7}},  // 2.5 and 7.5, in whole numbers
	} {
		core, err := Core(p, r, vcg, Options{Reference: c.reference})
		require.NoError(t, err)
		require.Equal(t, int64(10), core.Total())
		require.Equal(t, c.want, core.Amounts)
	}
}

// two is an auction of two goods: one bidder for each, and one for both.
func two(first, second, both int64) *cert.Problem {
	return &cert.Problem{Goods: 2, Bidders: 3, Bids: []cert.Bid{
		{Bidder: 0, Group: cert.NoGroup, Price: first, Goods: []int{0}},
		{Bidder: 1, Group: cert.NoGroup, Price: second, Goods: []int{1}},
		{Bidder: 2, Group: cert.NoGroup, Price: both, Goods: []int{0, 1}},
	}}
}

// gain returns what a bidder with these true bids has of an auction in which it bids others.
func gain(t *testing.T, truth, bid *cert.Problem, bidder int) int64 {
	r := outcome(t, bid)
	vcg, err := VCG(bid, r, Options{})
	require.NoError(t, err)
	worth := int64(0)
	for _, w := range r.Winners {
		if bid.Bids[w].Bidder == bidder {
			worth += truth.Bids[w].Price
		}
	}
	for i, b := range vcg.Bidders {
		if b == bidder {
			worth -= vcg.Amounts[i]
		}
	}
	return worth
}

func TestNoBidderGainsByBiddingOtherPricesUnderVCG(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for range 40 {
		truth := random(r, 5, 4, 9)
		for bidder := range truth.Bidders {
			honest := gain(t, truth, truth, bidder)
			require.GreaterOrEqual(t, honest, int64(0))
			for range 50 {
				lie := *truth
				lie.Bids = append([]cert.Bid(nil), truth.Bids...)
				for i, b := range lie.Bids {
					if b.Bidder != bidder {
						continue
					}
					switch r.IntN(3) { // scaled, shifted, as good as dropped
					case 0:
						lie.Bids[i].Price = max(1, int64(float64(b.Price)*r.Float64()*2))
					case 1:
						lie.Bids[i].Price = max(1, b.Price+r.Int64N(21)-10)
					case 2:
						lie.Bids[i].Price = 1
					}
				}
				require.LessOrEqual(t, gain(t, truth, &lie, bidder), honest)
			}
		}
	}
}

func TestAWinningBidThatIsRaisedStillWins(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	for range 500 {
		p := random(r, 5, 4, 9)
		before := outcome(t, p)
		for _, w := range before.Winners {
			more := 1 + r.Int64N(10)
			p.Bids[w].Price += more
			require.Contains(t, outcome(t, p).Winners, w)
			p.Bids[w].Price -= more
		}
	}
}

func TestLeastMeetsItsDemandsAndNearestKeepsTheSum(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for range 2000 {
		n := 1 + r.IntN(6)
		low, high, aim := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			low[i] = float64(r.IntN(10))
			high[i] = low[i] + float64(r.IntN(20))
			aim[i] = float64(r.IntN(30))
		}
		var rows []demand
		for range r.IntN(6) {
			d := demand{}
			most := 0.0
			for i := range n {
				if r.IntN(2) == 0 {
					d.over = append(d.over, i)
					most += high[i]
				}
			}
			d.min = math.Floor(most * r.Float64())
			rows = append(rows, d)
		}
		start := least(rows, low, high)
		sum := 0.0
		for _, x := range start {
			sum += x
		}
		near := nearest(start, rows, low, high, aim, sum)
		for _, paid := range [][]float64{start, near} {
			total := 0.0
			for i, x := range paid {
				require.GreaterOrEqual(t, x, low[i]-0.01)
				require.LessOrEqual(t, x, high[i]+0.01)
				total += x
			}
			require.InDelta(t, sum, total, 0.01)
			for _, d := range rows {
				have := 0.0
				for _, i := range d.over {
					have += paid[i]
				}
				require.GreaterOrEqual(t, have, d.min-0.01)
			}
		}
		require.LessOrEqual(t, distance(near, aim), distance(start, aim)+0.01)
	}
}

func distance(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return sum
}

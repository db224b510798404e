// SPDX-License-Identifier: Apache-2.0

package exact

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/instances"
)

// hard is a problem that no small budget solves.
func hard() auction.Problem {
	p := instances.Generate(instances.L8, 30, 120, 1)
	out := auction.Problem{Goods: p.Goods, Bidders: p.Bidders + 1, Payment: auction.VCG}
	for _, b := range p.Bids {
		out.Offers = append(out.Offers, auction.Offer{Bidder: b.Bidder, Group: b.Group, Value: b.Price, Goods: b.Goods})
	}
	return out
}

func TestABudgetIsDoubledAndOneWithoutLimitStaysSo(t *testing.T) {
	for _, c := range []struct {
		budget int64
		times  int
		want   int64
	}{{0, 0, 7}, {0, 2, 28}, {5, 3, 40}, {-1, 3, -1}, {math.MaxInt64/2 + 1, 1, math.MaxInt64/2 + 1}} {
		assert.Equal(t, c.want, twice(c.budget, 7, c.times))
	}
}

func TestASolverStopsWhenItIsToldTo(t *testing.T) {
	for _, own := range []bool{false, true} {
		limits := wdp.Options{Nodes: -1, Pivots: -1}
		if own {
			limits.Stop = func() bool { return true }
		}
		p := hard()
		p.Stop = func() bool { return !own }
		a, err := Solver(limits)(p)
		require.NoError(t, err)
		assert.False(t, a.Proven)
	}
	p := hard()
	p.Stop = func() bool { return false }
	a, err := Solver(wdp.Options{})(p)
	require.NoError(t, err)
	assert.True(t, a.Proven)
}

// An auction asks for more when the winners are not proven, and also when their payments are not.
func TestWhatALimitKeepsFromAProofIsNotProven(t *testing.T) {
	found := 0
	for nodes := int64(1); nodes < 1<<14; nodes *= 2 {
		a, err := Solver(wdp.Options{Nodes: nodes, Pivots: nodes * 16})(hard())
		if err != nil {
			require.ErrorIs(t, err, auction.ErrNotProven)
			found++
		} else if a.Proven {
			require.NotEmpty(t, a.Payments)
		}
	}
	require.Positive(t, found, "winners proven, and payments not")
}

func TestAProblemThatAsksForMoreIsProven(t *testing.T) {
	p := hard()
	for ; p.Doubled < 30; p.Doubled++ {
		if a, err := Solver(wdp.Options{Nodes: 1, Pivots: 16})(p); err == nil && a.Proven {
			break
		}
	}
	assert.Greater(t, p.Doubled, 3)
	assert.Less(t, p.Doubled, 30)
}

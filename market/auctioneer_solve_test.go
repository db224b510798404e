// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/money"
	"mabeam.dev/market/wdp"
)

// solving holds the combinatorial sale with a solver, and returns how it ended and with what everybody has in the end.
func solving(t *testing.T, rules func(*auction.Spec), solver auction.Solver) (v auction.View, have []money.Amount) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, sup := stocked(t, m)
		what := sales()["combinatorial"]
		if rules != nil {
			rules(&what.spec)
		}
		a, err := market.NewAuctioneer(market.AuctioneerOptions{Name: "auctioneer", Stream: "auction/7", Journal: m, Ledger: l, Spec: what.spec, Solver: solver})
		require.NoError(t, err)
		_, err = sup.StartChild(t.Context(), a.Child())
		require.NoError(t, err)
		play(t, a, what)
		v, _ = a.View()
		for _, who := range []string{"ann", "bob", "sue"} {
			have = append(have, balance(t, l, who))
		}
		nothingStuck(t, l)
	})
	return v, have
}

// refund is what everybody has before the sale.
var refund = []money.Amount{100, 100, 20}

func TestABudgetThatDoesNotSufficeIsDoubledThreeTimes(t *testing.T) {
	for enough := range 5 {
		var asked []int
		v, have := solving(t, nil, func(p auction.Problem) (auction.Answer, error) {
			asked = append(asked, p.Doubled)
			if p.Doubled < enough { // so small a problem is solved by any budget
				return auction.Answer{Bound: 1000}, nil
			}
			return exact.Solver(wdp.Options{})(p)
		})
		if enough < 4 {
			require.Equal(t, auction.Settled, v.State, "proven with budget %d", enough)
			assert.Equal(t, []money.Amount{70, 100, 47}, have)
			assert.Len(t, asked, enough+1)
		} else {
			require.Equal(t, auction.NoSale, v.State)
			assert.Contains(t, v.Outcome.Reason, "not proven")
			assert.Equal(t, refund, have)
			assert.Len(t, asked, 4)
		}
		assert.True(t, slices.IsSorted(asked))
	}
}

func TestAnAnswerWithinTheGapIsAcceptedWherePayIsAsBid(t *testing.T) {
	rules := func(gap money.Amount) func(*auction.Spec) {
		return func(s *auction.Spec) {
			s.Combinatorial.Payment, s.Combinatorial.AcceptGap = auction.PayAsBid, gap
		}
	}
	solver := func(auction.Problem) (auction.Answer, error) {
		return auction.Answer{Winners: []int{1}, Revenue: 30, Bound: 50}, nil
	}
	v, have := solving(t, rules(20), solver)
	require.Equal(t, auction.Settled, v.State)
	assert.Equal(t, []money.Amount{100, 70, 47}, have)
	v, have = solving(t, rules(19), solver)
	require.Equal(t, auction.NoSale, v.State)
	assert.Equal(t, refund, have)
}

func TestASolverThatCrashesIsRepeatedThreeTimes(t *testing.T) {
	for _, crashes := range []int{3, 4} {
		count := 0
		v, have := solving(t, nil, func(p auction.Problem) (auction.Answer, error) {
			if count++; count <= crashes {
				panic("division by zero")
			}
			if p.Doubled != 0 {
				return auction.Answer{}, errors.New("want the same budget")
			}
			return exact.Solver(wdp.Options{})(p)
		})
		if crashes == 3 {
			require.Equal(t, auction.Settled, v.State)
		} else {
			require.Equal(t, auction.NoSale, v.State)
			assert.Contains(t, v.Outcome.Reason, market.ErrSolverCrashed.Error())
			assert.Equal(t, refund, have)
			assert.Equal(t, 4, count)
		}
	}
}

func TestACancelledAuctionDoesNotWaitForItsSolver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		l, sup := stocked(t, m)
		what := sales()["combinatorial"]
		release := make(chan struct{})
		a, err := market.NewAuctioneer(market.AuctioneerOptions{
			Name: "auctioneer", Stream: "auction/7", Journal: m, Ledger: l, Spec: what.spec,
			Solver: func(p auction.Problem) (auction.Answer, error) {
				<-release
				assert.True(t, p.Stop(), "it is told to end")
				return auction.Answer{}, nil
			},
		})
		require.NoError(t, err)
		_, err = sup.StartChild(t.Context(), a.Child())
		require.NoError(t, err)
		play(t, a, what)
		v, _ := a.View()
		require.Equal(t, auction.Closing, v.State)
		_, err = a.Bid(t.Context(), what.bids[0].(auction.Bid))
		require.NoError(t, err, "the first answer, also while it is solved")
		_, err = a.Cancel(t.Context(), auction.Cancel{Operator: true, Reason: "too long"})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		close(release)
		synctest.Wait()
		v, _ = a.View()
		require.Equal(t, auction.Cancelled, v.State)
		nothingStuck(t, l)
	})
}

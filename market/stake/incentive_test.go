// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

// Whoever builds trust with many deals and cheats in one, or in all that are open, forfeits at least what they gain.
func TestCheatingNeverGainsMoreThanItForfeits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := New(Spec{Unbonding: 10, Appeals: 1})
		require.NoError(t, err)
		locked := money.Amount(rapid.Int64Range(1, 1000).Draw(t, "stake"))
		_, err = s.Lock(0, "ann", locked)
		require.NoError(t, err)
		var open []exposure
		for i := range rapid.IntRange(1, 20).Draw(t, "deals") {
			id, gain := fmt.Sprint("d", i), money.Amount(rapid.Int64Range(1, 400).Draw(t, "gain"))
			if s.Expose("ann", id, gain) == nil {
				if rapid.Bool().Draw(t, "honest") {
					require.NoError(t, s.Done(id))
					continue
				}
				open = append(open, exposure{id, gain})
			}
			if rapid.Bool().Draw(t, "withdraw") {
				_ = s.Unbond(int64(i), "ann", money.Amount(rapid.Int64Range(1, 400).Draw(t, "back")))
			}
			_, _ = s.Release(int64(i), "ann")
		}
		var gained, forfeited money.Amount
		for i, d := range open {
			gained += d.amount
			_, err := s.Report(0, Violation{ID: d.owner, Offender: "ann", Victim: "bob", Loss: d.amount, Evidence: "e", Kind: "abandonment", Proven: true})
			require.NoError(t, err, i)
			moves, err := s.Conclude(1, d.owner)
			require.NoError(t, err)
			for _, m := range moves {
				forfeited += m.Amount
			}
		}
		if len(open) == 1 {
			require.GreaterOrEqual(t, forfeited, gained)
		}
		require.LessOrEqual(t, gained, locked)
	})
}

func TestTheReportThatIsBelievedPaysMost(t *testing.T) {
	expected := func(belief, report int64) float64 {
		yes, err := Quadratic(1e12, report, true)
		require.NoError(t, err)
		no, err := Quadratic(1e12, report, false)
		require.NoError(t, err)
		return (float64(yes)*float64(belief) + float64(no)*float64(million-belief)) / million
	}
	for belief := int64(0); belief <= million; belief += 50_000 {
		for report := int64(0); report <= million; report += 25_000 {
			if report != belief {
				require.Greater(t, expected(belief, belief), expected(belief, report))
			}
		}
	}
	_, err := Quadratic(1, million+1, true)
	require.Error(t, err)
}

func TestAgreementIsNeverPunished(t *testing.T) {
	for _, n := range []int{3, 4, 50} {
		reports := make([]int64, n)
		for i := range reports {
			reports[i] = 700_000
		}
		paid, err := Peers(1000, reports)
		require.NoError(t, err)
		for _, p := range paid {
			assert.Equal(t, money.Amount(1000), p)
		}
	}
	paid, err := Peers(1000, []int64{500_000, 500_000, 500_000, 0})
	require.NoError(t, err)
	assert.Equal(t, []money.Amount{1000, 1000, 1000, 750}, paid, "an outlier moves nobody else's")
	for _, bad := range [][]int64{{1, 2}, {1, 2, -1}} {
		_, err = Peers(1, bad)
		require.Error(t, err)
	}
	_, err = Peers(-1, []int64{1, 2, 3})
	require.Error(t, err)
}

func TestCreditIsTheMeanOverAllOrdersAndDividesExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "agents")
		values := make([]money.Amount, 1<<n)
		for i := range values {
			values[i] = money.Amount(rapid.Int64Range(-100, 100).Draw(t, "value"))
		}
		value := func(set uint64) money.Amount { return values[set] }
		sums, orders := make([]money.Amount, n), 0
		var walk func(set uint64, adds []money.Amount)
		walk = func(set uint64, adds []money.Amount) {
			if set == 1<<n-1 {
				orders++
				for i := range sums {
					sums[i] += adds[i]
				}
				return
			}
			for i := range n {
				if set>>i&1 == 0 {
					adds[i] = values[set|1<<i] - values[set]
					walk(set|1<<i, adds)
				}
			}
		}
		walk(0, make([]money.Amount, n))
		credit, err := Shapley(n, value)
		require.NoError(t, err)
		total := money.Amount(0)
		for i, c := range credit {
			total += c
			require.Less(t, math.Abs(float64(c)-float64(sums[i])/float64(orders)), 1.0)
		}
		require.Equal(t, values[len(values)-1]-values[0], total)
	})
	// Sampled credits are where they say: of a game in which everybody adds to what the ones before them made.
	value := func(set uint64) money.Amount { return money.Amount(set%97) * money.Amount(set%13) }
	exact, err := Shapley(9, value)
	require.NoError(t, err)
	sampled, err := ShapleySampled(9, 5000, rand.New(rand.NewPCG(1, 2)), value)
	require.NoError(t, err)
	for i, e := range sampled {
		require.InDelta(t, float64(exact[i]), e.Mean, 2*e.Half+1)
		require.Less(t, e.Half, 20.0)
	}
	_, err = Shapley(13, nil)
	require.Error(t, err)
	_, err = ShapleySampled(65, 10, nil, nil)
	require.Error(t, err)
}

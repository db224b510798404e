// SPDX-License-Identifier: Apache-2.0

package pay

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
)

func outcome(t *testing.T, p *cert.Problem) wdp.Result {
	t.Helper()
	r, err := wdp.Solve(p, wdp.Options{})
	require.NoError(t, err)
	require.Equal(t, wdp.Optimal, r.Status)
	return r
}

func TestVCGIsWhatBruteForceSaysAndNobodyPaysMoreThanItsBid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range trials {
		p := random(r, 5, 5, 9)
		result := outcome(t, p)
		all := uint(1)<<p.Bidders - 1
		require.Equal(t, best(p, all), result.Revenue)
		vcg, err := VCG(p, result, Options{})
		require.NoError(t, err)
		for i, bidder := range vcg.Bidders {
			require.Equal(t, vcg.Values[i]-(result.Revenue-best(p, all&^(1<<bidder))), vcg.Amounts[i])
			require.GreaterOrEqual(t, vcg.Amounts[i], int64(0))
			require.LessOrEqual(t, vcg.Amounts[i], vcg.Values[i])
		}
	}
}

// Every coalition of bidders is tried: what it could earn is no more than what it and the seller have, which is what the seller gets and what
// the coalition's winners keep.
func TestNoCoalitionObjectsToCorePaymentsAndNoCheaperOnesExist(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for range trials {
		p := random(r, 5, 5, 9)
		result := outcome(t, p)
		vcg, err := VCG(p, result, Options{})
		require.NoError(t, err)
		core, err := Core(p, result, vcg, Options{})
		require.NoError(t, err)
		n := len(core.Bidders)
		var rows []demand
		low, high := make([]float64, n), make([]float64, n)
		for coalition := range uint(1) << p.Bidders {
			d := demand{min: float64(best(p, coalition))}
			kept := int64(0)
			for i, bidder := range core.Bidders {
				if coalition>>bidder&1 == 1 {
					d.min -= float64(core.Values[i])
					kept += core.Values[i] - core.Amounts[i]
				} else {
					d.over = append(d.over, i)
				}
			}
			require.LessOrEqual(t, best(p, coalition), core.Total()+kept)
			rows = append(rows, d)
		}
		for i := range n {
			require.GreaterOrEqual(t, core.Amounts[i], vcg.Amounts[i])
			require.LessOrEqual(t, core.Amounts[i], core.Values[i])
			high[i] = float64(core.Values[i])
		}
		sum := 0.0
		for _, x := range least(rows, low, high) {
			sum += x
		}
		require.LessOrEqual(t, math.Ceil(sum-1e-6), float64(core.Total()))
		require.LessOrEqual(t, float64(core.Total()), sum+1+1e-6)
	}
}

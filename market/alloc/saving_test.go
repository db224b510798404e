// SPDX-License-Identifier: Apache-2.0

package alloc_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	. "mabeam.dev/market/alloc"
	"mabeam.dev/market/money"
)

// Fleets differ: an agent's costs are its own level times how well it suits each task, both log-normal with a spread of about a half; a tenth of
// the pairs cannot be. Taking turns means that each task goes to the next agent in the circle that can do it. Both do every task, so that success is equal.
//
// Holds: ECO-9
func TestAssignmentSavesAtLeastThirtyPercentAgainstTakingTurns(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	const rounds, tasks, agents = 200, 20, 30
	var mean, spread float64
	for k := range rounds {
		cost := make([][]money.Amount, tasks)
		level := make([]float64, agents)
		for j := range level {
			level[j] = math.Exp(0.5 * r.NormFloat64())
		}
		for i := range cost {
			cost[i] = make([]money.Amount, agents)
			for j := range cost[i] {
				cost[i][j] = money.Amount(1e6 * level[j] * math.Exp(0.5*r.NormFloat64()))
				if r.IntN(10) == 0 {
					cost[i][j] = Forbidden
				}
			}
		}
		_, best, err := Assign(cost)
		require.NoError(t, err)
		taken := make([]bool, agents)
		turns, next := money.Amount(0), r.IntN(agents)
		for i := range cost {
			for taken[next%agents] || cost[i][next%agents] == Forbidden {
				next++
			}
			taken[next%agents] = true
			turns += cost[i][next%agents]
			next++
		}
		saved := 1 - float64(best)/float64(turns)
		off := saved - mean
		mean += off / float64(k+1)
		spread += off * (saved - mean)
	}
	half := 1.96 * math.Sqrt(spread/(rounds-1)/rounds)
	t.Logf("saved %.1f %% +- %.1f", 100*mean, 100*half)
	require.Greater(t, mean-half, 0.3)
}

// SPDX-License-Identifier: Apache-2.0

package reputation_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/reputation"
)

// events draws evidence of one agent at scattered times, each from a rater of its own, so that weights do not depend on the order.
func events(t *rapid.T) []reputation.Evidence {
	n := rapid.IntRange(1, 40).Draw(t, "n")
	all := make([]reputation.Evidence, n)
	for i := range all {
		all[i] = proof(i, rapid.Float64Range(0, 1).Draw(t, "outcome"), start.Add(time.Duration(rapid.IntRange(0, 250*24).Draw(t, "hour"))*time.Hour))
		all[i].Dimension = reputation.Dimension(rapid.IntRange(0, 1).Draw(t, "dimension"))
		all[i].Value, all[i].Typical = 50, 100
	}
	return all
}

func TestEvidenceIsConservedInWhateverOrderItArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := events(t)
		end := start.Add(260 * day)
		b, err := reputation.New(reputation.Rules{})
		require.NoError(t, err)
		for _, i := range rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 1)).Perm(len(all)) {
			c, err := b.Record(all[i])
			require.NoError(t, err)
			require.Equal(t, reputation.Counted, c.Verdict)
			again, err := b.Record(all[i])
			require.NoError(t, err)
			require.Equal(t, reputation.Known, again.Verdict)
		}
		// The model adds up everything from the beginning, at the end.
		var good, bad [reputation.Dimensions]float64
		for _, e := range all {
			keep := .5 * math.Pow(.5, end.Sub(e.At).Hours()/24/30)
			good[e.Dimension] += keep * e.Outcome
			bad[e.Dimension] += keep * 2 * (1 - e.Outcome)
		}
		for d := range reputation.Dimension(2) {
			have := b.Standing("ann", "").Evidence[d].Faded(30*day, end)
			require.InDelta(t, good[d], have.Good, 1e-9)
			require.InDelta(t, bad[d], have.Bad, 1e-9)
		}
	})
}

func TestScoresStayWithinTheirRangeAndBetterOutcomesNeverScoreLower(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		worse, better := events(t), []reputation.Evidence(nil)
		for _, e := range worse {
			e.Outcome = min(1, e.Outcome+rapid.Float64Range(0, .5).Draw(t, "more"))
			better = append(better, e)
		}
		low, high := fold(t, worse), fold(t, better)
		for d := range low.Estimates {
			x, y := low.Estimates[d], high.Estimates[d]
			require.LessOrEqual(t, x.Mean, y.Mean+1e-12)
			for _, e := range []reputation.Estimate{x, y} {
				require.True(t, 0 <= e.Lower && e.Lower < e.Mean && e.Mean < 1 && 0 < e.Uncertainty && e.Uncertainty <= 1, "%+v", e)
			}
		}
		require.True(t, 0 <= low.Overall && low.Overall < 1)
	})
}

func fold(t *rapid.T, all []reputation.Evidence) reputation.Score {
	b, err := reputation.New(reputation.Rules{})
	require.NoError(t, err)
	for _, e := range all {
		_, err := b.Record(e)
		require.NoError(t, err)
	}
	return b.Score("ann", "", start.Add(260*day))
}

// networks draws small networks: everybody may stake and trust anybody, and some agents belong to others.
func networks(t *rapid.T) reputation.Network {
	size := rapid.IntRange(2, 12).Draw(t, "size")
	name := func(i int) reputation.Agent { return reputation.Agent(fmt.Sprintf("a%02d", i)) }
	n := reputation.Network{Now: start, Owners: map[reputation.Agent]reputation.Agent{}}
	n.Stakes = append(n.Stakes, reputation.Stake{Agent: name(0), Amount: 5, Since: start})
	pick := rapid.IntRange(0, size-1)
	for range rapid.IntRange(0, 4).Draw(t, "stakes") {
		n.Stakes = append(n.Stakes, reputation.Stake{Agent: name(pick.Draw(t, "who")), Amount: 3, Since: start})
	}
	for range rapid.IntRange(0, 40).Draw(t, "edges") {
		n.Edges = append(n.Edges, reputation.Edge{From: name(pick.Draw(t, "from")), To: name(pick.Draw(t, "to")), Value: rapid.Float64Range(0, 9).Draw(t, "value")})
	}
	if rapid.Bool().Draw(t, "merged") {
		n.Owners[name(size-1)] = name(0)
	}
	return n
}

func TestTrustIsADistributionThatNoGroupRaisesAboveItsStakeAndInflow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := networks(t)
		trust, err := n.Rank()
		require.NoError(t, err)
		ranking, sum := trust.Ranking(), 0.
		for _, r := range ranking {
			sum += r.Trust
			hit := trust.Hitting(r.Owner)
			require.True(t, hit >= 0 && hit <= 1+1e-9, "%v", hit)
			// Whoever is reached has trust, and the other way about: trust is the chance to get there times how often the walk comes again,
			// at most 1/a times, in parts of all that begins, at least a and at most 1.
			const a = 0.15
			require.LessOrEqual(t, a*hit, r.Trust+1e-7, r.Owner)
			require.LessOrEqual(t, a*r.Trust, hit+1e-7, r.Owner)
		}
		require.InDelta(t, 1, sum, 1e-6)
		var group []reputation.Agent
		total := 0.
		for _, r := range ranking {
			if rapid.Bool().Draw(t, "in") {
				group = append(group, r.Owner)
				total += r.Trust
			}
		}
		require.LessOrEqual(t, total, trust.Bound(group...)+1e-7)
	})
}

func TestHittingIsNotRaisedByWhatTheGroupDoesAmongItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := networks(t)
		n.Owners = nil
		before, err := n.Rank()
		require.NoError(t, err)
		was := before.Hitting("a01")
		for i := range 5 { // an army that a01 trusts, and that trusts it
			x := reputation.Agent(fmt.Sprintf("sybil-%d", i))
			n.Edges = append(n.Edges, reputation.Edge{From: "a01", To: x, Value: 1e6}, reputation.Edge{From: x, To: "a01", Value: 1e6})
		}
		after, err := n.Rank()
		require.NoError(t, err)
		require.LessOrEqual(t, after.Hitting("a01"), was+1e-7)
	})
}

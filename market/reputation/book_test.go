// SPDX-License-Identifier: Apache-2.0

package reputation_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
)

const day = 24 * time.Hour

var start = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// proof is good evidence of full weight, from a rater of its own.
func proof(n int, outcome float64, at time.Time) reputation.Evidence {
	return reputation.Evidence{
		Agent: "ann", Rater: reputation.Agent(fmt.Sprintf("client-%d", n)), Source: reputation.Settlement, Cause: fmt.Sprintf("t%d", n),
		Dimension: reputation.Reliability, Outcome: outcome, At: at,
	}
}

func newBook(t *testing.T, rules reputation.Rules) *reputation.Book {
	b, err := reputation.New(rules)
	require.NoError(t, err)
	return b
}

func record(t *testing.T, b *reputation.Book, e reputation.Evidence) reputation.Change {
	t.Helper()
	c, err := b.Record(e)
	require.NoError(t, err)
	return c
}

func reliability(b *reputation.Book, at time.Time) reputation.Estimate {
	return b.Score("ann", "", at).Estimates[reputation.Reliability]
}

func TestCleanDealsOfFullWeightReachTheKnownBounds(t *testing.T) {
	b, n := newBook(t, reputation.Rules{}), 0
	for _, want := range []struct {
		deals int
		lower float64
	}{{0, .03}, {1, .28}, {2, .43}, {5, .65}, {10, .79}} {
		for ; n < want.deals; n++ {
			record(t, b, proof(n, 1, start))
		}
		assert.InDelta(t, want.lower, reliability(b, start).Lower, .005, "%d deals", want.deals)
	}
}

func TestAFailureWeighsTwice(t *testing.T) {
	b := newBook(t, reputation.Rules{})
	c := record(t, b, proof(1, 0, start))
	assert.Equal(t, reputation.Beta{Bad: 2, At: start}, c.Standing.Evidence[reputation.Reliability])
}

func TestAnIdleAgentDriftsToThePriorAndAnUpdateDoesNotUndoIt(t *testing.T) {
	b := newBook(t, reputation.Rules{})
	for n := range 8 {
		record(t, b, proof(n, 0, start))
	}
	assert.Less(t, reliability(b, start).Mean, .06)
	assert.InDelta(t, .5, reliability(b, start.Add(600*day)).Mean, .01)
	c := record(t, b, proof(8, 1, start.Add(30*day)))
	assert.InDelta(t, 8., c.Standing.Evidence[reputation.Reliability].Bad, 1e-9, "half of 16")
	assert.InDelta(t, 1., c.Standing.Evidence[reputation.Reliability].Good, 1e-9)
}

func TestTheSameCitationCountsOnceAndAContradictionIsRefused(t *testing.T) {
	b := newBook(t, reputation.Rules{})
	first := record(t, b, proof(1, 1, start))
	again := record(t, b, proof(1, 1, start))
	assert.Equal(t, reputation.Known, again.Verdict)
	assert.Equal(t, first.Standing, again.Standing)
	_, err := b.Record(proof(1, .5, start))
	var conflict *reputation.ConflictError
	require.ErrorAs(t, err, &conflict)
	require.ErrorIs(t, err, reputation.ErrConflict)
	assert.Equal(t, 1., conflict.Counted)
	assert.Equal(t, first.Standing, b.Standing("ann", ""))
	other := proof(1, 1, start)
	other.Dimension = reputation.Performance
	assert.Equal(t, reputation.Counted, record(t, b, other).Verdict, "another dimension is another citation")
}

func TestAPairWeighsLessEachTimeAndNeverMoreThanItsCap(t *testing.T) {
	b, total := newBook(t, reputation.Rules{}), 0.
	for n := range 200 {
		e := proof(n, 1, start.Add(time.Duration(n)*time.Minute))
		e.Rater = "friend"
		w := record(t, b, e).Weight
		if n < 4 {
			assert.InDelta(t, 1/math.Sqrt(float64(n+1)), w, .3)
		}
		total += w
	}
	assert.InDelta(t, 3, total, 1e-9)
	e := proof(1000, 1, start.Add(91*day))
	e.Rater = "friend"
	assert.Equal(t, 1., record(t, b, e).Weight, "the window is over")
}

func TestSmallDealsAndIncredibleRatersWeighLess(t *testing.T) {
	b := newBook(t, reputation.Rules{})
	small := proof(1, 1, start)
	small.Value, small.Typical = money.Unit, 10*money.Unit
	assert.InDelta(t, .1, record(t, b, small).Weight, 1e-12)
	large := proof(2, 1, start)
	large.Value, large.Typical = 1000*money.Unit, 10*money.Unit
	assert.Equal(t, 1., record(t, b, large).Weight)
	rated := proof(3, 1, start)
	rated.Dimension, rated.Credibility = reputation.Cooperation, .25
	assert.Equal(t, .25, record(t, b, rated).Weight)
	measured := proof(4, 1, start)
	measured.Credibility = .25
	assert.Equal(t, 1., record(t, b, measured).Weight, "what was measured does not depend on who says it")
}

func TestOnlySettledEvidenceIsTakenAndEveryMistakeIsNamed(t *testing.T) {
	b := newBook(t, reputation.Rules{})
	claimed := proof(1, 1, start)
	claimed.Source = 0
	_, err := b.Record(claimed)
	require.ErrorIs(t, err, reputation.ErrNoEvidence)
	uncited := proof(1, 1, start)
	uncited.Cause = ""
	_, err = b.Record(uncited)
	require.ErrorIs(t, err, reputation.ErrNoEvidence)
	_, err = b.Record(reputation.Evidence{
		Agent: "ann", Rater: "ann", Source: reputation.Settlement, Cause: "t", Outcome: math.NaN(), Credibility: 2, Value: -1, Dimension: 9,
		Domain: string(make([]byte, 300)),
	})
	for _, field := range []string{"rater", "dimension", "outcome", "credibility", "value", "at", "domain"} {
		assert.ErrorContains(t, err, "evidence "+field)
	}
	require.ErrorIs(t, err, reputation.ErrInvalidEvidence)
	_, err = b.Record(reputation.Evidence{Source: reputation.Settlement, Cause: string(make([]byte, 300)), At: start})
	for _, field := range []string{"agent", "rater", "cause"} {
		assert.ErrorContains(t, err, "evidence "+field)
	}
	assert.Empty(t, b.Ranking(reputation.Question{At: start}), "nothing was changed")
}

func TestEvidenceOlderThanTheMemoryIsPassedOver(t *testing.T) {
	b := newBook(t, reputation.Rules{})
	record(t, b, proof(1, 1, start))
	before := record(t, b, proof(2, 1, start.Add(301*day)))
	c := record(t, b, proof(3, 0, start))
	assert.Equal(t, reputation.TooOld, c.Verdict)
	assert.Equal(t, before.Standing, c.Standing)
	// The citation of the first is forgotten by now, and must not count again.
	assert.Equal(t, reputation.TooOld, record(t, b, proof(1, 1, start)).Verdict)
}

func TestBothSidesOfADealAreJudgedByWhatWasMeasured(t *testing.T) {
	deal := reputation.Deal{
		Transaction: "s1", Provider: "ann", Client: "bob", Domain: "maps", Value: 10, Typical: 20,
		Due: start, Delivered: start.Add(time.Second), Promised: 4, Measured: 3, Quoted: 8, Actual: 10, Unpaid: true,
		OfProvider: reputation.Rating{Given: true, Value: .75, Credibility: .5}, OfClient: reputation.Rating{Given: true, Value: 0, Credibility: 1},
		Settled: start.Add(time.Hour),
	}
	b, got := newBook(t, reputation.Rules{}), map[string]float64{}
	for _, e := range deal.Evidence() {
		record(t, b, e)
		got[string(e.Agent)+" "+e.Dimension.String()] = e.Outcome
	}
	assert.Equal(t, map[string]float64{
		"ann reliability": 0, "ann performance": .75, "ann cost_efficiency": .8, "ann cooperation": .75, "bob reliability": 0, "bob cooperation": 0,
	}, got)
	assert.InDelta(t, (0+.75+.8)/3, deal.Outcome(), 1e-12)
	assert.Equal(t, []string{"maps"}, b.Domains("ann"))
	assert.Equal(t, b.Standing("ann", ""), b.Standing("ann", "maps"))
}

func TestTheGateNamesTheWorstDimensionAndStakeLetsOnlyTheUnknownPass(t *testing.T) {
	b := newBook(t, reputation.Rules{})
	err := b.Admit("new", "", start, 100, 99)
	var low *reputation.TooLowError
	require.ErrorAs(t, err, &low)
	require.ErrorIs(t, err, reputation.ErrReputationTooLow)
	assert.InDelta(t, .027, low.Have, .001)
	assert.NoError(t, b.Admit("new", "", start, 100, 100), "the exposure is covered")

	record(t, b, proof(1, 0, start))
	require.ErrorAs(t, b.Admit("ann", "", start, 100, 100), &low)
	assert.Equal(t, reputation.Reliability, low.Dimension)
	for n := 2; n < 30; n++ {
		record(t, b, proof(n, 1, start))
	}
	assert.NoError(t, b.Admit("ann", "", start, 100, 0, reputation.Reliability))
	require.ErrorAs(t, b.Admit("ann", "", start, 100, 0), &low)
	assert.Equal(t, reputation.Performance, low.Dimension, "nothing is known of it")

	record(t, b, reputation.Evidence{Agent: "eve", Source: reputation.Violation, Cause: "v1", Dimension: reputation.Reliability, At: start})
	assert.Error(t, b.Admit("eve", "", start.Add(290*day), 100, 100), "an upheld violation does not become newness by waiting")
	open := newBook(t, reputation.Rules{Gate: -1})
	assert.NoError(t, open.Admit("eve", "", start, 1, 0))
}

func TestRankingsOfPartsMergeToTheRankingOfTheWhole(t *testing.T) {
	whole, parts := newBook(t, reputation.Rules{}), []*reputation.Book{newBook(t, reputation.Rules{}), newBook(t, reputation.Rules{})}
	for n := range 60 {
		e := proof(n, float64(n%3)/2, start)
		e.Agent = reputation.Agent(fmt.Sprintf("agent-%d", n%10))
		if n%2 == 0 {
			e.Domain = "maps"
		}
		record(t, whole, e)
		record(t, parts[n%10%2], e)
	}
	performance := reputation.Reliability
	for _, q := range []reputation.Question{{At: start}, {At: start, Limit: 3}, {At: start, Domain: "maps", By: &performance, Limit: 4}, {At: start, Domain: "no"}} {
		ranking := whole.Ranking(q)
		assert.Equal(t, ranking, q.Merge(parts[0].Ranking(q), parts[1].Ranking(q)))
		for i := 1; i < len(ranking); i++ {
			assert.GreaterOrEqual(t, ranking[i-1].Value, ranking[i].Value)
		}
	}
}

func TestHistoryKeepsTheLastChangesInOrder(t *testing.T) {
	b := newBook(t, reputation.Rules{History: 3})
	for n := range 5 {
		record(t, b, proof(n, 1, start))
	}
	var causes []string
	for _, e := range b.History("ann") {
		causes = append(causes, e.Cause)
	}
	assert.Equal(t, []string{"t2", "t3", "t4"}, causes)
	assert.Empty(t, b.History("nobody"))
	assert.Equal(t, 3, b.Prune(start.Add(400*day))-2, "five pairs are idle")
}

func TestRulesNameEveryMistake(t *testing.T) {
	_, err := reputation.New(reputation.Rules{
		HalfLife: [4]time.Duration{-1}, Weights: [4]float64{math.NaN()}, Kappa: -1, Z: math.Inf(1), PairCap: -1, Gate: 1, PairWindow: -1, Memory: -1,
	})
	require.ErrorIs(t, err, reputation.ErrInvalidRules)
	for _, field := range []string{"half life of reliability", "weight of reliability", "kappa", "z", "pair cap", "gate", "pair window", "memory"} {
		assert.ErrorContains(t, err, "rules "+field)
	}
	_, err = reputation.New(reputation.Rules{Memory: day})
	assert.ErrorContains(t, err, "no less than the pair window")
}

func TestWordsAndTheirReading(t *testing.T) {
	for d := range reputation.Dimension(reputation.Dimensions) {
		got, err := reputation.ParseDimension(d.String())
		assert.NoError(t, err)
		assert.Equal(t, d, got)
	}
	_, err := reputation.ParseDimension("luck")
	assert.ErrorIs(t, err, reputation.ErrInvalidEvidence)
	assert.Equal(t, "reputation.Dimension(7) too_old reputation.Verdict(0)", fmt.Sprint(reputation.Dimension(7), " ", reputation.TooOld, " ", reputation.Verdict(0)))
}

func TestCredibilityFollowsAgreementWithWhatWasMeasured(t *testing.T) {
	var r reputation.Raters
	assert.Equal(t, .5, r.Credibility("new"))
	for range 50 {
		r.Observe("fair", .9, .9)
		r.Observe("slanderer", 0, 1)
		r.Observe("fair", math.NaN(), 1)
	}
	assert.Greater(t, r.Credibility("fair"), .98)
	assert.Less(t, r.Credibility("slanderer"), .02)
}

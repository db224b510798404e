// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// solve runs a search one trial at a time until it ends.
func solve(t testing.TB, s *Search, objective func(Trial) float64) []Trial {
	t.Helper()
	var all []Trial
	for {
		trials, err := s.Ask(1)
		if errors.Is(err, ErrExhausted) {
			return all
		}
		require.NoError(t, err)
		require.NotEmpty(t, trials)
		all = append(all, trials...)
		require.NoError(t, s.Tell(trials[0].ID, Measurement{Value: objective(trials[0])}))
	}
}

func newSearch(t testing.TB, o Options, dims ...Dimension) *Search {
	t.Helper()
	space, err := NewSpace(dims...)
	require.NoError(t, err)
	s, err := New(space, o)
	require.NoError(t, err)
	return s
}

var mixed = []Dimension{
	{Name: "kind", Kind: Categorical, Options: []string{"a", "b", "c"}},
	{Name: "rate", Min: 1e-4, Max: 1, Log: true, When: &Condition{Parent: "kind", In: []string{"b", "c"}}},
	{Name: "n", Kind: Integer, Min: 1, Max: 3},
}

func TestAGridIssuesEachPointOnceAndSaysHowManyBeforehand(t *testing.T) {
	s := newSearch(t, Options{Method: "grid", Steps: 4}, mixed...)
	seen := map[string]bool{}
	for _, trial := range solve(t, s, func(Trial) float64 { return 0 }) {
		seen[s.Space().Text(trial.Point)] = true
	}
	assert.InDelta(t, 3+2*4*3, GridSize(s.Space(), 4), 0)
	assert.Len(t, seen, 27)
	assert.Equal(t, 27, s.Asked(), "none twice")
	assert.True(t, seen["kind=b rate=0.0001 n=1"] && seen["kind=c rate=1 n=3"] && seen["kind=a n=2"], "both ends are there")
}

// In each half of each coordinate there are as many points as in the other, give or take one, however many there are.
func TestHaltonFillsEveryHalfAlike(t *testing.T) {
	s := newSearch(t, Options{Method: "halton", Limit: 128, Seed: 3}, Dimension{Name: "x", Max: 1}, Dimension{Name: "y", Max: 1})
	low := [2]int{}
	for n, trial := range solve(t, s, func(Trial) float64 { return 0 }) {
		for i, v := range trial.Point {
			if v < 0.5 {
				low[i]++
			}
		}
		assert.InDelta(t, float64(n+1)/2, float64(low[0]), 3, "after %d points", n+1)
		assert.InDelta(t, float64(n+1)/2, float64(low[1]), 4, "after %d points", n+1)
	}
}

func TestASHAGivesMoreToOneInEtaOnly(t *testing.T) {
	s := newSearch(t, Options{Method: "asha", MinResource: 1, MaxResource: 9, Limit: 200}, Dimension{Name: "x", Max: 1})
	count := map[float64]int{}
	points := map[TrialID]Trial{}
	for _, trial := range solve(t, s, func(t Trial) float64 { return t.Point[0] + 1/t.Resource }) {
		count[trial.Resource]++
		points[trial.ID] = trial
		if trial.From > 0 {
			assert.Equal(t, points[trial.From].Point, trial.Point, "it goes on with the same point")
			assert.InDelta(t, 3*points[trial.From].Resource, trial.Resource, 1e-9)
		}
	}
	// As answers come the best third changes, so that a few more than a third go up.
	assert.GreaterOrEqual(t, count[3], count[1]/3)
	assert.GreaterOrEqual(t, count[9], count[3]/3)
	assert.Less(t, count[3]+count[9], count[1]/2)
	best, _, _ := s.Best()
	assert.InDelta(t, 9.0, best.Resource, 0, "the best is one at the highest level")
	assert.Less(t, best.Point[0], 0.1)
}

func TestATrialThatStoppedEarlyCountsWhereItCameTo(t *testing.T) {
	s := newSearch(t, Options{Method: "asha", MinResource: 1, MaxResource: 9}, Dimension{Name: "x", Max: 1})
	trials, err := s.Ask(3)
	require.NoError(t, err)
	for i, trial := range trials {
		require.NoError(t, s.Tell(trial.ID, Measurement{Value: float64(i)}))
	}
	up, err := s.Ask(1)
	require.NoError(t, err)
	require.InDelta(t, 3.0, up[0].Resource, 0)
	require.NoError(t, s.Tell(up[0].ID, Measurement{Value: -1, Resource: 2}))
	_, _, told, _ := s.Trial(up[0].ID)
	assert.True(t, told)
	a := s.method.(*asha)
	assert.Empty(t, a.Rungs[0][1], "it never reached the second level")
	assert.Len(t, a.Rungs[0][0], 4)
}

func TestHyperbandBeginsAtEveryLevel(t *testing.T) {
	s := newSearch(t, Options{Method: "hyperband", MinResource: 1, MaxResource: 9, Limit: 120}, Dimension{Name: "x", Max: 1})
	began := map[float64]int{}
	for _, trial := range solve(t, s, func(t Trial) float64 { return t.Point[0] }) {
		if trial.From == 0 {
			began[trial.Resource]++
		}
	}
	assert.Greater(t, began[1], began[3])
	assert.Greater(t, began[3], began[9])
	assert.Positive(t, began[9])
}

func TestPBTCopiesTheBestAndKeepsTheLineage(t *testing.T) {
	s := newSearch(t, Options{Method: "pbt", MinResource: 1, MaxResource: 10, Population: 10, Seed: 4}, Dimension{Name: "x", Min: 0.01, Max: 1})
	trials := solve(t, s, func(t Trial) float64 { return math.Abs(t.Point[0] - 0.3) })
	require.LessOrEqual(t, len(trials), 100, "ten members, ten levels, and a copy of one that is further ahead skips some")
	copies := 0
	for _, trial := range trials {
		chain := s.Lineage(trial.ID)
		require.InDelta(t, trial.Resource, float64(len(chain)), 1e-9, "a lineage begins at the lowest level")
		if len(chain) > 1 && chain[1].Point[0] != trial.Point[0] {
			ratio := trial.Point[0] / chain[1].Point[0]
			assert.True(t, math.Abs(ratio-0.8) < 1e-9 || math.Abs(ratio-1.2) < 1e-9 || trial.Point[0] == 1 || trial.Point[0] == 0.01, "%v", ratio)
			copies++
		}
	}
	assert.Positive(t, copies)
	assert.Nil(t, s.Lineage(0))
	_, m, ok := s.Best()
	require.True(t, ok)
	assert.Less(t, m.Value, 0.1)
}

func TestPBTWaitsForAnswersAndOutlivesFailures(t *testing.T) {
	s := newSearch(t, Options{Method: "pbt", MinResource: 1, MaxResource: 3, Population: 3}, Dimension{Name: "x", Max: 1})
	trials, err := s.Ask(9)
	require.NoError(t, err)
	require.Len(t, trials, 3)
	more, err := s.Ask(1)
	require.NoError(t, err)
	require.Empty(t, more, "all members are at work")
	require.False(t, s.Done())
	require.NoError(t, s.Tell(trials[0].ID, Measurement{Value: 1}))
	require.NoError(t, s.Tell(trials[1].ID, Measurement{Failed: true}))
	require.NoError(t, s.Tell(trials[2].ID, Measurement{Value: 2}))
	more, err = s.Ask(1)
	require.NoError(t, err)
	require.Len(t, more, 1)
	assert.Equal(t, trials[0].ID, more[0].From, "who failed goes on with a copy of the best")
}

// A search of a space of options tries each before one twice, and finds the best among noisy ones.
func TestArmsTryAllAndThenTheBest(t *testing.T) {
	s := newSearch(t, Options{Method: "auto", Limit: 300, Seed: 1}, Dimension{Name: "a", Kind: Categorical, Options: []string{"p", "q", "r", "s", "t"}}, Dimension{Name: "b", Kind: Categorical, Options: []string{"u", "v"}})
	require.IsType(t, &arms{}, s.method)
	count := map[string]int{}
	noise := 0
	trials := solve(t, s, func(t Trial) float64 {
		noise++
		return t.Point[0] + 2*t.Point[1] + 0.5*math.Sin(float64(noise)*1.7)
	})
	for i, trial := range trials {
		text := s.Space().Text(trial.Point)
		if i < 10 {
			require.Zero(t, count[text])
		}
		count[text]++
	}
	for text, n := range count {
		assert.LessOrEqual(t, n, count["a=p b=u"], text)
	}
	assert.Greater(t, count["a=p b=u"], 100)
}

func TestAutoChoosesByTheSpaceAndTheOptions(t *testing.T) {
	number := Dimension{Name: "x", Max: 1}
	many := make([]Dimension, 21)
	for i := range many {
		many[i] = Dimension{Name: string(rune('a' + i)), Max: 1}
	}
	assert.IsType(t, &trust{}, newSearch(t, Options{}, number).method)
	assert.IsType(t, &cma{}, newSearch(t, Options{}, many...).method)
	assert.IsType(t, &tpe{}, newSearch(t, Options{}, mixed...).method)
	assert.IsType(t, &asha{}, newSearch(t, Options{MaxResource: 9}, mixed...).method)
	assert.IsType(t, &climb{}, newSearch(t, Options{Drift: true}, number).method)
}

// Each method that learns beats random points by far on a smooth function of its kind of space, with integers and logarithms in it.
func TestMethodsThatLearnBeatChance(t *testing.T) {
	figures(t)
	dims := []Dimension{{Name: "x", Min: -5, Max: 5}, {Name: "rate", Min: 1e-4, Max: 1, Log: true}, {Name: "n", Kind: Integer, Min: 0, Max: 30}}
	value := func(t Trial) float64 {
		x, rate, n := t.Point[0]-2, math.Log10(t.Point[1])+2, (t.Point[2]-17)/5
		return x*x + rate*rate + n*n
	}
	result := func(method string) float64 {
		var all []float64
		for seed := range uint64(9) {
			s := newSearch(t, Options{Method: method, Seed: seed, Limit: 120}, dims...)
			solve(t, s, value)
			_, m, _ := s.Best()
			all = append(all, m.Value)
		}
		return median(all)
	}
	chance := result("random")
	for _, method := range []string{"auto", "es", "cma-es", "tpe", "tpe-multivariate", "trust"} {
		assert.Less(t, result(method), chance/2, method)
	}
}

// However far CMA-ES has converged, it still tries the neighbours of an integer.
func TestCMAKeepsTheNeighboursOfAnIntegerInReach(t *testing.T) {
	s := newSearch(t, Options{Method: "cma-es", Seed: 2, Limit: 1500}, Dimension{Name: "x", Min: -5, Max: 5}, Dimension{Name: "n", Kind: Integer, Min: 0, Max: 20})
	var first []Trial // of the first run, which has converged
	for _, trial := range solve(t, s, func(t Trial) float64 { return t.Point[0]*t.Point[0] + (t.Point[1]-10)*(t.Point[1]-10) }) {
		if s.book.all[trial.ID-1].Tag == 0 {
			first = append(first, trial)
		}
	}
	require.Less(t, len(first), s.Asked(), "the first run has ended")
	late := map[float64]int{}
	for _, trial := range first[len(first)/2:] {
		late[trial.Point[1]]++
	}
	_, m, _ := s.Best()
	assert.Less(t, m.Value, 1e-6)
	assert.Positive(t, late[9]+late[11], "%v", late)
	assert.Greater(t, late[10], late[9]+late[11], "most samples are at the best one: %v", late)
}

func TestAPrunerStopsOnlyWhatIsWorse(t *testing.T) {
	median, err := NewPruner(Median, 3, 0)
	require.NoError(t, err)
	halving, err := NewPruner(Halving, 3, 3)
	require.NoError(t, err)
	none, err := NewPruner("", 0, 0)
	require.NoError(t, err)
	for id := TrialID(1); id <= 3; id++ {
		for _, p := range []*Pruner{median, halving, none} {
			assert.False(t, p.Report(id, 1, float64(id)), "too few to compare with")
		}
	}
	assert.True(t, median.Report(4, 1, 2.5))
	assert.False(t, median.Report(5, 1, 1.5))
	assert.True(t, halving.Report(4, 1, 2.5))
	assert.False(t, halving.Report(5, 1, 0.5))
	assert.False(t, none.Report(4, 1, 99))
	assert.False(t, median.Report(6, 1, math.NaN()), "no number says nothing")
	assert.False(t, median.Report(5, 2, 99), "its own best counts, and nobody else was there")

	data, err := median.MarshalBinary()
	require.NoError(t, err)
	again, err := NewPruner(NoPruning, 0, 0)
	require.NoError(t, err)
	require.NoError(t, again.UnmarshalBinary(data))
	assert.Equal(t, median, again)
	require.ErrorIs(t, again.UnmarshalBinary([]byte(`{"rule":"x"}`)), ErrInvalidState)
	assert.Equal(t, median, again)
	_, err = NewPruner("sometimes", -1, 0)
	require.ErrorIs(t, err, ErrInvalidOptions)
}

// The controller brings a sluggish process to its set point, and is not wound up by a bound that it sat at for long.
func TestAPIControllerSettlesAndDoesNotWindUp(t *testing.T) {
	p, err := NewPI(0.5, 2*time.Second, 0, 10, 0)
	require.NoError(t, err)
	level, out := 0.0, 0.0
	run := func(target float64, steps int) (most float64) {
		for range steps {
			out = p.Step(target-level, 100*time.Millisecond, false)
			level += (out - level) * 0.1
			most = math.Max(most, level)
		}
		return most
	}
	run(4, 500)
	assert.InDelta(t, 4, level, 0.05)
	run(50, 2000)
	assert.InDelta(t, 10, level, 0.05, "it cannot get further")
	back := 0
	for ; level > 5 && back < 1000; back++ {
		run(4, 1)
	}
	assert.Less(t, back, 40, "what could not be reached is not held against it")
	before := *p
	assert.InDelta(t, p.Step(math.NaN(), time.Second, false), before.Integral, 1e-12)
	assert.Equal(t, before, *p)
	p.Step(1, time.Hour, true)
	assert.Equal(t, before.Integral, p.Integral, "a refused output moves nothing")
	_, err = NewPI(0, -1, 2, 1, 0)
	require.ErrorIs(t, err, ErrInvalidOptions)
}

func TestAPIControllerNeverLeavesItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := NewPI(rapid.Float64Range(-5, 5).Filter(func(v float64) bool { return v != 0 }).Draw(t, "gain"), time.Second, -1, 3, 0)
		require.NoError(t, err)
		for range 30 {
			out := p.Step(rapid.Float64().Draw(t, "miss"), time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "lasted")), rapid.Bool().Draw(t, "refused"))
			require.True(t, out >= -1 && out <= 3 && p.Integral >= -1 && p.Integral <= 3)
		}
	})
}

// Restored at any moment, a tracker goes on as it would have; what is no tracker is refused.
func TestATrackerGoesOnAfterARestore(t *testing.T) {
	a, b := NewTracker(2), NewTracker(2)
	for i := range 50 {
		d := []float64{1, float64(2*(i%2) - 1)}
		pair := Pair{Center: a.Center(), Delta: d, Dither: 0.02}
		a.Learn(pair, math.Sin(float64(i)), math.Cos(float64(i)))
		if i == 25 {
			data, err := a.MarshalBinary()
			require.NoError(t, err)
			require.NoError(t, b.UnmarshalBinary(data))
		} else if i > 25 {
			b.Learn(pair, math.Sin(float64(i)), math.Cos(float64(i)))
		}
	}
	assert.Equal(t, a, b)
	a.Learn(Pair{Center: a.Center(), Delta: []float64{1, 1}, Dither: 0.1}, math.NaN(), 1)
	assert.Equal(t, a, b, "no number says nothing")
	require.ErrorIs(t, b.UnmarshalBinary([]byte(`{"at":[0.5]}`)), ErrInvalidState)
	require.ErrorIs(t, b.UnmarshalBinary([]byte(`{`)), ErrInvalidState)
	assert.Equal(t, a, b)
}

func TestASearchDoesNotChangePointsThatItHasIssued(t *testing.T) {
	s := newSearch(t, Options{Method: "cma-es", Limit: 100}, Dimension{Name: "x", Max: 1}, Dimension{Name: "y", Max: 1})
	var kept, issued []Point
	solve(t, s, func(t Trial) float64 {
		kept, issued = append(kept, slices.Clone(t.Point)), append(issued, t.Point)
		return t.Point[0]
	})
	assert.Equal(t, kept, issued)
}

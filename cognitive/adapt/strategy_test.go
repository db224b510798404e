// SPDX-License-Identifier: Apache-2.0

package adapt_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/adapt/lab"
	"mabeam.dev/cognitive/kind"
)

func TestStrategiesAreReadByTheirNames(t *testing.T) {
	for i, name := range adapt.Strategies() {
		s, err := adapt.ParseStrategy(name)
		require.NoError(t, err)
		assert.Equal(t, adapt.Strategy(i), s)
		text, err := s.MarshalText()
		require.NoError(t, err)
		var again adapt.Strategy
		require.NoError(t, again.UnmarshalText(text))
		assert.Equal(t, s, again)
	}
	_, err := adapt.ParseStrategy("greed")
	var wrong *adapt.StrategyError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "greed", wrong.Name)
	assert.ErrorContains(t, err, "cost_optimization")
	assert.Equal(t, "strategy 99", adapt.Strategy(99).String())
}

func TestGoalsThatDoNotFitTheirStrategyAreAllTold(t *testing.T) {
	for name, c := range map[string]struct {
		s     adapt.Strategy
		g     adapt.Goals
		wrong int
	}{
		"no weights":           {adapt.PerformanceFeedback, adapt.Goals{}, 1},
		"weights of quality":   {adapt.QualityImprovement, adapt.Goals{Weights: []adapt.Weight{{Metric: "a", Weight: 1}}}, 1},
		"no floor, with loads": {adapt.CostOptimization, adapt.Goals{Loads: []string{"a"}}, 2},
		"no number":            {adapt.LoadBalancing, adapt.Goals{Ceiling: math.NaN(), Budget: -1}, 2},
		"no such strategy":     {adapt.Strategy(99), adapt.Goals{}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.s.Objective(c.g)
			require.Error(t, err)
			assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), c.wrong, "%v", err)
		})
	}
}

// Holds: COG-11
func TestCostFallsAndTheFloorOfQualityIsNotBroken(t *testing.T) {
	all, below := 0, 0
	for seed := range seeds(8) {
		broken, steps, kept, cost := lab.Floor(seed)
		all, below = all+steps, below+broken
		assert.Less(t, cost, 8.0, "seed %d: it has become cheaper", seed)
		assert.False(t, kept, "seed %d: what is kept keeps the floor", seed)
	}
	assert.LessOrEqual(t, float64(below), 0.01*float64(all), "%d of %d", below, all)
}

// Holds: COG-13
func TestQualityRisesAsFarAsLatencyAndCostAllow(t *testing.T) {
	for name, g := range map[string]adapt.Goals{"latency": {Ceiling: 6}, "cost": {Budget: 6}} {
		t.Run(name, func(t *testing.T) {
			for seed := range seeds(8) {
				l := newLab(t, adapt.Spec{Strategy: adapt.QualityImprovement, Goals: g, Slice: true}, kind.OfFloat(0.2), seed, lab.Tradeoff)
				l.Run(60_000)
				assert.Greater(t, l.Value.Float(), 0.45, "seed %d", seed)
				for _, c := range l.Commits {
					assert.LessOrEqual(t, c.To.Float(), 0.6, "seed %d: the ceiling is at 0.6", seed)
				}
			}
		})
	}
}

// Holds: COG-12
func TestLoadIsMovedToWhoHasLess(t *testing.T) {
	for seed := range seeds(8) {
		begin, first, second, commits := lab.Loads(seed)
		assert.Greater(t, begin, 1.5)
		assert.LessOrEqual(t, first, 1.2, "seed %d", seed)
		assert.LessOrEqual(t, second, 1.2, "seed %d: after a change", seed)
		assert.LessOrEqual(t, commits, 20, "seed %d: what is even is left alone", seed)
	}
}

func TestTheBestIsFoundAndKept(t *testing.T) {
	byScore := adapt.Goals{Weights: []adapt.Weight{{Metric: "score", Weight: 1}}}
	for _, slice := range []bool{true, false} {
		t.Run(fmt.Sprintf("a number, slice %v", slice), func(t *testing.T) {
			runs := seeds(20)
			good := uint64(0)
			for seed := range runs {
				l := newLab(t, adapt.Spec{Strategy: adapt.PerformanceFeedback, Goals: byScore, Slice: slice}, kind.OfFloat(0.1), seed,
					lab.Scoring(func(x float64, _ int) float64 { return -40 * (x - 0.7) * (x - 0.7) }))
				l.Run(40_000)
				if math.Abs(l.Value.Float()-0.7) < 0.15 {
					good++
				}
			}
			assert.GreaterOrEqual(t, good, runs*9/10)
		})
		t.Run(fmt.Sprintf("an option, slice %v", slice), func(t *testing.T) {
			for seed := range seeds(8) {
				l := newLab(t, adapt.Spec{Kind: three, Strategy: adapt.PerformanceFeedback, Goals: byScore, Slice: slice}, kind.OfChoice("a"), seed,
					lab.Choices(func(o string, _ int) float64 { return map[string]float64{"a": 0, "b": -1, "c": 1}[o] }))
				l.Run(10_000)
				assert.Equal(t, "c", l.Value.Choice(), "seed %d", seed)
			}
		})
	}
}

// The best option becomes the worst one: the bandit sees it, and another is taken.
func TestOptionsAreTriedAgainWhenTheyChange(t *testing.T) {
	for seed := range seeds(8) {
		l := newLab(t, adapt.Spec{Kind: three, Slice: true}, kind.OfChoice("a"), seed, lab.Choices(func(o string, t int) float64 {
			best := "b"
			if t > 15_000 {
				best = "c"
			}
			if o == best {
				return 1.5
			}
			return 0
		}))
		l.Run(15_000)
		assert.Equal(t, "b", l.Value.Choice(), "seed %d", seed)
		l.Run(25_000)
		assert.Equal(t, "c", l.Value.Choice(), "seed %d", seed)
	}
}

// An option that is clearly worse is hardly given to anybody again, and equal ones are not swapped.
func TestABanditDoesNotWasteTrials(t *testing.T) {
	for seed := range seeds(8) {
		bad, all := 0, 0
		l := newLab(t, adapt.Spec{Kind: three, Slice: true}, kind.OfChoice("a"), seed, lab.Choices(func(o string, _ int) float64 {
			return map[string]float64{"a": 1, "b": 1, "c": -2}[o]
		}))
		l.Use = func(v kind.Value) {
			all++
			if v.Choice() == "c" {
				bad++
			}
		}
		l.Run(50_000)
		assert.LessOrEqual(t, bad, all/100, "seed %d", seed)
		assert.LessOrEqual(t, len(l.Commits), 4, "seed %d: a and b are the same", seed)
	}
}

func TestAStaticMachineProposesNothingAndStillSeesProblems(t *testing.T) {
	l := newLab(t, adapt.Spec{
		Strategy: adapt.Static, Slice: true,
		Problems: []adapt.Problem{adapt.HighCost("cost", 100, adapt.Action{Direction: -1}, adapt.Action{})},
	}, kind.OfFloat(0.5), 1, lab.Tradeoff)
	l.Run(5000)
	assert.Empty(t, l.Tried)
	assert.Equal(t, []string{"high cost"}, l.Machine.Status().Problems)
}

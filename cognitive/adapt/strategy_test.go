// SPDX-License-Identifier: Apache-2.0

package adapt_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/adapt"
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

// tradeoff is a world where more is better and dearer: quality from 0.5 to 1, cost and latency up to 10.
func tradeoff(v kind.Value, _ int, rng *rand.Rand) []adapt.Metric {
	x := v.Float()
	return []adapt.Metric{
		{Name: "quality", Value: 0.5 + x/2 + 0.1*rng.NormFloat64()},
		{Name: "latency", Value: 10*x + rng.NormFloat64()},
		{Name: "cost", Value: 10*x + rng.NormFloat64()},
	}
}

// Holds: COG-11
func TestCostFallsAndTheFloorOfQualityIsNotBroken(t *testing.T) {
	steps, broken := 0, 0
	for seed := range seeds(8) {
		l := newLab(t, adapt.Spec{Strategy: adapt.CostOptimization, Goals: adapt.Goals{Floor: 0.8}, Slice: true}, kind.OfFloat(0.9), seed, tradeoff)
		l.use = func(v kind.Value) {
			steps++
			if v.Float() < 0.6-1e-9 { // where quality is 0.8
				broken++
			}
		}
		l.run(60_000)
		assert.Less(t, l.value.Float(), 0.8, "seed %d: it has become cheaper", seed)
		for _, c := range l.commits {
			assert.GreaterOrEqual(t, c.to.Float(), 0.6, "seed %d: what is kept keeps the floor", seed)
		}
	}
	assert.LessOrEqual(t, float64(broken), 0.01*float64(steps), "%d of %d", broken, steps)
}

// Holds: COG-13
func TestQualityRisesAsFarAsLatencyAndCostAllow(t *testing.T) {
	for name, g := range map[string]adapt.Goals{"latency": {Ceiling: 6}, "cost": {Budget: 6}} {
		t.Run(name, func(t *testing.T) {
			for seed := range seeds(8) {
				l := newLab(t, adapt.Spec{Strategy: adapt.QualityImprovement, Goals: g, Slice: true}, kind.OfFloat(0.2), seed, tradeoff)
				l.run(60_000)
				assert.Greater(t, l.value.Float(), 0.45, "seed %d", seed)
				for _, c := range l.commits {
					assert.LessOrEqual(t, c.to.Float(), 0.6, "seed %d: the ceiling is at 0.6", seed)
				}
			}
		})
	}
}

// servers have capacities that are not the weights that they begin with, and change later.
type servers struct{ capacity []float64 }

func (s *servers) names() (all []string) {
	for i := range s.capacity {
		all = append(all, fmt.Sprint("load ", i))
	}
	return all
}

// kind is a weight for each.
func (s *servers) kind() (k kind.Structured) {
	for i := range s.capacity {
		k.Fields = append(k.Fields, kind.Field{Name: fmt.Sprint("weight ", i), Kind: kind.Float{Min: 1, Max: 100}})
	}
	return k
}

// loads are the utilisations that weights give, with a mean of about a half.
func (s *servers) loads(v kind.Value) []float64 {
	all, sum, capacity := make([]float64, len(s.capacity)), 0.0, 0.0
	for i, c := range s.capacity {
		all[i] = v.Field(fmt.Sprint("weight ", i)).Float()
		sum += all[i]
		capacity += c
	}
	for i, c := range s.capacity {
		all[i] = all[i] / sum * capacity / c / 2
	}
	return all
}

func (s *servers) world(v kind.Value, _ int, rng *rand.Rand) (m []adapt.Metric) {
	for i, x := range s.loads(v) {
		m = append(m, adapt.Metric{Name: fmt.Sprint("load ", i), Value: max(0, x*(1+0.2*rng.NormFloat64()))})
	}
	return m
}

func imbalance(loads []float64) float64 {
	most, sum := 0.0, 0.0
	for _, x := range loads {
		most, sum = max(most, x), sum+x
	}
	return most * float64(len(loads)) / sum
}

// Holds: COG-12
func TestLoadIsMovedToWhoHasLess(t *testing.T) {
	for seed := range seeds(8) {
		s := &servers{[]float64{1, 2, 4, 1, 3}}
		k := s.kind()
		l := newLab(t, adapt.Spec{Kind: k, Strategy: adapt.LoadBalancing, Goals: adapt.Goals{Loads: s.names()}}, equalWeights(k), seed, s.world)
		assert.Greater(t, imbalance(s.loads(l.value)), 1.5)
		l.run(10_000)
		assert.LessOrEqual(t, imbalance(s.loads(l.value)), 1.2, "seed %d: %v", seed, l.value)
		s.capacity = []float64{4, 1, 2, 2, 2}
		l.run(10_000)
		assert.LessOrEqual(t, imbalance(s.loads(l.value)), 1.2, "seed %d: after a change", seed)
		before := len(l.commits)
		l.run(20_000)
		assert.LessOrEqual(t, len(l.commits)-before, 20, "seed %d: what is even is left alone", seed)
	}
}

func equalWeights(k kind.Structured) kind.Value {
	var parts []kind.Part
	for _, f := range k.Fields {
		parts = append(parts, kind.Part{Name: f.Name, Value: kind.OfFloat(20)})
	}
	return kind.OfRecord(parts...)
}

// choices is a world of options that pay what they pay, and may change.
func choices(means func(option string, t int) float64) world {
	return func(v kind.Value, t int, rng *rand.Rand) []adapt.Metric {
		return one("score", means(v.Choice(), t)+rng.NormFloat64())
	}
}

var three = kind.OptionsOf("a", "b", "c")

func TestTheBestIsFoundAndKept(t *testing.T) {
	byScore := adapt.Goals{Weights: []adapt.Weight{{Metric: "score", Weight: 1}}}
	for _, slice := range []bool{true, false} {
		t.Run(fmt.Sprintf("a number, slice %v", slice), func(t *testing.T) {
			runs := seeds(20)
			good := uint64(0)
			for seed := range runs {
				l := newLab(t, adapt.Spec{Strategy: adapt.PerformanceFeedback, Goals: byScore, Slice: slice}, kind.OfFloat(0.1), seed,
					scoring(func(x float64, _ int) float64 { return -40 * (x - 0.7) * (x - 0.7) }))
				l.run(40_000)
				if math.Abs(l.value.Float()-0.7) < 0.15 {
					good++
				}
			}
			assert.GreaterOrEqual(t, good, runs*9/10)
		})
		t.Run(fmt.Sprintf("an option, slice %v", slice), func(t *testing.T) {
			for seed := range seeds(8) {
				l := newLab(t, adapt.Spec{Kind: three, Strategy: adapt.PerformanceFeedback, Goals: byScore, Slice: slice}, kind.OfChoice("a"), seed,
					choices(func(o string, _ int) float64 { return map[string]float64{"a": 0, "b": -1, "c": 1}[o] }))
				l.run(10_000)
				assert.Equal(t, "c", l.value.Choice(), "seed %d", seed)
			}
		})
	}
}

// The best option becomes the worst one: the bandit sees it, and another is taken.
func TestOptionsAreTriedAgainWhenTheyChange(t *testing.T) {
	for seed := range seeds(8) {
		l := newLab(t, adapt.Spec{Kind: three, Slice: true}, kind.OfChoice("a"), seed, choices(func(o string, t int) float64 {
			best := "b"
			if t > 15_000 {
				best = "c"
			}
			if o == best {
				return 1.5
			}
			return 0
		}))
		l.run(15_000)
		assert.Equal(t, "b", l.value.Choice(), "seed %d", seed)
		l.run(25_000)
		assert.Equal(t, "c", l.value.Choice(), "seed %d", seed)
	}
}

// An option that is clearly worse is hardly given to anybody again, and equal ones are not swapped.
func TestABanditDoesNotWasteTrials(t *testing.T) {
	for seed := range seeds(8) {
		bad, all := 0, 0
		l := newLab(t, adapt.Spec{Kind: three, Slice: true}, kind.OfChoice("a"), seed, choices(func(o string, _ int) float64 {
			return map[string]float64{"a": 1, "b": 1, "c": -2}[o]
		}))
		l.use = func(v kind.Value) {
			all++
			if v.Choice() == "c" {
				bad++
			}
		}
		l.run(50_000)
		assert.LessOrEqual(t, bad, all/100, "seed %d", seed)
		assert.LessOrEqual(t, len(l.commits), 4, "seed %d: a and b are the same", seed)
	}
}

func TestAStaticMachineProposesNothingAndStillSeesProblems(t *testing.T) {
	l := newLab(t, adapt.Spec{
		Strategy: adapt.Static, Slice: true,
		Problems: []adapt.Problem{adapt.HighCost("cost", 100, adapt.Action{Direction: -1}, adapt.Action{})},
	}, kind.OfFloat(0.5), 1, tradeoff)
	l.run(5000)
	assert.Empty(t, l.tried)
	assert.Equal(t, []string{"high cost"}, l.m.Status().Problems)
}

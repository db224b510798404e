// SPDX-License-Identifier: Apache-2.0

package adapt_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/adapt/lab"
	"mabeam.dev/cognitive/kind"
)

func TestThreeReturnsFreezeUntilSomebodyResumes(t *testing.T) {
	var l *lab.Lab
	l = newLab(t, adapt.Spec{Slice: true}, kind.OfFloat(0.5), 1, lab.Scoring(func(x float64, _ int) float64 {
		if l.Slice.Type() != kind.None && x == l.Slice.Float() {
			return 3 // in the slice everything looks better than it is for all
		}
		return -4 * math.Abs(x-0.5)
	}))
	l.Run(100_000)
	assert.Equal(t, 1, l.Told("frozen"))
	assert.True(t, l.Machine.Status().Frozen)
	before := len(l.Commits)
	l.Run(20_000)
	assert.Len(t, l.Commits, before)
	l.Do(l.Machine.Step(adapt.Resumed{At: l.Now}))
	assert.False(t, l.Machine.Status().Frozen)
}

// What was taken back is not tried again for ten windows.
func TestWhatWasTakenBackIsNotTriedAgainSoon(t *testing.T) {
	var l *lab.Lab
	lure := true
	l = newLab(t, adapt.Spec{Kind: kind.OptionsOf("a", "b"), Slice: true}, kind.OfChoice("a"), 1, lab.Choices(func(o string, _ int) float64 {
		switch {
		case o == "a":
			return 0
		case lure && l.Slice.Type() != kind.None:
			return 3
		}
		return -3
	}))
	for l.Reverts() == 0 {
		l.Run(1)
	}
	back, tried := l.Now, len(l.Tried)
	for len(l.Tried) == tried && l.T < 200_000 {
		l.Run(1)
	}
	assert.GreaterOrEqual(t, l.Now.Sub(back), 10*time.Second, "a window is a second at least")
}

func TestABoundIsNotForSale(t *testing.T) {
	for seed := range seeds(8) {
		l := newLab(t, adapt.Spec{Objective: adapt.Objective{
			Weights: []adapt.Weight{{Metric: "cost", Weight: -1000}}, Bounds: []adapt.Bound{{Metric: "quality", Min: 0.8, Max: math.NaN()}},
		}, Slice: true}, kind.OfFloat(0.9), seed, lab.Tradeoff)
		l.Run(50_000)
		for _, c := range l.Commits {
			assert.GreaterOrEqual(t, c.To.Float(), 0.6, "seed %d: quality is 0.8 at 0.6", seed)
		}
	}
}

// A step at the end of a range, and one that was refused, does not grow.
func TestStepsDoNotWindUp(t *testing.T) {
	l := newLab(t, adapt.Spec{Slice: true}, kind.OfFloat(0.85), 1, lab.Scoring(func(x float64, _ int) float64 { return 20 * x }))
	for l.Value.Float() < 1 && l.T < 100_000 {
		l.Run(1)
	}
	require.Equal(t, 1.0, l.Value.Float())
	before := l.Machine.Status().Step
	for range 20 {
		l.Run(1000)
		assert.LessOrEqual(t, l.Machine.Status().Step, max(before, 0.1))
	}
	m, err := adapt.New(adapt.Spec{Kind: lab.Unit, Objective: lab.Score, Warm: 1, Settle: -1}, kind.OfFloat(0.5))
	require.NoError(t, err)
	now, least := lab.Birth, math.Inf(1)
	for i := range 200 {
		now = now.Add(time.Second)
		for range 10 {
			m.Step(adapt.Reported{At: now, Metrics: lab.One("score", float64(i%3))})
		}
		m.Step(adapt.Cycle{At: now})
		m.Step(adapt.Refused{At: now})
		least = min(least, m.Status().Step)
		assert.LessOrEqual(t, m.Status().Step, 0.1)
	}
	assert.Less(t, least, 0.1)
}

// anything is reported, by whoever.
var anything = []float64{0, 1, -1, 1e300, -1e300, math.NaN(), math.Inf(1), 5, 1e90}

// Whatever is reported: every value that is asked for is of the kind, one change is under way at a time, there are no more changes than cycles, and exploring costs no more than it may:
// neither of the reports, nor of the score.
func TestNoReportsPushAValueOutOfItsKindOrMakeItRaceOrOverspend(t *testing.T) {
	group := kind.Structured{Fields: []kind.Field{{Name: "n", Kind: kind.Integer{Min: -5, Max: 20, Step: 5}}, {Name: "o", Kind: three}}}
	rapid.Check(t, func(t *rapid.T) {
		var k kind.Kind = kind.Integer{Min: -5, Max: 20, Step: 5}
		start := kind.OfInteger(0)
		if rapid.Bool().Draw(t, "group") {
			k, start = group, kind.OfRecord(kind.Part{Name: "n", Value: start}, kind.Part{Name: "o", Value: kind.OfChoice("a")})
		}
		s := adapt.Spec{
			Kind: k, Objective: lab.Score, Slice: rapid.Bool().Draw(t, "slice"), Warm: 2, Settle: 1, Trial: 10, Watch: 10,
			Budget: rapid.SampledFrom([]float64{0, 3, 50}).Draw(t, "budget"), Exploration: rapid.SampledFrom([]float64{0.05, 0.5, 1}).Draw(t, "exploration"),
		}
		m, err := adapt.New(s, start)
		require.NoError(t, err)
		now, cycles, changes, waits := lab.Birth, 0, 0, false
		onTrial, given, all, kept := false, 0.0, 0.0, 0.0 // reports of candidates: in all, and of the one on trial
		trial := 0.0
		for range rapid.IntRange(10, 400).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * time.Millisecond)
			var in adapt.Input
			switch rapid.IntRange(0, 9).Draw(t, "input") {
			case 0, 1:
				in = adapt.Cycle{At: now}
				cycles++
			case 2:
				in, waits = adapt.Changed{At: now}, false
			case 3:
				in, waits = adapt.Refused{At: now, Conflict: rapid.Bool().Draw(t, "conflict")}, false
			case 4:
				data, err := m.MarshalBinary()
				require.NoError(t, err)
				require.NoError(t, m.UnmarshalBinary(data))
				waits, onTrial = false, false
				continue
			default:
				r := adapt.Reported{At: now, Slice: rapid.Bool().Draw(t, "of slice"), Metrics: lab.One("score", rapid.SampledFrom(anything).Draw(t, "score"))}
				r.Weight = rapid.SampledFrom([]float64{0, 0.5, 3}).Draw(t, "weight")
				in = r
			}
			before := m.Status()
			effects := m.Step(in)
			after := m.Status()
			if r, ok := in.(adapt.Reported); ok && after.Dropped == before.Dropped {
				weight := r.Weight
				if weight == 0 {
					weight = 1
				}
				all += weight
				onTrial = before.Phase == "trial" || r.Slice && before.Phase == "slice"
				ended := false
				for _, e := range effects {
					switch e.(type) {
					case adapt.End, adapt.Revert:
						ended = true
					}
				}
				if onTrial && !(ended && after.Credit >= before.Credit) { // one that is too many is not counted: it ends the trial unread
					given += weight
					trial += weight
				}
			}
			if after.Moves > before.Moves { // it was worth it
				kept, trial = kept+trial, 0
			}
			if after.Phase == "observing" {
				trial = 0
			}
			require.LessOrEqual(t, given-kept-trial, 2*10+s.Exploration*all+1e-9, "reports of candidates that were not kept")
			if s.Budget > 0 {
				require.LessOrEqual(t, after.Spent, s.Budget*(1+1e-9))
			}
			for _, e := range effects {
				var v kind.Value
				switch e := e.(type) {
				case adapt.Begin:
					v = e.Value
				case adapt.Try:
					v = e.Value
				case adapt.Promote:
					v = e.Value
				case adapt.Revert:
					v = e.Value
				case adapt.End, adapt.Note:
				}
				if v.Type() != kind.None {
					n, err := k.Normal(v)
					require.NoError(t, err)
					require.True(t, n.Equal(v))
					require.False(t, waits, "one at a time")
					waits = true
					changes++
				}
			}
			_, err := m.MarshalBinary()
			require.NoError(t, err)
		}
		require.LessOrEqual(t, changes, 3*cycles)
	})
}

// attackers know what is on trial, and report what they like about it, for all agents or for some.
var attackers = map[string]func(l *lab.Lab, slice bool) (lie float64, ok bool){
	"whatever is new is wonderful": func(l *lab.Lab, slice bool) (float64, bool) {
		if slice {
			return 1000, true
		}
		return -1000, true
	},
	"what is kept turns bad": func(l *lab.Lab, slice bool) (float64, bool) {
		if l.Slice.Type() != kind.None {
			if slice {
				return 10, true
			}
			return 0, true
		}
		return -10, len(l.Commits) > 0
	},
	"the best place runs from one end to the other": func(l *lab.Lab, _ bool) (float64, bool) {
		x := l.Value.Float()
		if l.T/1500%2 == 0 {
			x = 1 - x
		}
		return 100 * x, true
	},
	"every other report is enormous": func(l *lab.Lab, _ bool) (float64, bool) { return 1e99, l.T%2 == 0 },
	"some lie about the slice":       func(l *lab.Lab, slice bool) (float64, bool) { return 50, slice && l.T%5 == 0 },
	"nothing is a number":            func(*lab.Lab, bool) (float64, bool) { return math.NaN(), true },
}

// An adversary that knows everything gets no value beyond its range, no more than the three returns in an hour, and no more changes than one for each window of the watch.
func TestAnAdversaryNeitherLeavesTheRangeNorMakesItSwing(t *testing.T) {
	for name, lie := range attackers {
		t.Run(name, func(t *testing.T) {
			for seed := range seeds(6) {
				l := newLab(t, adapt.Spec{Slice: true}, kind.OfFloat(0.5), seed, nil)
				l.World = func(v kind.Value, _ int, rng *rand.Rand) []adapt.Metric {
					honest := rng.NormFloat64()
					if x, ok := lie(l, l.Slice.Type() != kind.None && v.Equal(l.Slice)); ok {
						return lab.One("score", x)
					}
					return lab.One("score", honest)
				}
				const reports = 60_000
				l.Run(reports)
				for _, c := range l.Commits {
					require.True(t, c.To.Float() >= 0 && c.To.Float() <= 1)
				}
				assert.LessOrEqual(t, l.Reverts(), 3, "seed %d: in ten minutes", seed)
				assert.LessOrEqual(t, len(l.Commits), reports/100, "seed %d: %d commits", seed, len(l.Commits))
				turns, _ := l.Turns(0.5, 0)
				assert.LessOrEqual(t, turns, reports/1000, "seed %d: no more than one change of direction in a thousand reports", seed)
			}
		})
	}
}

// A budget of the score is spent once in an hour.
func TestTrialsCostNoMoreThanTheirBudget(t *testing.T) {
	for seed := range seeds(10) {
		const budget = 40
		l := newLab(t, adapt.Spec{Slice: true, Budget: budget, Exploration: 1}, kind.OfFloat(0.5), seed, lab.Scoring(func(x float64, _ int) float64 {
			return -30 * math.Abs(x-0.5)
		}))
		cost := 0.0
		l.Use = func(v kind.Value) { cost += 30 * math.Abs(v.Float()-0.5) }
		l.Run(100_000) // a thousand seconds
		assert.LessOrEqual(t, cost, 1.2*budget, "seed %d: what it truly cost", seed)
		assert.LessOrEqual(t, l.Machine.Status().Spent, float64(budget))
		assert.Positive(t, l.Told("budget"), "seed %d", seed)
	}
}

func ExampleParseStrategy() {
	s, err := adapt.ParseStrategy("cost_optimization")
	fmt.Println(s, err)
	o, err := s.Objective(adapt.Goals{Quality: "accuracy", Floor: 0.9})
	fmt.Println(o.Weights, o.Bounds[0].Metric, o.Bounds[0].Min, err)
	// Output:
	// cost_optimization <nil>
	// [{cost -1}] accuracy 0.9 <nil>
}

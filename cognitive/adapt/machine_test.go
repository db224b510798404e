// SPDX-License-Identifier: Apache-2.0

package adapt_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/adapt/lab"
	"mabeam.dev/cognitive/kind"
)

func TestASpecThatCannotBeIsRefusedWithEveryMistake(t *testing.T) {
	_, err := adapt.New(adapt.Spec{Kind: kind.Agents{Max: 3}, LearningRate: -1, Alpha: 2}, kind.Value{})
	require.Error(t, err)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 4)
	nested := kind.Structured{Fields: []kind.Field{{Name: "a", Kind: lab.Pair}}}
	_, err = adapt.New(adapt.Spec{Kind: nested, Strategy: adapt.LoadBalancing, Goals: adapt.Goals{Loads: []string{"x", "y"}}, Exploration: 2, Objective: lab.Score}, kind.Value{})
	require.Error(t, err)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 4, "%v", err)
}

// A world that becomes worse while a candidate runs beside the rest does so for both.
func TestASliceIsJudgedByTheRestAtTheSameTime(t *testing.T) {
	for seed := range seeds(20) {
		var began int
		l := newLab(t, adapt.Spec{Slice: true, Warm: 400}, kind.OfFloat(0.1), seed, nil)
		l.World = lab.Scoring(func(x float64, t int) float64 {
			if began == 0 && l.Slice.Type() != kind.None {
				began = t
			}
			if began > 0 {
				return 50 + 100*x
			}
			return 200 + 100*x
		})
		for range 4000 {
			if l.Run(1); began > 0 && l.Slice.Type() == kind.None { // the first trial is over
				break
			}
		}
		if l.Tried[0].Float() > 0.1 {
			assert.Len(t, l.Commits, 1, "seed %d: the candidate is better", seed)
		} else {
			assert.Empty(t, l.Commits, "seed %d: the candidate is worse", seed)
		}
	}
}

// Numbers and options of one group are found together, each change in one step.
func TestAGroupFindsTheBestOfBoth(t *testing.T) {
	good := uint64(0)
	runs := seeds(12)
	for seed := range runs {
		l := newLab(t, adapt.Spec{
			Kind: model, Slice: true, Exploration: 0.2,
			Objective: adapt.Performance(adapt.Weight{Metric: "quality", Weight: 20}, adapt.Weight{Metric: "cost", Weight: -1}),
		}, running(0.5, "small"), seed, work) // the big program is worth 6 and costs 3; depth is worth 4 and costs 1
		l.Run(60_000)
		if l.Value.Field("program").Choice() == "big" && l.Value.Field("depth").Float() > 0.8 {
			good++
		}
	}
	assert.GreaterOrEqual(t, good, runs*9/10)
}

// A machine is told to adapt otherwise while it runs: what is on trial ends, and what it has taken back it still knows.
func TestAStrategyCanBeChangedWhileItRuns(t *testing.T) {
	l := newLab(t, adapt.Spec{Strategy: adapt.QualityImprovement, Slice: true}, kind.OfFloat(0.3), 1, lab.Tradeoff)
	assert.Equal(t, 0.1, l.Machine.Status().Step, "the learning rate")
	l.Run(30_000)
	high := l.Value.Float()
	assert.Greater(t, high, 0.6)
	s := adapt.Spec{Kind: lab.Unit, Strategy: adapt.CostOptimization, Goals: adapt.Goals{Floor: 0.6}, LearningRate: 0.05, Slice: true}
	require.NoError(t, s.Validate())
	l.Do(l.Machine.Step(adapt.Retuned{At: l.Now, Spec: s, Value: l.Value}))
	assert.Equal(t, kind.None, l.Slice.Type())
	assert.Equal(t, 0.05, l.Machine.Status().Step)
	l.Run(60_000)
	assert.Less(t, l.Value.Float(), high-0.2)
	assert.Equal(t, 1, l.Told("retuned"))
	l.Do(l.Machine.Step(adapt.Retuned{At: l.Now, Spec: adapt.Spec{Kind: lab.Unit, Strategy: adapt.Static}, Value: l.Value}))
	tried := len(l.Tried)
	l.Run(10_000)
	assert.Len(t, l.Tried, tried)
}

// The same inputs give the same effects, also after the state went to bytes and back.
func TestAMachineGoesOnFromItsBytes(t *testing.T) {
	for _, c := range []struct {
		k     kind.Kind
		start kind.Value
		w     lab.World
	}{
		{lab.Unit, kind.OfFloat(0.2), lab.Scoring(func(x float64, _ int) float64 { return 5 * x })},
		{three, kind.OfChoice("a"), lab.Choices(func(o string, _ int) float64 { return float64(o[0]-'a') / 2 })},
		{lab.Pair, lab.OfPair(0.2, 0.4), lab.Valley},
	} {
		run := func(copies bool) *lab.Lab {
			l := newLab(t, adapt.Spec{Kind: c.k, Slice: true}, c.start, 5, c.w)
			for range 200 {
				l.Run(100)
				if copies && l.Machine.Idle() {
					data, err := l.Machine.MarshalBinary()
					require.NoError(t, err)
					m, err := adapt.New(adapt.Spec{Kind: c.k, Slice: true, Objective: lab.Score, Seed: 5}, c.start)
					require.NoError(t, err)
					require.NoError(t, m.UnmarshalBinary(data))
					l.Machine = m
				}
			}
			return l
		}
		a, b, copied := run(false), run(false), run(true)
		assert.Equal(t, a.Tried, b.Tried)
		assert.NotEmpty(t, copied.Commits)
	}
}

func FuzzStatesThatAreNoneAreRefused(f *testing.F) {
	for _, k := range []kind.Kind{lab.Unit, three, lab.Pair} {
		m, err := adapt.New(adapt.Spec{Kind: k, Objective: lab.Score}, k.First())
		if err != nil {
			f.Fatal(err)
		}
		data, _ := m.MarshalBinary()
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, k := range []kind.Kind{lab.Unit, three, lab.Pair} {
			m, err := adapt.New(adapt.Spec{Kind: k, Objective: lab.Score, Warm: 1}, k.First())
			require.NoError(t, err)
			if m.UnmarshalBinary(data) != nil {
				continue
			}
			now := lab.Birth
			for range 3 {
				now = now.Add(time.Hour)
				m.Step(adapt.Reported{At: now, Metrics: lab.One("score", 1)})
				m.Step(adapt.Cycle{At: now})
				m.Step(adapt.Changed{At: now})
			}
			if _, err := m.MarshalBinary(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func ExampleMachine() {
	m, _ := adapt.New(adapt.Spec{
		Kind: kind.Integer{Min: 1, Max: 16}, Slice: true, Warm: 3, Settle: -1, Seed: 1,
		Strategy: adapt.PerformanceFeedback,
		Goals:    adapt.Goals{Weights: []adapt.Weight{{Metric: "throughput", Weight: 1}, {Metric: "errors", Weight: -10}}},
	}, kind.OfInteger(4))
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 4 {
		m.Step(adapt.Reported{At: now, Metrics: []adapt.Metric{{Name: "throughput", Value: 100 + float64(i)}, {Name: "errors", Value: 0}}})
	}
	for _, e := range m.Step(adapt.Cycle{At: now}) {
		fmt.Printf("%T %+v\n", e, e)
	}
	// Output:
	// adapt.Begin {Value:6 TTL:10m0s Why:a step of 0.1 of the range}
}

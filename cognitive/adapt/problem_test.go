// SPDX-License-Identifier: Apache-2.0

package adapt_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/adapt/lab"
	"mabeam.dev/cognitive/kind"
)

func TestAProblemIsRaisedAfterItsTimeAndIsOverAtItsOwnLevel(t *testing.T) {
	s := adapt.Spec{Kind: lab.Unit, Objective: lab.Score, Problems: []adapt.Problem{
		{Name: "high latency", Metric: "latency", Above: 10, Below: math.NaN(), Clear: 8, First: adapt.Action{Direction: -1}},
	}}
	m, err := adapt.New(s, kind.OfFloat(0.5))
	require.NoError(t, err)
	now := lab.Birth
	second := func(latency float64) (what []string) {
		for i := range 20 {
			now = now.Add(50 * time.Millisecond)
			m.Step(adapt.Reported{At: now, Metrics: []adapt.Metric{{Name: "score", Value: float64(i % 2)}, {Name: "latency", Value: latency}}})
		}
		for _, e := range m.Step(adapt.Cycle{At: now}) {
			switch e := e.(type) {
			case adapt.Note:
				what = append(what, e.What)
			case adapt.Try:
				what = append(what, fmt.Sprint("try ", e.Value))
				m.Step(adapt.Refused{At: now})
			}
		}
		return what
	}
	assert.Empty(t, second(11))
	second(9)
	second(11)
	second(11)
	assert.Equal(t, []string{"problem", "try 0.4"}, second(11)[:2], "downwards, by one step")
	assert.NotContains(t, second(9), "cleared")
	assert.Contains(t, second(8), "cleared")
}

// model is a group: a number that drives quality and cost, and a choice of two programs.
var model = kind.Structured{Fields: []kind.Field{{Name: "depth", Kind: lab.Unit}, {Name: "program", Kind: kind.OptionsOf("big", "small")}}}

func running(depth float64, program string) kind.Value {
	return kind.OfRecord(kind.Part{Name: "depth", Value: kind.OfFloat(depth)}, kind.Part{Name: "program", Value: kind.OfChoice(program)})
}

// work is what a group does: depth and the big program cost time and money, and are better.
func work(v kind.Value, _ int, rng *rand.Rand) []adapt.Metric {
	x := v.Field("depth").Float()
	big := 0.0
	if v.Field("program").Choice() == "big" {
		big = 1
	}
	return []adapt.Metric{
		{Name: "quality", Value: 0.4 + 0.2*x + 0.3*big + 0.05*rng.NormFloat64()},
		{Name: "latency", Value: (1 + x + 4*big) * rng.ExpFloat64()},
		{Name: "cost", Value: 1 + x + 3*big + 0.1*rng.NormFloat64()},
	}
}

// What the metrics say is told, tried, and kept where it helps; what the first action cannot do is left to the next.
func TestEveryProblemHasItsRemedyTriedAndThenTheNext(t *testing.T) {
	deeper, shallower := adapt.Action{Field: "depth", Direction: 1}, adapt.Action{Field: "depth", Direction: -1}
	small, big := adapt.Action{Field: "program", Option: "small"}, adapt.Action{Field: "program", Option: "big"}
	flat := adapt.Objective{Weights: []adapt.Weight{{Metric: "quality", Weight: 0}}} // nothing but the problem counts
	for name, c := range map[string]struct {
		problem adapt.Problem
		start   kind.Value
		want    string // the program in the end
	}{
		"high latency": {adapt.HighLatency("latency", 9, shallower, small), running(0.3, "big"), "small"},
		"low quality":  {adapt.LowQuality("quality", 0.75, deeper, big), running(0.3, "small"), "big"},
		"high cost":    {adapt.HighCost("cost", 300, shallower, small), running(0.3, "big"), "small"},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range seeds(8) {
				l := newLab(t, adapt.Spec{
					Kind: model, Objective: flat, Slice: true, Problems: []adapt.Problem{c.problem}, Exploration: 0.3,
				}, c.start, seed, work)
				l.Share = 0.3
				l.Run(60_000)
				assert.Positive(t, l.Told("problem"), "seed %d", seed)
				assert.Equal(t, c.want, l.Value.Field("program").Choice(), "seed %d: %v %v", seed, l.Notes, l.Machine.Status())
				assert.Positive(t, l.Told("cleared"), "seed %d", seed)
				first := l.Tried[slices.Index(l.Why, "remedy of "+name)]
				assert.NotEqual(t, c.start.Field("depth"), first.Field("depth"), "seed %d: the first action comes first", seed)
				assert.NotContains(t, l.Machine.Status().Problems, name)
			}
		})
	}
}

func TestAnImbalanceMovesWeightAndThenAsksForAMember(t *testing.T) {
	s := &lab.Servers{Capacity: []float64{1, 8, 8, 8}}
	world := func(v kind.Value, i int, rng *rand.Rand) []adapt.Metric {
		m := s.World(v, i, rng)
		loads := s.Loads(v)
		return append(m, adapt.Metric{Name: "imbalance", Value: lab.Imbalance(loads)}, adapt.Metric{Name: "use", Value: 2 * slices.Max(loads)})
	}
	k := s.Kind()
	uneven := adapt.Imbalanced("imbalance", adapt.Action{Balance: true}, adapt.Action{Escalate: "add a member"})
	uneven.For = 1
	l := newLab(t, adapt.Spec{
		Kind: k, Strategy: adapt.LoadBalancing, Goals: adapt.Goals{Loads: s.Metrics()},
		Problems: []adapt.Problem{
			uneven,
			adapt.Bottleneck("use", adapt.Action{Balance: true}, adapt.Action{Escalate: "add a member"}),
		},
	}, s.Equal(), 1, world)
	l.Run(20_000)
	assert.Equal(t, 2, l.Told("problem"))
	assert.LessOrEqual(t, lab.Imbalance(s.Loads(l.Value)), 1.2)
	assert.Equal(t, []string{"bottleneck"}, l.Machine.Status().Problems, "all are full: no balance helps")
	assert.Contains(t, l.Notes, adapt.Note{What: "escalated", Why: "bottleneck: add a member"})
}

func TestDriftBeginsAnewAndThenExploresMoreForAWhile(t *testing.T) {
	l := newLab(t, adapt.Spec{Slice: true}, kind.OfFloat(0.5), 1, lab.Scoring(func(_ float64, t int) float64 { return float64(t / 4000 * 5) }))
	l.Run(4100)
	assert.Equal(t, 1, l.Told("drift"))
	l.Run(4000)
	require.Equal(t, 2, l.Told("drift"))
	i := slices.IndexFunc(l.Notes, func(n adapt.Note) bool { return n.What == "drift" })
	assert.NotContains(t, l.Notes[i].Why, "again")
	last := l.Notes[slices.IndexFunc(l.Notes[i+1:], func(n adapt.Note) bool { return n.What == "drift" })+i+1]
	assert.Contains(t, last.Why, "more exploring")
}

// Nothing helps: the machine stops exploring and slows down, until something changes.
func TestStagnationSlowsDownAndIsOverWithADrift(t *testing.T) {
	l := newLab(t, adapt.Spec{Slice: true}, kind.OfFloat(0.5), 3, nil)
	base := 0.0
	l.World = lab.Scoring(func(float64, int) float64 { return base })
	l.Run(60_000)
	assert.Contains(t, l.Machine.Status().Problems, "stagnation")
	assert.Greater(t, l.Machine.Status().Pace, 1)
	assert.LessOrEqual(t, l.Machine.Status().Pace, 64)
	tried := len(l.Tried)
	l.Run(20_000)
	assert.LessOrEqual(t, len(l.Tried)-tried, 10, "it hardly explores")
	base = 5
	l.Run(200)
	assert.NotContains(t, l.Machine.Status().Problems, "stagnation")
	assert.Equal(t, 1, l.Machine.Status().Pace)
}

// More than one change in twenty comes too late, because others change the variable.
func TestConflictsMakeCyclesLongerAndThenAskForADecision(t *testing.T) {
	m, err := adapt.New(adapt.Spec{Kind: three, Objective: lab.Score, Warm: 1, Settle: -1, Exploration: 1}, kind.OfChoice("a"))
	require.NoError(t, err)
	now := lab.Birth
	var notes []string
	ask := func(conflict bool) {
		for asked := false; !asked; {
			now = now.Add(time.Minute)
			for range 10 {
				m.Step(adapt.Reported{At: now, Metrics: lab.One("score", float64(now.UnixNano()%7))})
			}
			for _, e := range m.Step(adapt.Cycle{At: now}) {
				if _, ok := e.(adapt.Try); ok {
					asked = true
				}
			}
		}
		for _, e := range m.Step(adapt.Refused{At: now, Conflict: conflict}) {
			if n, ok := e.(adapt.Note); ok && n.What != "resting" {
				notes = append(notes, n.What)
			}
		}
	}
	for range 3 {
		ask(true)
	}
	assert.Equal(t, []string{"problem"}, notes)
	assert.Contains(t, m.Status().Problems, "conflicts")
	assert.GreaterOrEqual(t, m.Status().Pace, 2)
	assert.False(t, m.Status().Coordinate)
	for range 3 {
		ask(true)
	}
	assert.Equal(t, []string{"problem", "escalated"}, notes)
	assert.True(t, m.Status().Coordinate)
	for range 400 {
		ask(false)
	}
	assert.Equal(t, []string{"problem", "escalated", "cleared"}, notes)
	assert.False(t, m.Status().Coordinate)
}

func TestMistakesOfProblemsAreAllTold(t *testing.T) {
	_, err := adapt.New(adapt.Spec{Kind: lab.Unit, Objective: lab.Score, Problems: []adapt.Problem{
		{Name: "x"},
		{Name: "y", Metric: "m", Above: 1, Below: math.NaN(), Clear: 2, Quantile: 1},
		{Name: "z", Metric: "m", Above: 1, Below: math.NaN(), Rate: true, Sure: true, First: adapt.Action{Direction: 2}},
	}}, kind.OfFloat(0))
	require.Error(t, err)
	assert.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 5, "%v", err)
}

// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/cognitive/kind"
)

// Weight is what one unit of a metric is worth; negative for what should be small.
type Weight struct {
	Metric string
	Weight float64
}

// Bound is a demand on the mean of a metric that no score buys off. NaN is no bound.
type Bound struct {
	Metric   string
	Min, Max float64
}

// Objective is what a variable is adapted for: the greatest Σ weight × metric whose metrics keep the bounds.
type Objective struct {
	Weights []Weight
	Bounds  []Bound
	// Score replaces Weights, if it is not nil: it must be pure. ok is false for a report that says nothing.
	Score func(metric func(name string) (float64, bool)) (score float64, ok bool)
}

// Performance maximises a weighted score.
func Performance(w ...Weight) Objective { return Objective{Weights: w} }

// Quality maximises quality while latency and cost stay under their ceilings; 0 is no ceiling.
func Quality(quality, latency string, ceiling float64, cost string, budget float64) Objective {
	o := Objective{Weights: []Weight{{quality, 1}}}
	if ceiling > 0 {
		o.Bounds = append(o.Bounds, Bound{latency, math.NaN(), ceiling})
	}
	if budget > 0 {
		o.Bounds = append(o.Bounds, Bound{cost, math.NaN(), budget})
	}
	return o
}

// Cost minimises cost while quality stays at a floor: the lower end of its interval does.
func Cost(cost, quality string, floor float64) Objective {
	return Objective{Weights: []Weight{{cost, -1}}, Bounds: []Bound{{quality, floor, math.NaN()}}}
}

// Balance minimises an imbalance, the greatest load over the mean one, while latency stays under its ceiling; 0 is no ceiling.
func Balance(imbalance, latency string, ceiling float64) Objective {
	o := Objective{Weights: []Weight{{imbalance, -1}}}
	if ceiling > 0 {
		o.Bounds = append(o.Bounds, Bound{latency, math.NaN(), ceiling})
	}
	return o
}

// Problem is a state that should not be: a mean over a cycle beyond a level.
type Problem struct {
	// Name is what it is called: "high latency".
	Name string
	// Metric is judged by its mean over a cycle.
	Metric string
	// Above and Below raise it; NaN does not. Clear is the level at which it is over, on the other side of either.
	Above, Below, Clear float64
	// For is how many cycles in a row raise it; 0 means 3.
	For int
	// Direction is where a number is moved first: +1, −1, or 0 for nowhere. Option is the choice that is tried first.
	Direction int
	Option    string
}

// Spec says how a variable is adapted. The zero value of every field but Kind and Objective is its default.
type Spec struct {
	Kind      kind.Kind
	Objective Objective
	Problems  []Problem
	// MinGain is what a change must gain at least, in units of the score.
	MinGain float64
	// Step is the first step, as a share of the range; 0 means 0.1. MaxStep bounds it; 0 means 0.25.
	Step, MaxStep float64
	// MinStep ends the refinement; 0 means the greater of 0.01 and a step of the grid.
	MinStep float64
	// Warm is how many reports of the present value are wanted before a trial; 0 means 30. Settle is how many of a new value are ignored; 0 means 5,
	// negative none.
	Warm, Settle int
	// Trial is how many reports of a candidate are the most before it is given up; 0 means 400. Patience is the longest time; 0 means 10 min.
	Trial    int
	Patience time.Duration
	// Watch is how many reports after a change are watched; 0 means 300. Its time is one window.
	Watch int
	// Alpha is the error of the intervals; 0 means 0.01.
	Alpha float64
	// Budget is the most that trials may cost in an hour, in units of the score times reports; 0 means no limit.
	Budget float64
	// Rest is the first rest when nothing helps; 0 means 1 s, doubled up to MaxRest, 0 means a minute.
	Rest, MaxRest time.Duration
	// Slice says that candidates run beside the present value.
	Slice bool
	// TTL is how long a slice lasts at most, should the machine be lost; 0 means Patience.
	TTL time.Duration
}

func (s Spec) withDefaults() Spec {
	or := func(x *float64, d float64) {
		if *x == 0 {
			*x = d
		}
	}
	count := func(n *int, d int) {
		if *n == 0 {
			*n = d
		}
	}
	span := func(t *time.Duration, d time.Duration) {
		if *t == 0 {
			*t = d
		}
	}
	or(&s.Step, 0.1)
	or(&s.MaxStep, 0.25)
	least := 0.01
	if r, ok := s.Kind.(kind.Ranged); ok {
		least = max(least, r.StepShare())
	}
	or(&s.MinStep, least)
	count(&s.Warm, 30)
	count(&s.Settle, 5)
	s.Settle = max(s.Settle, 0)
	count(&s.Trial, 400)
	span(&s.Patience, 10*time.Minute)
	count(&s.Watch, 300)
	or(&s.Alpha, 0.01)
	span(&s.Rest, time.Second)
	span(&s.MaxRest, time.Minute)
	span(&s.TTL, s.Patience)
	return s
}

// Validate returns every mistake, joined.
func (s Spec) Validate() error {
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf("adapt: "+format, args...)) }
	switch s.Kind.(type) {
	case kind.Float, kind.Integer, kind.Choice, kind.Module:
		if err := s.Kind.Validate(); err != nil {
			wrong("%w", err)
		}
	default:
		wrong("a %T has no neighbours to try", s.Kind)
	}
	if len(s.Objective.Weights) == 0 && s.Objective.Score == nil {
		wrong("an objective without a score")
	}
	for _, w := range s.Objective.Weights {
		if w.Metric == "" || !finite(w.Weight) {
			wrong("weight %v of metric %q", w.Weight, w.Metric)
		}
	}
	for _, p := range s.Problems {
		if p.Name == "" || p.Metric == "" || math.IsNaN(p.Above) == math.IsNaN(p.Below) {
			wrong("problem %q needs a metric and one level", p.Name)
		}
	}
	for _, x := range []float64{s.Step, s.MaxStep, s.MinStep, s.Budget, s.MinGain} {
		if !(x >= 0) || math.IsInf(x, 0) {
			wrong("%v is negative or no number", x)
		}
	}
	if !(s.Alpha >= 0 && s.Alpha < 1) {
		wrong("an error of %v", s.Alpha)
	}
	return errors.Join(problems...)
}

// finite reports whether a number can be reckoned with: its square and sums of that are no infinity.
func finite(x float64) bool { return math.Abs(x) <= 1e100 }

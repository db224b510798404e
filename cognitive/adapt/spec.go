// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"mabeam.dev/cognitive/kind"
)

// Spec says how a variable is adapted. The zero value of every field but Kind and the objective is its default.
type Spec struct {
	// Kind is that of the variable. A group of variables that are changed together is a record: one field for each.
	Kind kind.Kind
	// Strategy is what for. Custom takes Objective; the others make theirs of Goals.
	Strategy  Strategy
	Goals     Goals
	Objective Objective
	Problems  []Problem
	// MinGain is what a change must gain at least, in units of the score.
	MinGain float64
	// LearningRate is how much is learned at once: the first step of a number, and of the balance of loads, as a share of the range; 0 means 0.1. MaxStep bounds steps; 0 means the
	// greater of 0.25 and LearningRate. MinStep ends the refinement; 0 means the greater of 0.01 and a step of the grid.
	LearningRate, MaxStep, MinStep float64
	// Exploration is the share of all reports that may go to candidates that are not kept, from 0 to 1, beside twice Trial at the beginning; 0 means 0.05. Without a slice it
	// is Trial once, and each candidate counts as 150 reports, or Trial, at least.
	Exploration float64
	// Seed is where the random directions and choices of what to try come from.
	Seed uint64
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
	// Stagnant is how many cycles without a change that was kept are stagnation; 0 means 50.
	Stagnant int
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
	if s.Strategy != Custom && s.Strategy != Static {
		s.Objective, _ = s.Strategy.Objective(s.Goals) // it was validated
	}
	or(&s.LearningRate, 0.1)
	or(&s.MaxStep, max(0.25, s.LearningRate))
	least := 0.01
	if r, ok := s.Kind.(kind.Ranged); ok {
		least = max(least, r.StepShare())
	}
	or(&s.MinStep, least)
	or(&s.Exploration, 0.05)
	count(&s.Warm, 30)
	count(&s.Settle, 5)
	s.Settle = max(s.Settle, 0)
	count(&s.Trial, 400)
	span(&s.Patience, 10*time.Minute)
	count(&s.Watch, 300)
	or(&s.Alpha, 0.01)
	span(&s.Rest, time.Second)
	span(&s.MaxRest, time.Minute)
	count(&s.Stagnant, 50)
	span(&s.TTL, s.Patience)
	return s
}

// Validate returns every mistake, joined.
func (s Spec) Validate() error {
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf("adapt: "+format, args...)) }
	s.checkKind(wrong)
	o, err := s.Strategy.Objective(s.Goals)
	if err != nil {
		problems = append(problems, err)
	}
	switch s.Strategy {
	case Custom:
		o = s.Objective
	case Static:
		o = s.Objective
	default:
		if len(s.Objective.Weights) > 0 || s.Objective.Score != nil || len(s.Objective.Bounds) > 0 {
			wrong("strategy %s makes its own objective", s.Strategy)
		}
	}
	if len(o.Weights) == 0 && o.Score == nil && s.Strategy == Custom {
		wrong("an objective without a score")
	}
	for _, w := range o.Weights {
		if w.Metric == "" || !finite(w.Weight) {
			wrong("weight %v of metric %q", w.Weight, w.Metric)
		}
	}
	for _, p := range s.Problems {
		p.check(wrong)
	}
	for _, x := range []float64{s.LearningRate, s.MaxStep, s.MinStep, s.Budget, s.MinGain, s.Exploration} {
		if !(x >= 0) || math.IsInf(x, 0) {
			wrong("%v is negative or no number", x)
		}
	}
	if s.LearningRate > 1 || s.Exploration > 1 {
		wrong("a learning rate of %v or an exploration of %v is above 1", s.LearningRate, s.Exploration)
	}
	if !(s.Alpha >= 0 && s.Alpha < 1) {
		wrong("an error of %v", s.Alpha)
	}
	return errors.Join(problems...)
}

// Metrics returns the names of what the objective and its bounds rest on, sorted. A Score of the user's own says in its bounds, if anywhere.
func (s Spec) Metrics() (all []string) {
	o := s.Objective
	if s.Strategy != Custom && s.Strategy != Static {
		o, _ = s.Strategy.Objective(s.Goals) // mistakes are those of Validate
	}
	for _, w := range o.Weights {
		all = append(all, w.Metric)
	}
	for _, b := range o.Bounds {
		all = append(all, b.Metric)
	}
	if o.Score != nil {
		all = append(all, s.Goals.Loads...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// checkKind tells what is wrong with the kind.
func (s Spec) checkKind(wrong func(format string, args ...any)) {
	switch k := s.Kind.(type) {
	case kind.Structured:
		for _, f := range k.Fields {
			if _, nested := f.Kind.(kind.Structured); nested {
				wrong("field %q is a record itself", f.Name)
			}
		}
		if n := len(s.Goals.Loads); n > 0 && n != len(k.Fields) {
			wrong("%d loads of %d fields", n, len(k.Fields))
		}
	case kind.Float, kind.Integer, kind.Choice, kind.Module:
		if len(s.Goals.Loads) > 0 {
			wrong("loads of a %T, which is no group", s.Kind)
		}
	default:
		wrong("a %T has no neighbours to try", s.Kind)
		return
	}
	if err := s.Kind.Validate(); err != nil {
		wrong("%w", err)
	}
}

// finite reports whether a number can be reckoned with: its square and sums of that are no infinity.
func finite(x float64) bool { return math.Abs(x) <= 1e100 }

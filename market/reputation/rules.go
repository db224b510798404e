// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Rules say how evidence is weighed, how it fades and who is let in. The zero value of every field is its default.
type Rules struct {
	// HalfLife is how long it takes for evidence of a dimension to weigh half: 30 days.
	HalfLife [Dimensions]time.Duration
	// Weights are the dimensions' exponents in the overall score: 0.3, 0.3, 0.2, 0.2 where all are 0. They are scaled to the sum of 1.
	Weights [Dimensions]float64
	// Kappa is how much more a failure weighs than a success: 2.
	Kappa float64
	// Z is how many standard deviations the lower bound is below the mean: 1.64, a one-sided bound of 95 %.
	Z float64
	// Gate is the lower bound that each gated dimension must reach: 0.3. A negative gate lets everybody in.
	Gate float64
	// PairWindow is how long deals of a pair count as earlier ones: 90 days.
	PairWindow time.Duration
	// PairCap is the most that one pair's deals within the window can weigh together, in one dimension: 3 deals of full weight.
	PairCap float64
	// Memory is how long citations are remembered, and how late evidence may come: 300 days, ten half-lives.
	Memory time.Duration
	// History is how many changes are kept for each agent: 64. A negative number keeps none.
	History int
}

// WithDefaults returns the rules with every zero field replaced by its default and the weights scaled.
func (r Rules) WithDefaults() Rules {
	const day = 24 * time.Hour
	for d := range r.HalfLife {
		or(&r.HalfLife[d], 30*day)
	}
	if r.Weights == [Dimensions]float64{} {
		r.Weights = [Dimensions]float64{.3, .3, .2, .2}
	}
	sum := 0.0
	for _, w := range r.Weights {
		sum += w
	}
	for d := range r.Weights {
		r.Weights[d] /= sum
	}
	or(&r.Kappa, 2)
	or(&r.Z, 1.64)
	or(&r.Gate, .3)
	or(&r.PairWindow, 90*day)
	or(&r.PairCap, 3)
	or(&r.Memory, 300*day)
	or(&r.History, 64)
	return r
}

// or replaces a zero value.
func or[T comparable](field *T, otherwise T) {
	var zero T
	if *field == zero {
		*field = otherwise
	}
}

// Validate returns everything that is wrong, each problem wrapping ErrInvalidRules.
func (r Rules) Validate() error {
	var wrong []error
	bad := func(field string, value any, want string) {
		wrong = append(wrong, fmt.Errorf("reputation: rules %s: %v, want %s: %w", field, value, want, ErrInvalidRules))
	}
	for d := range Dimension(Dimensions) {
		if r.HalfLife[d] < 0 {
			bad("half life of "+d.String(), r.HalfLife[d], "a positive time")
		}
		if !(r.Weights[d] >= 0) || math.IsInf(r.Weights[d], 1) {
			bad("weight of "+d.String(), r.Weights[d], "a number of 0 or more")
		}
	}
	for _, f := range []struct {
		name  string
		value float64
	}{{"kappa", r.Kappa}, {"z", r.Z}, {"pair cap", r.PairCap}} {
		if !(f.value >= 0) || math.IsInf(f.value, 1) {
			bad(f.name, f.value, "a number of 0 or more")
		}
	}
	if !(r.Gate < 1) {
		bad("gate", r.Gate, "less than 1")
	}
	if r.PairWindow < 0 {
		bad("pair window", r.PairWindow, "a positive time")
	}
	if r.Memory < 0 {
		bad("memory", r.Memory, "a positive time")
	}
	if m := r.WithDefaults(); m.Memory < m.PairWindow {
		bad("memory", m.Memory, fmt.Sprintf("no less than the pair window, %v", m.PairWindow))
	}
	return errors.Join(wrong...)
}

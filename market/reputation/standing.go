// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"math"
	"time"

	"mabeam.dev/market/money"
)

// Standing is all that is known of an agent in a domain, as a value: it can be published, and read at any later time. The zero Standing is that
// of an agent nobody knows.
type Standing struct {
	// Evidence is by dimension.
	Evidence [Dimensions]Beta
	// Deals is how many citations were counted, ever.
	Deals int
	// Violations is how many of them were upheld violations.
	Violations int
}

// Score is a standing judged at a moment.
type Score struct {
	// Estimates are by dimension.
	Estimates [Dimensions]Estimate
	// Overall is the weighted geometric mean of the lower bounds: a dimension at 0 cannot be made up for by another.
	Overall float64
	// Weight is the faded evidence of all dimensions, in deals of full weight.
	Weight float64
}

// Score judges a standing at a moment. The rules must be complete (WithDefaults).
func (r *Rules) Score(s Standing, at time.Time) Score {
	var score Score
	logs := 0.0
	for d := range s.Evidence {
		b := s.Evidence[d].Faded(r.HalfLife[d], at)
		e := b.Estimate(r.Z)
		score.Estimates[d] = e
		score.Weight += b.Good + b.Bad
		if r.Weights[d] > 0 {
			logs += r.Weights[d] * math.Log(e.Lower)
		}
	}
	score.Overall = math.Exp(logs)
	return score
}

// Too little is known of an agent while the faded evidence of every dimension is below half a deal of full weight, or below three of them and
// not against it: a clean deal or two do not reach the gate yet, and must not shut out who has just begun.
const (
	newcomerBelow = .5
	beginnerBelow = 3
)

// unknown reports whether too little is known in one dimension.
func (b Beta) unknown() bool {
	n := b.Good + b.Bad
	return n < newcomerBelow || n < beginnerBelow && b.Good >= b.Bad
}

// Admit returns nil for an agent whose lower bound reaches the gate in each of the dimensions, all of them where none is named. An agent of
// whom too little is known is admitted instead where its stake covers what it could do harm with; one with an upheld violation is never a
// newcomer. Otherwise it is a *TooLowError with the worst dimension. The rules must be complete (WithDefaults).
func (r *Rules) Admit(who Agent, s Standing, at time.Time, exposure, stake money.Amount, dims ...Dimension) error {
	if r.Gate < 0 {
		return nil
	}
	score := r.Score(s, at)
	worst := TooLowError{Agent: who, Have: math.Inf(1), Need: r.Gate}
	unknown := s.Violations == 0
	for d := range Dimension(Dimensions) {
		b := s.Evidence[d].Faded(r.HalfLife[d], at)
		unknown = unknown && b.unknown()
		if gated(dims, d) && score.Estimates[d].Lower < worst.Have {
			worst.Dimension, worst.Have = d, score.Estimates[d].Lower
		}
	}
	if worst.Have >= r.Gate || unknown && exposure >= 0 && stake >= exposure {
		return nil
	}
	return &worst
}

// gated reports whether a dimension is asked about.
func gated(dims []Dimension, d Dimension) bool {
	for _, asked := range dims {
		if asked == d {
			return true
		}
	}
	return len(dims) == 0
}

// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"math"
	"time"
)

// Beta is the evidence of one dimension as it weighed at a moment: the parameters of a Beta distribution above the uniform prior.
type Beta struct {
	// Good and Bad are the weights in favour and against, at the time At.
	Good, Bad float64
	// At is when the newest evidence happened. The zero time is no evidence.
	At time.Time
}

// Faded is the evidence as it weighs at a later moment. Before At it is what it was at At: nobody looks into the past of a fold.
func (b Beta) Faded(half time.Duration, at time.Time) Beta {
	if age := at.Sub(b.At); age > 0 && !b.At.IsZero() {
		keep := fade(age, half)
		return Beta{b.Good * keep, b.Bad * keep, at}
	}
	return b
}

// With adds evidence that happened at a moment, in whichever order it arrives.
func (b Beta) With(good, bad float64, half time.Duration, at time.Time) Beta {
	if b.At.IsZero() {
		return Beta{good, bad, at}
	}
	if late := b.At.Sub(at); late > 0 {
		keep := fade(late, half)
		good, bad = good*keep, bad*keep
	}
	b = b.Faded(half, at)
	b.Good += good
	b.Bad += bad
	return b
}

// fade is the share of its weight that evidence of an age has kept.
func fade(age, half time.Duration) float64 { return math.Exp2(-float64(age) / float64(half)) }

// Estimate is what evidence says of a dimension.
type Estimate struct {
	// Mean is the expected outcome, 0 to 1; 0.5 without evidence.
	Mean float64
	// Uncertainty is the share of the prior in the mean: 1 without evidence, and towards 0 with it.
	Uncertainty float64
	// Lower is the bound that the outcome is above with the confidence of the rules; at least 0. Gates and rankings use it.
	Lower float64
}

// Estimate judges the evidence as it is, with a bound of z standard deviations below the mean.
func (b Beta) Estimate(z float64) Estimate {
	n := b.Good + b.Bad
	mean := (b.Good + 1) / (n + 2)
	lower := mean - z*math.Sqrt(mean*(1-mean)/(n+3))
	return Estimate{Mean: mean, Uncertainty: 2 / (n + 2), Lower: max(0, lower)}
}

// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"errors"
	"fmt"
	"math"

	"mabeam.dev/cognitive/internal/frame"
)

// maxArms bounds what a state may make anybody allocate.
const maxArms = 1 << 16

// Spec describes a bandit. Zero fields mean the defaults.
type Spec struct {
	// Arms is how many there are, from 1 to 65,536; required.
	Arms int
	// Method is how arms are chosen.
	Method Method
	// Low and High are the range of rewards; both 0 means from 0 to 1. Rewards outside are clipped, and counted.
	Low, High float64
	// Horizon is after how many plays regret is to be small, for the methods that need to know; 0 means 10,000.
	Horizon int
	// Epsilon is the share of random plays of EpsilonGreedy, and the least share of plays for exploration of the methods with restarts;
	// 0 means 0.1 and 0.005.
	Epsilon float64
	// Window is how many plays SlidingUCB remembers; 0 means 1,000, and the most is a million.
	Window int
	// Discount is what is left of a count after a play; 0 means 0.998 for DiscountedThompson and 1 - 1/(4√Horizon) for DiscountedUCB.
	Discount float64
	// Exploration is the factor ξ of SlidingUCB and DiscountedUCB; 0 means 0.6.
	Exploration float64
	// Confidence is the probability that a method with restarts never restarts without a change; 0 means 0.95.
	Confidence float64
}

// withDefaults fills in the zero fields.
func (s Spec) withDefaults() Spec {
	if s.Low == 0 && s.High == 0 {
		s.High = 1
	}
	if s.Horizon == 0 {
		s.Horizon = 10_000
	}
	if s.Epsilon == 0 {
		s.Epsilon = 0.1
		if s.Method == RestartThompson || s.Method == RestartKLUCB {
			s.Epsilon = 0.005
		}
	}
	if s.Window == 0 {
		s.Window = 1000
	}
	if s.Discount == 0 {
		s.Discount = 0.998
		if s.Method == DiscountedUCB {
			s.Discount = max(0, 1-1/(4*math.Sqrt(float64(s.Horizon))))
		}
	}
	if s.Exploration == 0 {
		s.Exploration = 0.6
	}
	if s.Confidence == 0 {
		s.Confidence = 0.95
	}
	return s
}

// Validate returns all that is wrong with a spec, joined, each a *SpecError.
func (s Spec) Validate() error {
	s = s.withDefaults()
	var problems []error
	wrong := func(bad bool, field, why string) {
		if bad {
			problems = append(problems, &SpecError{field, why})
		}
	}
	wrong(s.Arms < 1 || s.Arms > maxArms, "arms", "it is not from 1 to 65,536")
	wrong(int(s.Method) >= len(methods), "method", s.Method.String()+" is not known")
	wrong(!(s.Low < s.High) || math.IsInf(s.High-s.Low, 0), "low", fmt.Sprintf("%v to %v is no range", s.Low, s.High))
	wrong(s.Horizon < 1, "horizon", "it is below 1")
	wrong(!(s.Epsilon >= 0 && s.Epsilon <= 1), "epsilon", "it is not from 0 to 1")
	wrong(s.Window < 1 || s.Window > 1_000_000, "window", "it is not from 1 to 1,000,000")
	wrong(!(s.Discount > 0 && s.Discount <= 1), "discount", "it is not above 0 and at most 1")
	wrong(!(s.Exploration > 0) || math.IsInf(s.Exploration, 0), "exploration", "it is not positive")
	wrong(!(s.Confidence > 0 && s.Confidence < 1), "confidence", "it is not between 0 and 1")
	return errors.Join(problems...)
}

func (s Spec) write(w *frame.Writer) {
	w.Int(s.Arms)
	w.Uint(uint64(s.Method))
	w.Float(s.Low)
	w.Float(s.High)
	w.Int(s.Horizon)
	w.Float(s.Epsilon)
	w.Int(s.Window)
	w.Float(s.Discount)
	w.Float(s.Exploration)
	w.Float(s.Confidence)
}

func readSpec(r *frame.Reader) Spec {
	s := Spec{Arms: r.Int(1, maxArms), Method: Method(r.Uint(uint64(len(methods) - 1))), Low: r.Float(), High: r.Float(), Horizon: r.Int(1, math.MaxInt)}
	s.Epsilon, s.Window, s.Discount, s.Exploration, s.Confidence = r.Float(), r.Int(1, 1_000_000), r.Float(), r.Float(), r.Float()
	if r.OK() {
		if err := s.Validate(); err != nil {
			r.Fail("its spec: %v", err)
		}
	}
	return s
}

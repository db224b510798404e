// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"errors"
	"math"

	"mabeam.dev/cognitive/internal/frame"
)

// SPRTSpec describes an [SPRT]. Zero fields mean the defaults.
type SPRTSpec struct {
	// Alpha is the probability that it ever speaks of a difference where there is none; 0 means 0.05.
	Alpha float64
	// Deviation is that of the differences; 0 means that it is estimated from them, for which 30 are awaited. Then Alpha is approximate.
	Deviation float64
	// Scale is how large differences are expected to be, in deviations; 0 means 0.3. A wrong scale costs time, never truth.
	Scale float64
	// Useless is the gain, in the unit of the values, that is not worth having: when the interval is below it the test is futile. 0 means that only
	// a loss is.
	Useless float64
}

// Verdict is what a test of two streams says.
type Verdict uint8

// Verdicts.
const (
	// Undecided is that more must be seen.
	Undecided Verdict = iota
	// Better is that the candidate is better than the control.
	Better
	// Worse is that it is worse.
	Worse
	// Futile is that it may be better, but not by what is worth having.
	Futile
)

var verdicts = [...]string{"undecided", "better", "worse", "futile"}

// String returns the name.
func (v Verdict) String() string { return verdicts[v] }

// SPRT is the mixture sequential probability ratio test of Robbins for the difference of candidate and control: always valid, so that one may look
// after each pair and stop when it speaks. The effect is normally distributed around 0 in the mixture.
type SPRT struct {
	spec     SPRTSpec
	n        float64
	mean, m2 float64 // of the differences
	low      float64 // the running intersection of all intervals
	high     float64
}

// least is how many differences an estimated deviation needs.
const least = 30

// NewSPRT checks the spec and returns a test that has seen nothing.
func NewSPRT(s SPRTSpec) (*SPRT, error) {
	problems := finite(map[string]float64{"alpha": s.Alpha, "deviation": s.Deviation, "scale": s.Scale, "useless": s.Useless}, "alpha", "deviation", "scale", "useless")
	if s.Alpha == 0 {
		s.Alpha = 0.05
	}
	if s.Scale == 0 {
		s.Scale = 0.3
	}
	if s.Alpha <= 0 || s.Alpha >= 1 {
		problems = append(problems, &SpecError{"alpha", "it is not between 0 and 1"})
	}
	if s.Deviation < 0 {
		problems = append(problems, &SpecError{"deviation", "it is below 0"})
	}
	if s.Scale <= 0 {
		problems = append(problems, &SpecError{"scale", "it is not positive"})
	}
	if s.Useless < 0 {
		problems = append(problems, &SpecError{"useless", "it is below 0"})
	}
	return &SPRT{spec: s, low: math.Inf(-1), high: math.Inf(1)}, errors.Join(problems...)
}

// Update takes what the candidate and the control brought in the same circumstances, larger being better, and returns what is known now.
func (t *SPRT) Update(candidate, control float64) Verdict {
	d := candidate - control
	if math.IsNaN(d) || math.Abs(d) > 1e150 {
		return t.Verdict()
	}
	t.n++
	off := d - t.mean
	t.mean += off / t.n
	t.m2 += off * (d - t.mean)
	if w := t.width(); !math.IsInf(w, 1) {
		t.low, t.high = max(t.low, t.mean-w), min(t.high, t.mean+w)
	}
	return t.Verdict()
}

// width is half of the confidence sequence at this moment: where the mixture's likelihood ratio against an effect reaches 1/Alpha.
func (t *SPRT) width() float64 {
	deviation := t.spec.Deviation
	if deviation == 0 {
		if t.n < least {
			return math.Inf(1)
		}
		deviation = math.Sqrt(t.m2 / (t.n - 1))
	}
	if t.n == 0 {
		return math.Inf(1)
	}
	v, tau := deviation*deviation, t.spec.Scale*deviation
	if v == 0 {
		return 0
	}
	spread := v + t.n*tau*tau
	return math.Sqrt(2 * v * spread / (t.n * t.n * tau * tau) * (math.Log(1/t.spec.Alpha) + 0.5*math.Log(spread/v)))
}

// Verdict returns what is known now.
func (t *SPRT) Verdict() Verdict {
	switch {
	case t.low > t.spec.Useless, t.low > 0 && t.high > t.spec.Useless:
		return Better
	case t.high < 0:
		return Worse
	case t.high < t.spec.Useless:
		return Futile
	}
	return Undecided
}

// Interval returns the interval that holds the true difference with probability 1 - Alpha, at all moments together, and of how many pairs; it is
// infinite while nothing is known. Where noise has made the interval empty its bounds are crossed.
func (t *SPRT) Interval() (low, high float64, pairs int) { return t.low, t.high, int(t.n) }

// P returns the always-valid p-value of "there is no difference" now.
func (t *SPRT) P() float64 { return min(1, 1/t.Ratio()) }

// Ratio returns the likelihood ratio of the mixture against "there is no difference" now; it is 1 while nothing is known.
func (t *SPRT) Ratio() float64 {
	deviation := t.spec.Deviation
	if deviation == 0 {
		if t.n < least {
			return 1
		}
		deviation = math.Sqrt(t.m2 / (t.n - 1))
	}
	if t.n == 0 || deviation == 0 && t.mean == 0 {
		return 1
	}
	if deviation == 0 {
		return math.Inf(1)
	}
	v, tau2 := deviation*deviation, t.spec.Scale*t.spec.Scale*deviation*deviation
	spread := v + t.n*tau2
	return math.Exp(0.5*math.Log(v/spread) + t.n*t.n*tau2*t.mean*t.mean/(2*v*spread))
}

// MarshalBinary returns the state.
func (t *SPRT) MarshalBinary() ([]byte, error) {
	w := frame.New("sprt", 1)
	for _, x := range []float64{t.spec.Alpha, t.spec.Deviation, t.spec.Scale, t.spec.Useless, t.n, t.mean, t.m2, t.low, t.high} {
		w.Float(x)
	}
	return w.Done(), nil
}

// UnmarshalBinary restores a state, or changes nothing and returns what is wrong with it.
func (t *SPRT) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "sprt", 1)
	spec := SPRTSpec{Alpha: r.Between(1e-300, 1), Deviation: r.Between(0, math.MaxFloat64), Scale: r.Between(1e-300, math.MaxFloat64), Useless: r.Between(0, math.MaxFloat64)}
	n := SPRT{spec: spec, n: r.Between(0, 1e18), mean: r.Float(), m2: r.Between(0, math.MaxFloat64), low: r.Any(), high: r.Any()}
	if r.OK() && (math.IsNaN(n.low) || math.IsNaN(n.high)) {
		r.Fail("its interval is none")
	}
	if err := r.Done(); err != nil {
		return err
	}
	*t = n
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"errors"
	"math"

	"mabeam.dev/cognitive/internal/frame"
)

// CUSUMSpec describes a [CUSUM]. Zero fields mean the defaults.
type CUSUMSpec struct {
	// Mean and Deviation are those of the quiet stream, in the unit of the values. Deviation 0 means that both are learned from the first
	// values, and anew after each alarm.
	Mean, Deviation float64
	// Learn is how many values they are learned from; 0 means 50.
	Learn int
	// Slack is half of the shift that is to be found, in deviations; 0 means 0.5.
	Slack float64
	// Threshold is how much must add up, in deviations; 0 means 5: then a quiet normal stream has a false alarm in about 470 values. 8 makes
	// that about nine thousand, and finds a shift of one deviation in about 16.
	Threshold float64
}

// CUSUM is the tabular cumulative sum test in both directions.
type CUSUM struct {
	spec       CUSUMSpec
	n          float64 // values learned from
	mean, m2   float64 // of those; m2 is the sum of squared deviations
	high, low  float64 // the two sums, in deviations
	everything float64
}

// NewCUSUM checks the spec and returns a detector that has seen nothing.
func NewCUSUM(s CUSUMSpec) (*CUSUM, error) {
	problems := finite(map[string]float64{"mean": s.Mean, "deviation": s.Deviation, "slack": s.Slack, "threshold": s.Threshold}, "mean", "deviation", "slack", "threshold")
	if s.Deviation < 0 {
		problems = append(problems, &SpecError{"deviation", "it is below 0"})
	}
	if s.Learn < 0 || s.Learn == 1 {
		problems = append(problems, &SpecError{"learn", "nothing is learned from fewer than 2 values"})
	}
	if s.Slack < 0 {
		problems = append(problems, &SpecError{"slack", "it is below 0"})
	}
	if s.Threshold < 0 {
		problems = append(problems, &SpecError{"threshold", "it is below 0"})
	}
	if s.Learn == 0 {
		s.Learn = 50
	}
	if s.Slack == 0 {
		s.Slack = 0.5
	}
	if s.Threshold == 0 {
		s.Threshold = 5
	}
	return &CUSUM{spec: s}, errors.Join(problems...)
}

// Update takes a value and tells whether, and which way, the mean has moved; then the sums begin anew, and so does learning.
func (d *CUSUM) Update(x float64) Direction {
	if math.IsNaN(x) || math.Abs(x) > 1e150 {
		return Quiet
	}
	d.everything++
	mean, deviation := d.spec.Mean, d.spec.Deviation
	if deviation == 0 {
		if d.n < float64(d.spec.Learn) {
			d.n++
			off := x - d.mean
			d.mean += off / d.n
			d.m2 += off * (x - d.mean)
			return Quiet
		}
		mean, deviation = d.mean, math.Sqrt(d.m2/(d.n-1))
	}
	z := 0.0
	switch {
	case deviation > 0:
		z = (x - mean) / deviation
	case x != mean: // what never moved has moved
		z = math.Copysign(math.Inf(1), x-mean)
	}
	d.high = max(0, d.high+z-d.spec.Slack)
	d.low = max(0, d.low-z-d.spec.Slack)
	to := Quiet
	switch {
	case d.high > d.spec.Threshold:
		to = Up
	case d.low > d.spec.Threshold:
		to = Down
	default:
		return Quiet
	}
	*d = CUSUM{spec: d.spec, everything: d.everything}
	return to
}

// Seen returns how many values were taken since the beginning.
func (d *CUSUM) Seen() int { return int(d.everything) }

// MarshalBinary returns the state.
func (d *CUSUM) MarshalBinary() ([]byte, error) {
	w := frame.New("cusum", 1)
	for _, x := range []float64{d.spec.Mean, d.spec.Deviation, d.spec.Slack, d.spec.Threshold} {
		w.Float(x)
	}
	w.Int(d.spec.Learn)
	for _, x := range []float64{d.n, d.mean, d.m2, d.high, d.low, d.everything} {
		w.Float(x)
	}
	return w.Done(), nil
}

// UnmarshalBinary restores a state, or changes nothing and returns what is wrong with it.
func (d *CUSUM) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "cusum", 1)
	positive := func() float64 { return r.Between(0, math.MaxFloat64) }
	n := CUSUM{spec: CUSUMSpec{Mean: r.Float(), Deviation: positive(), Slack: positive(), Threshold: positive(), Learn: r.Int(2, math.MaxInt)}}
	n.n, n.mean, n.m2, n.high, n.low, n.everything = positive(), r.Float(), positive(), positive(), positive(), positive()
	if err := r.Done(); err != nil {
		return err
	}
	*d = n
	return nil
}

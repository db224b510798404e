// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"errors"
	"math"

	"mabeam.dev/cognitive/internal/frame"
)

// Direction is which way a stream has moved.
type Direction int8

// Directions.
const (
	// Quiet is no change.
	Quiet Direction = 0
	// Up and Down are changes of the mean.
	Up   Direction = 1
	Down Direction = -1
)

// PageHinkleySpec describes a [PageHinkley]. Zero fields mean the defaults.
type PageHinkleySpec struct {
	// Slack is how far the mean may wander without an alarm, in the unit of the values; 0 means none.
	Slack float64
	// Threshold is how far the sum of deviations must move, in the unit of the values; required.
	Threshold float64
	// Least is how many values must have been seen before an alarm; 0 means 30.
	Least int
}

// PageHinkley is the Page-Hinkley test in both directions: it sums how far values are from the mean of all since it began, and alarms when the sum has
// moved away from its extreme.
type PageHinkley struct {
	spec     PageHinkleySpec
	n        float64
	mean     float64
	up, down float64 // distance of each sum from its extreme, never below 0
}

// NewPageHinkley checks the spec and returns a detector that has seen nothing.
func NewPageHinkley(s PageHinkleySpec) (*PageHinkley, error) {
	problems := finite(map[string]float64{"slack": s.Slack, "threshold": s.Threshold}, "slack", "threshold")
	if s.Slack < 0 {
		problems = append(problems, &SpecError{"slack", "it is below 0"})
	}
	if s.Threshold <= 0 {
		problems = append(problems, &SpecError{"threshold", "it is not positive"})
	}
	if s.Least < 0 {
		problems = append(problems, &SpecError{"least", "it is below 0"})
	}
	if s.Least == 0 {
		s.Least = 30
	}
	return &PageHinkley{spec: s}, errors.Join(problems...)
}

// Update takes a value and tells whether, and which way, the mean has moved; after that it begins anew.
func (d *PageHinkley) Update(x float64) Direction {
	if math.IsNaN(x) || math.Abs(x) > 1e300 {
		return Quiet
	}
	d.n++
	d.mean += (x - d.mean) / d.n
	off := x - d.mean
	d.up = max(0, d.up+off-d.spec.Slack)
	d.down = max(0, d.down-off-d.spec.Slack)
	if d.n < float64(d.spec.Least) {
		return Quiet
	}
	to := Quiet
	switch {
	case d.up > d.spec.Threshold && d.up >= d.down:
		to = Up
	case d.down > d.spec.Threshold:
		to = Down
	default:
		return Quiet
	}
	*d = PageHinkley{spec: d.spec}
	return to
}

// Mean returns the mean since the detector began, and of how many values.
func (d *PageHinkley) Mean() (mean float64, values int) { return d.mean, int(d.n) }

// MarshalBinary returns the state.
func (d *PageHinkley) MarshalBinary() ([]byte, error) {
	w := frame.New("page-hinkley", 1)
	w.Float(d.spec.Slack)
	w.Float(d.spec.Threshold)
	w.Int(d.spec.Least)
	for _, x := range []float64{d.n, d.mean, d.up, d.down} {
		w.Float(x)
	}
	return w.Done(), nil
}

// UnmarshalBinary restores a state, or changes nothing and returns what is wrong with it.
func (d *PageHinkley) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "page-hinkley", 1)
	n := PageHinkley{spec: PageHinkleySpec{r.Between(0, math.MaxFloat64), r.Between(0, math.MaxFloat64), r.Int(1, math.MaxInt)}}
	n.n, n.mean, n.up, n.down = r.Between(0, 1e18), r.Float(), r.Between(0, math.MaxFloat64), r.Between(0, math.MaxFloat64)
	if err := r.Done(); err != nil {
		return err
	}
	*d = n
	return nil
}

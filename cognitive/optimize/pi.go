// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"errors"
	"math"
	"time"
)

// PI holds a measured value at a set point: a proportional and an integral part with conditional integration, so that the integral does not grow while the output is at
// its bound or was refused.
type PI struct {
	// Gain is the proportional part per unit of error, negative where a larger output lowers the measured value.
	Gain float64 `json:"gain"`
	// Reset is the time in which the integral repeats the proportional part; 0 means no integral.
	Reset time.Duration `json:"reset"`
	// Low and High bound the output.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Integral is the state: the part of the output that the past has made, the output at no error.
	Integral float64 `json:"integral"`
}

// NewPI begins at an output. All mistakes are returned at once.
func NewPI(gain float64, reset time.Duration, low, high, output float64) (*PI, error) {
	p := &PI{Gain: gain, Reset: reset, Low: low, High: high, Integral: output}
	return p, p.check()
}

func (p *PI) check() error {
	var all []error
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	if !finite(p.Gain) || p.Gain == 0 {
		all = append(all, wrongOption("gain", "%v is 0 or not finite", p.Gain))
	}
	if p.Reset < 0 {
		all = append(all, wrongOption("reset", "%v is below 0", p.Reset))
	}
	if !finite(p.Low) || !finite(p.High) || p.Low >= p.High {
		all = append(all, wrongOption("bounds", "%v to %v is no range", p.Low, p.High))
	} else if !(p.Integral >= p.Low && p.Integral <= p.High) {
		all = append(all, wrongOption("output", "%v is not from %v to %v", p.Integral, p.Low, p.High))
	}
	return errors.Join(all...)
}

// Step returns the output for an error (set point minus measured value) that lasted for some time. Errors that are no numbers, and times below 0, change nothing. Refused says that
// the output before was not taken: the integral then stands still.
func (p *PI) Step(miss float64, lasted time.Duration, refused bool) float64 {
	if math.IsNaN(miss) || math.IsInf(miss, 0) || lasted < 0 {
		return clamp(p.Integral, p.Low, p.High)
	}
	push := clamp(p.Gain*miss, -valueLimit, valueLimit)
	free := push + p.Integral
	if p.Reset > 0 && !refused {
		grow := push * lasted.Seconds() / p.Reset.Seconds()
		if free >= p.High && grow > 0 || free <= p.Low && grow < 0 {
			grow = 0 // it would only wind up
		}
		p.Integral = clamp(p.Integral+grow, p.Low, p.High)
	}
	return clamp(push+p.Integral, p.Low, p.High)
}

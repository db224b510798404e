// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"errors"
	"math"
)

// slack is how far from a point of a grid, in steps, a float may be and still be meant to be it.
const slack = 1e-9

// Float is a float in [Min, Max]. The zero Step is no grid.
type Float struct {
	// Min and Max are the ends, both allowed: Min < Max, and Max − Min is finite.
	Min float64 `json:"min"`
	Max float64 `json:"max"`
	// Step is the distance of the points of the grid, which starts at Min; 0 means that there is none.
	Step float64 `json:"step,omitempty"`
	// Scale says how the range is divided; Log needs Min > 0.
	Scale Scale `json:"scale,omitempty"`
	// Bounds says what becomes of a number outside. A wrapped one is in [Min, Max).
	Bounds Bounds `json:"bounds,omitempty"`
}

var _ Ranged = Float{}

// Type returns Number.
func (Float) Type() Type   { return Number }
func (Float) name() string { return "float" }

// Validate returns every problem, joined.
func (k Float) Validate() error {
	var problems []error
	if !finite(k.Min) {
		problems = append(problems, wrong("float", "Min", "%v is not finite", k.Min))
	}
	if !finite(k.Max) {
		problems = append(problems, wrong("float", "Max", "%v is not finite", k.Max))
	}
	if finite(k.Min) && finite(k.Max) {
		if k.Min >= k.Max {
			problems = append(problems, wrong("float", "Max", "%v is not greater than Min, %v", k.Max, k.Min))
		} else if math.IsInf(k.Max-k.Min, 0) {
			problems = append(problems, wrong("float", "Max", "the range from %v to %v is not finite", k.Min, k.Max))
		}
	}
	if !finite(k.Step) || k.Step < 0 || k.Step > k.Max-k.Min {
		problems = append(problems, wrong("float", "Step", "%v is neither 0 nor a part of the range", k.Step))
	}
	if k.Step > 0 && k.Step < 4*k.blur() {
		problems = append(problems, wrong("float", "Step", "%v is too little to tell points of the range apart", k.Step))
	}
	if k.Scale > Log || k.Scale == Log && !(k.Min > 0) {
		problems = append(problems, wrong("float", "Scale", "a logarithmic range needs a Min greater than 0"))
	}
	if k.Bounds > Wrap {
		problems = append(problems, wrong("float", "Bounds", "no policy %d", k.Bounds))
	}
	return errors.Join(problems...)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Normal returns the number as it is stored: −0 is 0, and a number on a grid is the exact point.
func (k Float) Normal(v Value) (Value, error) {
	if err := typed(k, v); err != nil {
		return Value{}, err
	}
	x := v.Float()
	if !finite(x) {
		return Value{}, ErrNotFinite
	}
	inside := x >= k.Min && x <= k.Max
	switch {
	case k.Bounds == Wrap:
		if x < k.Min || x >= k.Max {
			x = k.wrap(x)
		}
	case inside:
	case k.Bounds == Clamp:
		x = min(max(x, k.Min), k.Max)
	default:
		if x = k.nearEnd(x); x < k.Min || x > k.Max {
			return Value{}, k.out(v)
		}
	}
	if k.Step > 0 {
		near := k.point(min(math.Round((x-k.Min)/k.Step), k.points()))
		if k.Bounds == Reject && math.Abs(x-near) > slack*k.Step+k.blur() {
			return Value{}, k.out(v)
		}
		x = near
		if k.Bounds == Wrap && x >= k.Max {
			x = k.Min
		}
	}
	return OfFloat(x + 0), nil // −0 + 0 is 0
}

// nearEnd takes a number that misses an end by no more than the slack of a grid for that end.
func (k Float) nearEnd(x float64) float64 {
	if k.Step > 0 && x < k.Min && k.Min-x <= slack*k.Step+k.blur() {
		return k.Min
	}
	if k.Step > 0 && x > k.Max && x-k.Max <= slack*k.Step+k.blur() {
		return k.Max
	}
	return x
}

// wrap brings a number into [Min, Max): the floored modulus of its distance from Min.
func (k Float) wrap(x float64) float64 {
	span := k.Max - k.Min
	// The remainders are taken apart because x − Min may be infinite.
	m := math.Mod(math.Mod(x, span)-math.Mod(k.Min, span), span)
	if m < 0 {
		m += span
	}
	if y := k.Min + m; y >= k.Min && y < k.Max {
		return y
	}
	return k.Min
}

// blur is how far rounding may move a number of the range.
func (k Float) blur() float64 { return 4 * 0x1p-52 * max(math.Abs(k.Min), math.Abs(k.Max)) }

// points is the number of the last point of the grid.
func (k Float) points() float64 { return math.Floor((k.Max-k.Min)/k.Step + slack) }

// point is one point of the grid. A step that is one part of a whole, as 0.1 is, is taken as a division, so that people see the decimal that they mean.
func (k Float) point(n float64) float64 {
	away := float64(n * k.Step)
	if parts := math.Round(1 / k.Step); math.Abs(float64(parts*k.Step)-1) < 1e-12 {
		away = n / parts
	}
	return min(max(k.Min+away, k.Min), k.Max)
}

func (k Float) out(got Value) error {
	e := &RangeError{Min: OfFloat(k.Min), Max: OfFloat(k.Max), Got: got}
	if k.Step > 0 {
		e.Step = OfFloat(k.Step)
	}
	return e
}

// First returns Min.
func (k Float) First() Value { return OfFloat(k.Min + 0) }

// Distance is the difference of the places of two values.
func (k Float) Distance(a, b Value) float64 { return math.Abs(k.Unit(a) - k.Unit(b)) }

// Unit maps a value to its place in the range on its scale.
func (k Float) Unit(v Value) float64 { return unit(k.Scale, k.Min, k.Max, v.Float()) }

// FromUnit maps a place to the nearest value.
func (k Float) FromUnit(u float64) Value {
	x := fromUnit(k.Scale, k.Min, k.Max, u)
	if k.Step > 0 {
		x = k.point(min(math.Round((x-k.Min)/k.Step), k.points()))
	}
	return OfFloat(x + 0)
}

// StepShare is one step of the grid as a share of the range.
func (k Float) StepShare() float64 { return k.Step / (k.Max - k.Min) }

// Shift moves a value by a share of the range.
func (k Float) Shift(v Value, share float64) Value {
	moved := k.FromUnit(k.Unit(v) + share)
	if (moved.Float()-v.Float())*share < 0 { // there and back is not exact
		moved = v
	}
	if k.Step > 0 && share != 0 && moved.Equal(v) {
		moved = OfFloat(k.point(min(max(math.Round((v.Float()-k.Min)/k.Step)+math.Copysign(1, share), 0), k.points())) + 0)
	}
	return moved
}

func unit(s Scale, lo, hi, x float64) float64 {
	if s == Log {
		return math.Log(x/lo) / math.Log(hi/lo)
	}
	return (x - lo) / (hi - lo)
}

func fromUnit(s Scale, lo, hi, u float64) float64 {
	switch {
	case !(u > 0):
		return lo
	case u >= 1:
		return hi
	case s == Log:
		return min(max(lo*math.Exp(u*math.Log(hi/lo)), lo), hi)
	}
	return min(max(lo+float64(u*(hi-lo)), lo), hi)
}

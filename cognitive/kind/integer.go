// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"errors"
	"math"
	"math/bits"
)

// Integer is an integer in [Min, Max]. All of int64 is allowed as a range.
type Integer struct {
	// Min and Max are the ends, both allowed: Min ≤ Max.
	Min int64 `json:"min"`
	Max int64 `json:"max"`
	// Step is the distance of the points of the grid, which starts at Min; 0 means 1.
	Step int64 `json:"step,omitempty"`
	// Scale says how the range is divided; Log needs Min > 0.
	Scale Scale `json:"scale,omitempty"`
	// Bounds says what becomes of a number outside. Wrapping goes through all points from Min to the last: behind it comes Min.
	Bounds Bounds `json:"bounds,omitempty"`
}

var _ Ranged = Integer{}

// Type returns Whole.
func (Integer) Type() Type   { return Whole }
func (Integer) name() string { return "integer" }

// Validate returns every problem, joined.
func (k Integer) Validate() error {
	var problems []error
	if k.Min > k.Max {
		problems = append(problems, wrong("integer", "Max", "%d is less than Min, %d", k.Max, k.Min))
	}
	if k.Step < 0 || k.Min <= k.Max && k.Min < k.Max && uint64(k.Step) > k.span() {
		problems = append(problems, wrong("integer", "Step", "%d is not a part of the range", k.Step))
	}
	if k.Scale > Log || k.Scale == Log && k.Min <= 0 {
		problems = append(problems, wrong("integer", "Scale", "a logarithmic range needs a Min greater than 0"))
	}
	if k.Bounds > Wrap {
		problems = append(problems, wrong("integer", "Bounds", "no policy %d", k.Bounds))
	}
	return errors.Join(problems...)
}

// span is Max − Min, which may be too great for int64.
func (k Integer) span() uint64 { return uint64(k.Max) - uint64(k.Min) }

func (k Integer) step() uint64 { return uint64(max(k.Step, 1)) }

// points is the number of the last point of the grid.
func (k Integer) points() uint64 { return k.span() / k.step() }

// point is one point of the grid.
func (k Integer) point(n uint64) int64 { return int64(uint64(k.Min) + min(n, k.points())*k.step()) }

// Normal returns the number as it is stored. Where nothing is refused a number between two points becomes the nearer one, the lower if both are as near.
func (k Integer) Normal(v Value) (Value, error) {
	if err := typed(k, v); err != nil {
		return Value{}, err
	}
	n := v.Integer()
	if n < k.Min || n > k.Max {
		switch k.Bounds {
		case Clamp:
			n = min(max(n, k.Min), k.Max)
		case Wrap:
			n = k.wrap(n)
		default:
			return Value{}, k.out(v)
		}
	}
	from := uint64(n) - uint64(k.Min)
	at, rest := from/k.step(), from%k.step()
	if rest != 0 {
		if k.Bounds == Reject {
			return Value{}, k.out(v)
		}
		if rest > k.step()/2 || rest == k.step()/2 && k.step()%2 == 1 && rest*2 > k.step() {
			at++
		}
		if k.Bounds == Wrap && at > k.points() {
			at = 0
		}
	}
	return OfInteger(k.point(at)), nil
}

// wrap brings a number into the range: the floored modulus of its distance from Min over the count of the numbers in the range.
func (k Integer) wrap(n int64) int64 {
	count := k.span() + 1 // 0 means 2^64, and then nothing is outside
	if count == 0 {
		return n
	}
	var at uint64
	if n >= k.Min {
		at = (uint64(n) - uint64(k.Min)) % count
	} else if at = (uint64(k.Min) - uint64(n)) % count; at != 0 {
		at = count - at
	}
	return int64(uint64(k.Min) + at)
}

func (k Integer) out(got Value) error {
	e := &RangeError{Min: OfInteger(k.Min), Max: OfInteger(k.Max), Got: got}
	if k.Step > 1 {
		e.Step = OfInteger(k.Step)
	}
	return e
}

// First returns Min.
func (k Integer) First() Value { return OfInteger(k.Min) }

// Distance is the difference of the places of two values.
func (k Integer) Distance(a, b Value) float64 { return math.Abs(k.Unit(a) - k.Unit(b)) }

// Unit maps a value to its place in the range on its scale; the only value of a range of one has the place 0.
func (k Integer) Unit(v Value) float64 {
	n := v.Integer()
	switch {
	case k.Min == k.Max || n <= k.Min:
		return 0
	case k.Scale == Log:
		return unit(Log, float64(k.Min), float64(k.Max), float64(n))
	}
	return float64(uint64(n)-uint64(k.Min)) / float64(k.span())
}

// FromUnit maps a place to the nearest value.
func (k Integer) FromUnit(u float64) Value {
	if k.Scale == Log && k.Min < k.Max {
		n := math.Round(fromUnit(Log, float64(k.Min), float64(k.Max), u))
		if n >= float64(k.Max) {
			return OfInteger(k.point(k.points()))
		}
		from := uint64(max(int64(n), k.Min)) - uint64(k.Min)
		return OfInteger(k.point((from + k.step()/2) / k.step()))
	}
	u = min(max(u, 0), 1)
	if u != u {
		u = 0
	}
	// Places are 53 bits fine; the product with the count of points is taken in 128, so that no number is out of range.
	hi, lo := bits.Mul64(uint64(u*(1<<53)), k.points())
	at := hi<<11 | lo>>53
	if lo>>52&1 == 1 { // to the nearest
		at++
	}
	return OfInteger(k.point(at))
}

// StepShare is one step of the grid as a share of the range; 1 if the range has one value.
func (k Integer) StepShare() float64 {
	if k.Min == k.Max {
		return 1
	}
	return float64(k.step()) / float64(k.span())
}

// Shift moves a value by a share of the range, and by at least one step.
func (k Integer) Shift(v Value, share float64) Value {
	moved := k.FromUnit(k.Unit(v) + share)
	if share == 0 || share != share {
		return v
	}
	at := (uint64(v.Integer()) - uint64(k.Min)) / k.step()
	switch { // the last point of the grid may lie below Max: units are of the range, and places of the grid
	case share > 0 && moved.Integer() <= v.Integer():
		if at < k.points() {
			at++
		}
		return OfInteger(k.point(at))
	case share < 0 && moved.Integer() >= v.Integer():
		return OfInteger(k.point(at - min(at, 1)))
	}
	return moved
}

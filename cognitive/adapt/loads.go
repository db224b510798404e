// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math"

	"mabeam.dev/cognitive/kind"
)

// even is how much the greatest load may be over the mean one before weight is moved: below that it would only chase noise.
const even = 1.1

// balanced moves weight from the fields that are loaded more to those that are loaded less: each is multiplied by a power of the mean load over its own, and their sum stays. The power is
// five times the learning rate, at most one, so that what is known about the loads from few reports does not overshoot.
func (m *Machine) balanced() (idea, bool) {
	numbers := 0
	for _, c := range m.coords {
		if c.ranged != nil {
			numbers++
		}
	}
	if numbers != len(m.coords) || numbers != len(m.Base.Loads) {
		return idea{}, false
	}
	mean, most := 0.0, 0.0
	for _, t := range m.Base.Loads {
		mean += t.Mean / float64(numbers)
		most = max(most, t.Mean)
	}
	if !(mean > 0) || most/mean <= even {
		return idea{}, false
	}
	power := min(5*m.s.LearningRate, 1)
	was, sum := make([]float64, numbers), 0.0
	is := make([]float64, numbers)
	total := 0.0
	for i, c := range m.coords {
		was[i] = max(c.of(m.Value).Number(), 0)
		total += was[i]
		is[i] = was[i] * math.Pow(mean/max(m.Base.Loads[i].Mean, mean/100), power)
		sum += is[i]
	}
	if !(sum > 0) {
		return idea{}, false
	}
	next := m.Value
	for i, c := range m.coords {
		next = c.with(next, nearest(c.ranged, is[i]*total/sum))
	}
	x := idea{Value: next, Source: fromLoads, Why: fmt.Sprintf("the greatest load is %.3g times the mean one", most/mean)}
	return x, m.may(next)
}

// nearest is the value of a range that is nearest to a number.
func nearest(k kind.Ranged, x float64) kind.Value {
	if k, ok := k.(kind.Integer); ok {
		x = min(max(math.Round(x), float64(k.Min)), float64(k.Max))
		return k.FromUnit(k.Unit(kind.OfInteger(int64(x))))
	}
	f, ok := k.(kind.Float)
	if !ok {
		return kind.Value{}
	}
	return f.FromUnit(f.Unit(kind.OfFloat(min(max(x, f.Min), f.Max))))
}

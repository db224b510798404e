// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"math"

	"mabeam.dev/cognitive/kind"
)

// coord is one part of a value that can be changed: the value itself, or a field of a group.
type coord struct {
	field   string // empty for the value itself
	ranged  kind.Ranged
	options []string // those that may be taken, if it is a choice
}

// coords are all parts of the values of a kind.
func coords(k kind.Kind) (all []coord) {
	if group, ok := k.(kind.Structured); ok {
		for _, f := range group.Fields {
			all = append(all, coordOf(f.Name, f.Kind))
		}
		return all
	}
	return []coord{coordOf("", k)}
}

func coordOf(field string, k kind.Kind) coord {
	c := coord{field: field}
	switch k := k.(type) {
	case kind.Ranged:
		c.ranged = k
	case kind.Choice:
		c.options = k.Enabled()
	case kind.Module:
		c.options = k.Enabled()
	}
	return c
}

// of is the part of a value.
func (c coord) of(v kind.Value) kind.Value {
	if c.field == "" {
		return v
	}
	return v.Field(c.field)
}

// with is a value with another part.
func (c coord) with(v, part kind.Value) kind.Value {
	if c.field == "" {
		return part
	}
	parts := make([]kind.Part, 0, len(v.Fields()))
	for _, f := range v.Fields() {
		if f.Name == c.field {
			f.Value = part
		}
		parts = append(parts, f)
	}
	return kind.OfRecord(parts...)
}

// units are the places of the numbers of a value in their ranges.
func units(all []coord, v kind.Value) (u []float64) {
	for _, c := range all {
		if c.ranged != nil {
			u = append(u, c.ranged.Unit(c.of(v)))
		}
	}
	return u
}

// moved is a value whose numbers were moved by shares of their ranges.
func moved(all []coord, v kind.Value, by []float64) kind.Value {
	i := 0
	for _, c := range all {
		if c.ranged != nil {
			if by[i] != 0 {
				v = c.with(v, c.ranged.Shift(c.of(v), by[i]))
			}
			i++
		}
	}
	return v
}

// apart is how far the numbers of two values are from each other, at most.
func apart(all []coord, v, w kind.Value) (far float64) {
	a, b := units(all, v), units(all, w)
	for i := range a {
		far = max(far, math.Abs(a[i]-b[i]))
	}
	return far
}

// SPDX-License-Identifier: Apache-2.0

package optimize

import "math"

// unit maps a point into [0,1]^n, where all methods think: each integer and each option has an interval of its own, and the point is its middle.
func (s *Space) unit(p Point) []float64 {
	u := make([]float64, len(p))
	for i, d := range s.dims {
		v := p[i]
		switch d.Kind {
		case Categorical:
			v += 0.5
		default:
			v = d.scaled(v)
		}
		u[i] = clamp((v-s.lo[i])/(s.hi[i]-s.lo[i]), 0, 1)
	}
	return u
}

// point is the inverse of unit; what is outside goes to the border, and what does not count to its first value.
func (s *Space) point(u []float64) Point {
	p := make(Point, len(u))
	for i := range s.dims {
		p[i] = s.one(i, u[i])
		if !s.Active(p, i) {
			p[i] = s.first[i]
		}
	}
	return p
}

// one is the value of dimension i at a unit coordinate.
func (s *Space) one(i int, u float64) float64 {
	d := s.dims[i]
	v := s.value(i, clamp(u, 0, 1))
	switch d.Kind {
	case Float:
		v = clamp(v, d.Min, d.Max)
	case Integer:
		v = clamp(math.Round(v), d.Min, d.Max)
	case Categorical:
		v = clamp(math.Floor(v), 0, float64(len(d.Options)-1))
	}
	return v + 0 // no negative zero
}

// value is the value at a unit coordinate before rounding; coordinate is its inverse.
func (s *Space) value(i int, u float64) float64 {
	v := s.lo[i] + u*(s.hi[i]-s.lo[i])
	if s.dims[i].Log {
		return math.Exp(v)
	}
	return v
}

func (s *Space) coordinate(i int, v float64) float64 {
	return (s.dims[i].scaled(v) - s.lo[i]) / (s.hi[i] - s.lo[i])
}

// width is the length of the interval that one value of dimension i has in the unit cube: 0 for floats. With a log scale it is that of the largest integer.
func (s *Space) width(i int) float64 {
	switch d := s.dims[i]; d.Kind {
	case Integer:
		return (d.scaled(d.Max+0.5) - d.scaled(d.Max-0.5)) / (s.hi[i] - s.lo[i])
	case Categorical:
		return 1 / float64(len(d.Options))
	}
	return 0
}

// numeric says that no dimension is categorical, so that none is conditional either.
func (s *Space) numeric() bool {
	for _, d := range s.dims {
		if d.Kind == Categorical {
			return false
		}
	}
	return true
}

func clamp(v, lo, hi float64) float64 { return math.Max(lo, math.Min(hi, v)) }

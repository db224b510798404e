// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"math"
	"math/rand/v2"
)

// random draws every point anew.
type random struct{}

func (*random) propose(b *book, rng *rand.Rand) (draft, bool) {
	return draft{point: b.space.point(cube(b.space.Len(), rng))}, true
}

func (*random) observe(*book, int, *rand.Rand) {}

// cube draws a point of the unit cube.
func cube(n int, rng *rand.Rand) []float64 {
	u := make([]float64, n)
	for i := range u {
		u[i] = rng.Float64()
	}
	return u
}

// grid goes through all combinations; floats have a number of equally spaced values with both ends.
type grid struct {
	Next  []int `json:"next"` // nil when all were issued
	sizes []int
}

// gridLimit is how many values one integer of a grid may have; more are thinned out as floats are.
const gridLimit = 1000

func newGrid(s *Space, o Options) (method, error) {
	g := &grid{Next: make([]int, s.Len())}
	for i := range s.dims {
		g.sizes = append(g.sizes, s.values(i, o.Steps))
	}
	return g, nil
}

// values is how many values of dimension i a grid has.
func (s *Space) values(i, steps int) int {
	if steps == 0 {
		steps = 5
	}
	switch d := s.dims[i]; {
	case d.Kind == Categorical:
		return len(d.Options)
	case d.Kind == Integer && d.Max-d.Min < gridLimit:
		return int(d.Max-d.Min) + 1
	}
	return max(steps, 2)
}

// GridSize returns how many points the method grid has before it starts, with so many steps for each float; 0 means the default.
func GridSize(s *Space, steps int) float64 {
	thin := &Space{dims: append([]Dimension(nil), s.dims...), parent: s.parent, allow: s.allow, first: s.first}
	for i, d := range thin.dims {
		if d.Kind != Categorical {
			thin.dims[i].Kind, thin.dims[i].Min, thin.dims[i].Max = Integer, 1, float64(s.values(i, steps))
		}
	}
	return thin.Size()
}

func (g *grid) propose(b *book, _ *rand.Rand) (draft, bool) {
	for g.Next != nil {
		p, redundant := g.current(b.space)
		g.advance()
		if !redundant {
			return draft{point: p}, true
		}
	}
	return draft{}, false
}

// current returns the point of the counters. It is redundant if a dimension that does not count is not at its first value.
func (g *grid) current(s *Space) (Point, bool) {
	p := make(Point, len(g.Next))
	redundant := false
	for i, d := range s.dims {
		at := float64(g.Next[i])
		switch last := float64(g.sizes[i] - 1); {
		case d.Kind == Categorical:
			p[i] = at
		case d.Kind == Integer && last == d.Max-d.Min:
			p[i] = d.Min + at
		default:
			lo, hi := d.scaled(d.Min), d.scaled(d.Max)
			v := lo + (hi-lo)*at/last
			if d.Log {
				v = math.Exp(v)
			}
			if at == 0 { // both ends are exact
				v = d.Min
			} else if at == last {
				v = d.Max
			}
			if d.Kind == Integer {
				v = math.Round(v)
			}
			p[i] = clamp(v, d.Min, d.Max) + 0
		}
		if !s.Active(p, i) {
			redundant = redundant || at != 0
			p[i] = s.first[i]
		}
	}
	return p, redundant
}

// advance counts on, the last dimension fastest.
func (g *grid) advance() {
	for i := len(g.Next) - 1; i >= 0; i-- {
		if g.Next[i]++; g.Next[i] < g.sizes[i] {
			return
		}
		g.Next[i] = 0
	}
	g.Next = nil
}

func (*grid) observe(*book, int, *rand.Rand) {}

func (g *grid) valid(b *book) error {
	if g.Next == nil {
		return nil
	}
	if len(g.Next) != b.space.Len() {
		return ErrInvalidState
	}
	for i, n := range g.Next {
		if n < 0 || n >= g.sizes[i] {
			return ErrInvalidState
		}
	}
	return nil
}

// halton fills the cube evenly: the sequence of van der Corput in another prime base for each dimension, moved by a random vector.
type halton struct {
	Index int       `json:"index"`
	Shift []float64 `json:"shift"`
}

// haltonLimit is up to how many dimensions the sequence is even enough; beyond them it is random.
const haltonLimit = 20

func newHalton(*Space, Options) (method, error) { return &halton{}, nil }

func (h *halton) propose(b *book, rng *rand.Rand) (draft, bool) {
	return draft{point: b.space.point(h.next(b.space.Len(), rng))}, true
}

func (h *halton) next(n int, rng *rand.Rand) []float64 {
	if h.Shift == nil {
		h.Shift = cube(n, rng)
	}
	h.Index++
	u := make([]float64, n)
	for i := range u {
		if i >= haltonLimit {
			u[i] = rng.Float64()
			continue
		}
		u[i] = radical(h.Index, primes[i]) + h.Shift[i]
		if u[i] >= 1 {
			u[i]--
		}
	}
	return u
}

var primes = [haltonLimit]int{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71}

// radical mirrors the digits of n in a base at the point.
func radical(n, base int) float64 {
	v, f := 0.0, 1.0
	for ; n > 0; n /= base {
		f /= float64(base)
		v += f * float64(n%base)
	}
	return v
}

func (*halton) observe(*book, int, *rand.Rand) {}

func (h *halton) valid(b *book) error {
	if h.Index < 0 || h.Shift != nil && len(h.Shift) != b.space.Len() || !within(h.Shift, 0, 1) {
		return ErrInvalidState
	}
	return nil
}

// within says that all numbers are from lo to hi.
func within(all []float64, lo, hi float64) bool {
	for _, v := range all {
		if !(v >= lo && v <= hi) {
			return false
		}
	}
	return true
}

// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"math"
	"math/rand/v2"
)

// es is the (1+1) evolution strategy: one parent, one child, and a step that grows by e^(1/3) with a success and shrinks by e^(1/12) without one, so that it
// stands still at one success in five.
type es struct {
	Parent int     `json:"parent"` // index of the trial, -1 before the first answer
	Step   float64 `json:"step"`   // of the unit cube
}

const (
	esStart = 0.2
	esLeast = 1e-12
)

func newES(s *Space, _ Options) (method, error) {
	if !s.numeric() {
		return nil, wrongOption("method", "es needs a space without categorical dimensions")
	}
	return &es{Parent: -1, Step: esStart}, nil
}

func (e *es) propose(b *book, rng *rand.Rand) (draft, bool) {
	if e.Parent < 0 {
		return draft{point: b.space.point(cube(b.space.Len(), rng))}, true
	}
	return draft{point: b.space.point(b.space.mutate(b.at(e.Parent), e.Step, rng))}, true
}

// mutate moves a point by Gaussian steps. Integers move by one at least half of the time, however small the step.
func (s *Space) mutate(from []float64, step float64, rng *rand.Rand) []float64 {
	u := make([]float64, len(from))
	for i, v := range from {
		u[i] = clamp(v+math.Max(step, 0.75*s.width(i))*rng.NormFloat64(), 0, 1)
	}
	return u
}

func (e *es) observe(b *book, i int, _ *rand.Rand) {
	m := b.all[i].M
	switch {
	case m.Failed && e.Parent < 0:
	case e.Parent < 0:
		e.Parent = i
	case !m.Failed && m.Value <= b.all[e.Parent].M.Value:
		e.Parent = i
		e.Step = math.Min(e.Step*math.Exp(1.0/3), 1)
	default:
		e.Step = math.Max(e.Step*math.Exp(-1.0/12), esLeast)
	}
}

func (e *es) valid(b *book) error {
	if e.Parent < -1 || e.Parent >= len(b.all) || e.Parent >= 0 && (!b.all[e.Parent].Told || b.all[e.Parent].M.Failed) || !(e.Step >= esLeast && e.Step <= 1) {
		return ErrInvalidState
	}
	return nil
}

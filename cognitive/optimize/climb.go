// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"errors"
	"math/rand/v2"
	"slices"
)

// Pair is two points on either side of a centre, in the unit cube. Both should be measured at about the same time.
type Pair struct {
	// Center is what the climber believes to be best.
	Center []float64 `json:"center"`
	// Delta is 1 or -1 for each coordinate.
	Delta []float64 `json:"delta"`
	// Dither is how far the points are from the centre in each coordinate.
	Dither float64 `json:"dither"`
}

// Plus is the point on the side of Delta.
func (p Pair) Plus() []float64 { return p.side(1) }

// Minus is the other point.
func (p Pair) Minus() []float64 { return p.side(-1) }

func (p Pair) side(sign float64) []float64 {
	u := make([]float64, len(p.Center))
	for i, c := range p.Center {
		u[i] = clamp(c+sign*p.Dither*p.Delta[i], 0, 1)
	}
	return u
}

// Climber follows a minimum by pairs of measurements, two a step in any number of dimensions. Its memory does not grow. [SPSA] and [Tracker] are climbers.
type Climber interface {
	// Pair returns the next two points to measure.
	Pair(rng *rand.Rand) Pair
	// Learn takes what was measured of a pair, which need not be the last one.
	Learn(p Pair, plus, minus float64)
	// Center is the best point as far as known, in the unit cube.
	Center() []float64
}

// signs draws 1 or -1 for each coordinate.
func signs(n int, rng *rand.Rand) []float64 {
	d := make([]float64, n)
	for i := range d {
		d[i] = float64(2*rng.IntN(2) - 1)
	}
	return d
}

// SPSA is simultaneous perturbation with gains that stay as they are, in coordinates of the unit cube. It is the plain algorithm: [Tracker] needs no tuning.
type SPSA struct {
	// At is the centre.
	At []float64 `json:"at"`
	// Gain is the step for a slope of 1, Dither the distance of the two points, Clip the longest step of a coordinate.
	Gain   float64 `json:"gain"`
	Dither float64 `json:"dither"`
	Clip   float64 `json:"clip"`
}

// NewSPSA begins in the middle of n dimensions; zero gain and dither mean 0.001 and 0.03.
func NewSPSA(n int, gain, dither float64) *SPSA {
	if gain == 0 {
		gain = 0.001
	}
	if dither == 0 {
		dither = 0.03
	}
	return &SPSA{At: middle(n), Gain: gain, Dither: dither, Clip: 0.05}
}

func middle(n int) []float64 { return slices.Repeat([]float64{0.5}, n) }

// Center returns the centre.
func (s *SPSA) Center() []float64 { return slices.Clone(s.At) }

// Pair returns the next two points.
func (s *SPSA) Pair(rng *rand.Rand) Pair {
	return Pair{Center: s.Center(), Delta: signs(len(s.At), rng), Dither: s.Dither}
}

// Learn steps against the slope.
func (s *SPSA) Learn(p Pair, plus, minus float64) {
	for i := range s.At {
		step := clamp(s.Gain*(plus-minus)/(2*p.Dither)*p.Delta[i], -s.Clip, s.Clip)
		s.At[i] = clamp(s.At[i]-step, 0, 1)
	}
}

// climb makes a method of a climber: the two points of a pair are two trials, and pairs may be open at the same time.
type climb struct {
	Climber Climber    `json:"climber"`
	Open    []openPair `json:"open"`
}

// openPair is a pair that is not answered. Its trials are Plus and Plus+1.
type openPair struct {
	Pair
	Plus int  `json:"plus"`
	Half bool `json:"half"` // the second point is not issued
}

func newSPSAMethod(s *Space, o Options) (method, error) {
	if !s.numeric() {
		return nil, wrongOption("method", "spsa needs a space without categorical dimensions")
	}
	return &climb{Climber: NewSPSA(s.Len(), 0, 0)}, nil
}

func newTrackerMethod(s *Space, o Options) (method, error) {
	if !s.numeric() {
		return nil, wrongOption("method", "tracker needs a space without categorical dimensions")
	}
	return &climb{Climber: NewTracker(s.Len())}, nil
}

func (c *climb) propose(b *book, rng *rand.Rand) (draft, bool) {
	if n := len(c.Open); n > 0 && c.Open[n-1].Half {
		c.Open[n-1].Half = false
		return draft{point: b.space.point(c.Open[n-1].Minus())}, true
	}
	p := openPair{Pair: c.Climber.Pair(rng), Plus: len(b.all), Half: true}
	c.Open = append(c.Open, p)
	return draft{point: b.space.point(p.Pair.Plus())}, true
}

func (c *climb) observe(b *book, i int, _ *rand.Rand) {
	at := slices.IndexFunc(c.Open, func(p openPair) bool { return p.Plus == i || p.Plus+1 == i })
	if at < 0 {
		return
	}
	p := c.Open[at]
	if p.Half || !b.all[p.Plus].Told || !b.all[p.Plus+1].Told {
		return
	}
	c.Open = slices.Delete(c.Open, at, at+1)
	plus, minus := b.all[p.Plus].M, b.all[p.Plus+1].M
	if !plus.Failed && !minus.Failed {
		c.Climber.Learn(p.Pair, plus.Value, minus.Value)
	}
}

func (c *climb) valid(b *book) error {
	n := b.space.Len()
	for i, p := range c.Open {
		if len(p.Center) != n || len(p.Delta) != n || !within(p.Center, 0, 1) || !within(p.Delta, -1, 1) || !within([]float64{p.Dither}, 1e-12, 1) || p.Plus < 0 ||
			p.Half && i != len(c.Open)-1 || p.Plus >= len(b.all) || !p.Half && p.Plus+1 >= len(b.all) {
			return errors.New("a pair is not one")
		}
	}
	if s, ok := c.Climber.(*SPSA); ok && !(len(s.At) == n && within(s.At, 0, 1) && within([]float64{s.Gain, s.Dither, s.Clip}, 1e-12, 1e12)) {
		return errors.New("a climber is not one")
	}
	if t, ok := c.Climber.(*Tracker); ok && !t.valid(n) {
		return errors.New("a tracker is not one")
	}
	return nil
}

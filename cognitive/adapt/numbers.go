// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/kind"
	"mabeam.dev/cognitive/optimize"
)

// look is where numbers are tried next.
type look uint8

const (
	ahead   look = iota // on one side of the present value, in a random direction of all numbers at once
	behind              // on the other
	believe             // where the tracker believes the best place to be
	onward              // farther in the direction that was better
)

// numbers has ideas for floats and integers, all together: pairs of short looks on both sides teach a tracker where the best place is, as in SPSA, and that place is tried at length. What
// is better already at the first look is kept, and farther on is tried next. It thinks in places of the ranges, from 0 to 1.
type numbers struct {
	Anchor  []float64         `json:"anchor"` // the middle of the tracker's world, which is twice as wide as the ranges
	Tracker *optimize.Tracker `json:"tracker"`
	Pairs   int               `json:"pairs"`
	Look    look              `json:"look"`
	Delta   []float64         `json:"delta,omitempty"` // the direction, 1 or −1 for each number
	Step    float64           `json:"step"`
	There   []float64         `json:"there,omitempty"` // where the first look of the pair was
	Ahead   float64           `json:"ahead"`           // and what it gave, with its standard error
	Error   float64           `json:"error"`
	Asked   []float64         `json:"asked,omitempty"` // the believed place that was tried last
	Slope   float64           `json:"slope"`           // of the last step that was kept, and how long that was
	Length  float64           `json:"length"`
}

// steep is how many standard errors apart the two looks of a pair must be for a step to be tried at length.
const steep = 2

// enough is how many pairs the tracker needs before it believes anything.
const enough = 3

func newNumbers(s *Spec, at []float64) *numbers {
	return &numbers{Anchor: at, Tracker: optimize.NewTracker(len(at)), Step: s.LearningRate}
}

// step has the next idea for the numbers; there is none when the steps have become too small to be worth it. Then they are as at the beginning again, only half as large.
func (m *Machine) step() (idea, bool) {
	n := m.Search.Numbers
	for range 64 {
		if n.Step < m.s.MinStep*(1-1e-9) {
			n.Step, n.Look, n.Delta = max(m.s.LearningRate/2, m.s.MinStep), ahead, nil
			return idea{}, false
		}
		if n.Look == believe {
			if x, ok := m.believed(); ok {
				return x, true
			}
			n.Look = ahead
		}
		if n.Delta == nil {
			n.Delta = signs(len(n.Anchor), m.draw())
		}
		x := idea{Source: fromNumbers, Value: moved(m.coords, m.Value, n.way()), Why: fmt.Sprintf("a step of %.3g of the range", n.Step), Brief: n.Look != onward}
		if m.may(x.Value) {
			return x, true
		}
		n.missed(m, m.Value, found{})
	}
	return idea{}, false
}

// way is where the next look goes from the present value.
func (n *numbers) way() []float64 {
	by := make([]float64, len(n.Delta))
	for i, d := range n.Delta {
		by[i] = d * n.Step
		if n.Look == behind {
			by[i] = -by[i]
		}
	}
	return by
}

// believed is the place that the tracker believes in, as far as a step may go. One that was tried is not tried again.
func (m *Machine) believed() (idea, bool) {
	n := m.Search.Numbers
	if n.Pairs < enough {
		return idea{}, false
	}
	here, center := units(m.coords, m.Value), n.Tracker.Center()
	by, far := make([]float64, len(here)), math.Inf(1)
	for i := range by {
		center[i] = n.Anchor[i] + 2*(center[i]-0.5)
		by[i] = min(max(center[i]-here[i], -m.s.MaxStep), m.s.MaxStep)
		if math.Abs(by[i]) < m.s.MinStep/2 {
			by[i] = 0
		}
	}
	x := idea{Source: fromNumbers, Value: moved(m.coords, m.Value, by), Why: "where the best is believed to be"}
	if !m.may(x.Value) || apart(m.coords, x.Value, m.Value) < m.s.MinStep {
		return idea{}, false
	}
	to := units(m.coords, x.Value)
	if n.Asked != nil {
		far = 0
		for i := range to {
			far = max(far, math.Abs(to[i]-n.Asked[i]))
		}
	}
	if far < m.s.MinStep {
		return idea{}, false
	}
	n.Asked = to
	return x, true
}

// tried takes in what a trial has found.
func (n *numbers) tried(m *Machine, f found) {
	if !f.Kept {
		n.missed(m, m.Idea.Value, f)
		return
	}
	n.Asked, n.There = nil, nil
	far := math.Inf(1)
	switch n.Look {
	case believe:
		n.Look, n.Delta = ahead, nil
		return
	case behind:
		for i := range n.Delta {
			n.Delta[i] = -n.Delta[i]
		}
	case onward:
		far = summit(n.Slope, n.Length, f.Gain/n.Step, n.Step)
	case ahead:
	}
	n.Look, n.Slope, n.Length = onward, f.Gain/n.Step, n.Step
	if far < m.s.MinStep {
		n.Look, n.Delta = ahead, nil
		return
	}
	for _, u := range units(m.coords, m.Idea.Value) {
		if u <= 0 || u >= 1 {
			return // at its bound a step does not grow
		}
	}
	n.Step = min(n.Step*1.5, far, m.s.MaxStep)
}

// summit is how far ahead the slope is 0, if it goes on falling as from a step to the next one.
func summit(before, length, slope, step float64) float64 {
	if !(before > slope) {
		return math.Inf(1)
	}
	return slope*(length+step)/2/(before-slope) - step/2
}

// missed goes on to the other side, to what is believed, or to smaller steps. A look that cannot be taken is one at the present value, which gives nothing.
func (n *numbers) missed(m *Machine, v kind.Value, f found) {
	switch n.Look {
	case ahead:
		n.There, n.Ahead, n.Error, n.Look = units(m.coords, v), f.Gain, f.Error, behind
	case behind:
		n.teach(units(m.coords, v), f.Gain)
		if slope := n.Ahead - f.Gain; math.Abs(slope) > steep*math.Hypot(n.Error, f.Error) && slope != 0 {
			for i := range n.Delta {
				n.Delta[i] = math.Copysign(n.Delta[i], n.Delta[i]*slope)
			}
			n.Look = onward // there is a slope, though no look was long enough to be sure of a gain
			return
		}
		n.Look, n.Step = believe, n.Step/2
	case believe:
		n.Look, n.Delta = ahead, nil
	case onward:
		n.Look, n.Delta, n.Step = ahead, nil, n.Step/2
	}
}

// teach tells the tracker what a pair of looks gave, against the present value at the same time. It minimises.
func (n *numbers) teach(there []float64, gain float64) {
	p := optimize.Pair{Center: make([]float64, len(there)), Delta: make([]float64, len(there))}
	for i := range there {
		p.Dither += math.Abs(n.There[i]-there[i]) / 4 / float64(len(there))
	}
	if !(p.Dither > 0) {
		return
	}
	for i := range there {
		p.Center[i] = min(max(0.5+((n.There[i]+there[i])/2-n.Anchor[i])/2, 0), 1)
		p.Delta[i] = (n.There[i] - there[i]) / 4 / p.Dither
	}
	n.Tracker.Learn(p, -n.Ahead, -gain)
	n.Pairs++
}

// signs draws a direction.
func signs(n int, rng *rand.Rand) []float64 {
	d := make([]float64, n)
	for i := range d {
		d[i] = 1 - 2*float64(rng.IntN(2))
	}
	return d
}

// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"mabeam.dev/cognitive/kind"
)

// idea is what is to be tried, and why.
type idea struct {
	Value  kind.Value
	Why    string
	Brief  bool   // a first look: what it gives is wanted more than to keep it
	Source source // who had it
	Of     int    // one more than the problem that it is to help against; 0 is none
}

// source is who had an idea.
type source uint8

const (
	nobody source = iota
	fromNumbers
	fromOptions
	fromLoads
	fromProblem
)

// found is what a trial has found out.
type found struct {
	Kept  bool
	Gain  float64 // the difference of the means
	Error float64 // its standard error
	N     float64 // reports of the candidate
	Mean  float64 // of its scores
}

// search has the ideas of a machine: of its numbers together, of each choice, and of its loads.
type search struct {
	Numbers *numbers   `json:"numbers,omitempty"`
	Options []*options `json:"options,omitempty"` // one for each choice, in the order of the coordinates
	Turn    int        `json:"turn"`
	Misses  int        `json:"misses"` // trials that helped nothing since the last that did, or the last rest
	Draws   uint64     `json:"draws"`  // generators that were used
}

// newSearch knows nothing.
func newSearch(s *Spec, all []coord, v kind.Value) search {
	var x search
	for i, c := range all {
		switch {
		case c.ranged != nil && x.Numbers == nil:
			x.Numbers = newNumbers(s, units(all, v))
		case len(c.options) > 1:
			x.Options = append(x.Options, newOptions(i, c))
		}
	}
	return x
}

// draw returns a generator that nobody has used.
func (m *Machine) draw() *rand.Rand {
	m.Search.Draws++
	return rand.New(rand.NewPCG(m.s.Seed, m.Search.Draws))
}

// candidate finds the next value to try. Without one, tired says that nothing is left to try, and a rest is due.
func (m *Machine) candidate(at time.Time, hint *remedy) (next idea, ok, tired bool) {
	m.Tabu = slices.DeleteFunc(m.Tabu, func(t taboo) bool { return !at.Before(t.Until) })
	if hint != nil && !at.Before(m.Cure) {
		if next, ok = m.remedied(hint); ok {
			return next, true, false
		}
		m.Pains[hint.problem].Tried = true // there is nothing to try
	}
	if at.Before(m.Awake) {
		return idea{}, false, false
	}
	if len(m.s.Goals.Loads) > 0 {
		next, ok = m.balanced()
		return next, ok, false
	}
	ways := len(m.Search.Options)
	if m.Search.Numbers != nil {
		ways++
	}
	for range ways {
		way := m.Search.Turn % ways
		m.Search.Turn++
		if way < len(m.Search.Options) {
			next, ok = m.option(way)
		} else if next, ok = m.step(); !ok {
			tired = true
		}
		if ok {
			return next, true, false
		}
	}
	return idea{}, false, tired
}

// remedied is the first action against a problem that can be taken.
func (m *Machine) remedied(r *remedy) (idea, bool) {
	for _, a := range r.actions {
		next, ok := m.Value, false
		for _, c := range m.coords {
			switch {
			case a.Field != "" && a.Field != c.field:
			case a.Direction != 0 && c.ranged != nil:
				next, ok = c.with(next, c.ranged.Shift(c.of(next), float64(a.Direction)*m.s.LearningRate)), true
			case a.Option != "" && slices.Contains(c.options, a.Option):
				next, ok = c.with(next, kind.OfChoice(a.Option)), true
			}
		}
		if a.Balance {
			if x, balances := m.balanced(); balances {
				next, ok = x.Value, true
			}
		}
		if ok && m.may(next) {
			return idea{Value: next, Why: "remedy of " + r.of, Source: fromProblem, Of: r.problem + 1}, true
		}
	}
	return idea{}, false
}

// may reports whether a value is another one that may be tried.
func (m *Machine) may(v kind.Value) bool {
	n, err := m.s.Kind.Normal(v)
	return err == nil && n.Equal(v) && !v.Equal(m.Value) && !slices.ContainsFunc(m.Tabu, func(t taboo) bool { return t.Value.Equal(v) || m.beyond(t, v) })
}

// beyond reports whether a value lies behind a fence: at least as far in the direction of one that has broken a bound, in every number.
func (m *Machine) beyond(t taboo, v kind.Value) bool {
	if t.Fence == nil {
		return false
	}
	to, there := units(m.coords, v), units(m.coords, t.Value)
	for i, from := range t.Fence {
		if way := there[i] - from; (to[i]-from)*way < way*way*(1-1e-9) {
			return false
		}
	}
	return true
}

// tried has whoever had the idea learn what came of it.
func (m *Machine) tried(at time.Time, f found) (out []Effect) {
	if o := m.alone(); o != nil {
		o.learn(m.coords[o.Coord].of(m.Idea.Value).Choice(), f.Mean, f.N)
	}
	if m.Idea.Source == fromNumbers {
		m.Search.Numbers.tried(m, f)
	}
	if f.Kept {
		if m.Idea.Of > 0 {
			m.Pains[m.Idea.Of-1].Tried = true // it may take more than that
		}
		m.Awake, m.Rest, m.CureRest = time.Time{}, 0, 0
		m.Search.Misses, m.Vain, m.Stale, m.Pace = 0, 0, 0, 0
		return nil
	}
	m.Search.Misses++
	m.Vain++
	switch m.Idea.Source {
	case fromProblem:
		m.Pains[m.Idea.Of-1].Tried = true
		m.CureRest = min(max(2*m.CureRest, m.s.Rest), m.s.MaxRest)
		m.Cure = at.Add(m.CureRest)
	case fromOptions:
		if m.Search.Numbers == nil && m.Search.Misses >= len(m.coords[m.Search.Options[0].Coord].options)-1 {
			out = m.rest(at)
		}
	case fromLoads:
		out = m.rest(at)
	case fromNumbers, nobody:
	}
	return out
}

// alone is the choice that alone is different in what is tried; nil if there is none.
func (m *Machine) alone() (only *options) {
	different := 0
	for i, c := range m.coords {
		if !c.of(m.Idea.Value).Equal(c.of(m.Value)) {
			different++
			for _, o := range m.Search.Options {
				if o.Coord == i {
					only = o
				}
			}
		}
	}
	if different != 1 {
		return nil
	}
	return only
}

// rest lets a while pass before the next idea, longer each time.
func (m *Machine) rest(at time.Time) []Effect {
	m.Rest = min(max(2*m.Rest, m.s.Rest), m.s.MaxRest)
	m.Awake, m.Search.Misses = at.Add(m.Rest), 0
	return []Effect{Note{"resting", fmt.Sprintf("nothing near %s helps", m.Value)}}
}

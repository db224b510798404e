// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"math/rand/v2"
	"time"

	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

// World is what one report tells of a value that is in use, as the report of number t.
type World func(v kind.Value, t int, rng *rand.Rand) []adapt.Metric

// Change is one change of the value of all.
type Change struct {
	// At is after which report, To the new value.
	At int
	To kind.Value
	// Revert says that it is a return to the value before.
	Revert bool
}

// Birth is when every lab begins.
var Birth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Lab is a machine at work in a world. It belongs to its owner.
type Lab struct {
	// Machine is what is tried, World where. Rand is where the world's luck comes from.
	Machine *adapt.Machine
	World   World
	Rand    *rand.Rand
	// Share of the reports is of the slice, while there is one; 0.1. Every is how many reports a cycle has, as long as the machine wants none longer; 100.
	Share float64
	Every int
	// Now and T are the time and the reports since the beginning, ten milliseconds each.
	Now time.Time
	T   int
	// Value is that of all, Slice that of the slice; none if there is none.
	Value, Slice kind.Value
	// Commits are the changes of the value of all. Tried are all candidates, and Why the reason of each. Notes is what the machine has told.
	Commits []Change
	Tried   []kind.Value
	Why     []string
	Notes   []adapt.Note
	// Use, if it is not nil, sees the value that each report is of, before it is reported.
	Use func(v kind.Value)

	cycle int // when the present one began
}

// New puts a machine into a world. The seed is that of the machine and of the world.
func New(s adapt.Spec, start kind.Value, seed uint64, w World) (*Lab, error) {
	s.Seed = seed
	m, err := adapt.New(s, start)
	return &Lab{Machine: m, World: w, Rand: rand.New(rand.NewPCG(seed, 7)), Share: 0.1, Every: 100, Now: Birth, Value: start}, err
}

// Do carries effects out.
func (l *Lab) Do(effects []adapt.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case adapt.Begin:
			l.Slice = e.Value
			l.Tried, l.Why = append(l.Tried, e.Value), append(l.Why, e.Why)
		case adapt.End:
			l.Slice = kind.Value{}
		case adapt.Try:
			l.Tried, l.Why = append(l.Tried, e.Value), append(l.Why, e.Why)
			l.commit(e.Value, false)
		case adapt.Promote:
			l.Slice = kind.Value{}
			l.commit(e.Value, false)
		case adapt.Revert:
			l.commit(e.Value, true)
		case adapt.Note:
			l.Notes = append(l.Notes, e)
			continue
		}
		l.Do(l.Machine.Step(adapt.Changed{At: l.Now}))
	}
}

func (l *Lab) commit(v kind.Value, revert bool) {
	l.Value = v
	l.Commits = append(l.Commits, Change{l.T, v, revert})
}

// Run has agents report.
func (l *Lab) Run(reports int) {
	for range reports {
		l.T++
		l.Now = l.Now.Add(10 * time.Millisecond)
		v, slice := l.Value, false
		if l.Slice.Type() != kind.None && l.Rand.Float64() < l.Share {
			v, slice = l.Slice, true
		}
		if l.Use != nil {
			l.Use(v)
		}
		l.Do(l.Machine.Step(adapt.Reported{At: l.Now, Slice: slice, Metrics: l.World(v, l.T, l.Rand)}))
		if l.T >= l.cycle+l.Every {
			l.Do(l.Machine.Step(adapt.Cycle{At: l.Now}))
			l.cycle = l.T + l.Every*(l.Machine.Status().Pace-1)
		}
	}
}

// Told counts the notes of a kind.
func (l *Lab) Told(what string) (n int) {
	for _, x := range l.Notes {
		if x.What == what {
			n++
		}
	}
	return n
}

// Reverts counts the returns to an earlier value.
func (l *Lab) Reverts() (n int) {
	for _, c := range l.Commits {
		if c.Revert {
			n++
		}
	}
	return n
}

// Turns counts changes of direction among the changes of a number, and all changes, from a number of changes on.
func (l *Lab) Turns(start float64, from int) (turns, commits int) {
	way := 0.0
	for i, c := range l.Commits {
		step := c.To.Float() - start
		start = c.To.Float()
		if i >= from {
			commits++
			if way*step < 0 {
				turns++
			}
		}
		way = step
	}
	return turns, commits
}

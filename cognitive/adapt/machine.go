// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"time"

	"mabeam.dev/cognitive/detect"
	"mabeam.dev/cognitive/kind"
)

// phase is what a machine is about.
type phase uint8

const (
	observing phase = iota // learning what the present value gives
	slicing                // a candidate runs beside it
	trying                 // a candidate runs in its place
	watching               // it was changed a moment ago
)

var phases = [...]string{"observing", "slice", "trial", "watching"}

// String names the phase.
func (p phase) String() string { return phases[p] }

// Machine adapts one variable. It belongs to its owner.
type Machine struct {
	s      Spec
	coords []coord
	drift  *detect.CUSUM // of standardised scores; it begins anew with each phase and is not kept
	state
}

// quiet makes the test for drift: it has about one false alarm in a hundred thousand reports.
func quiet() *detect.CUSUM {
	d, err := detect.NewCUSUM(detect.CUSUMSpec{Deviation: 1, Slack: 0.5, Threshold: 16})
	if err != nil {
		panic(err) // the numbers are constants
	}
	return d
}

// state is what is kept.
type state struct {
	Value         kind.Value // the present one
	Before        kind.Value // that before the change that is watched
	Next          kind.Value // the candidate
	Phase         phase
	Since         time.Time // of the phase
	Skip          int       // reports that are still ignored
	Base          stream    // reports of the present value
	Beside        stream    // those of them that came while a slice had the candidate: what it is judged against
	Cand          stream    // of the candidate
	Old           stream    // of the value before, while it is watched
	Search        search
	Idea          idea  // that is on trial
	Found         found // what its trial has found
	Tabu          []taboo
	Window        time.Duration // how long the last watch took
	Back          []time.Time   // returns of the last hour
	Frozen        bool
	Rest          time.Duration // the last rest
	Awake         time.Time     // when a rest ends
	Stale         int           // cycles without a change that was kept, since something was tried
	Vain          int           // trials in that time
	Pace          int           // by how many times a cycle is longer than it should be, as a power of two
	Cure          time.Time     // when a problem may be helped against again
	CureRest      time.Duration
	Credit        float64   // reports that candidates may still have
	Lent          float64   // what the present candidate has had of that
	Asks, Clashes float64   // changes that were asked for, and those that came too late; fading
	Clash         int       // 1 if conflicts are a problem, 2 if they are one for long
	Spent         float64   // of the budget, in this hour
	Hour          time.Time // when the hour began
	Poor          bool      // that nothing may be tried was told
	Drifted, Bold time.Time // the last drift, and until when there is more exploring
	Pains         []pain
	Cycled        time.Time // when the last cycle was
	Asked         bool      // an effect has not been answered
	Ask           Pending   // what it was
	Drops         uint64
	Moves         uint64
}

// Pending is what an unanswered effect was.
type Pending uint8

const (
	nothing Pending = iota
	beginning
	ending
	trial
	promotion
	reversion
)

// stream is the reports of one value.
type stream struct {
	Score  tally
	Bounds []tally // in the order of the objective's
	Marks  []tally // by problem: what it is judged by
	Loads  []tally // by field of a group
}

// taboo is a value that is not tried for a while.
type taboo struct {
	Value kind.Value
	Until time.Time
	Fence []float64 // if not nil, nothing beyond is tried either, seen from here
}

// New returns a machine for a variable with a value.
func New(s Spec, value kind.Value) (*Machine, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.withDefaults()
	m := &Machine{s: s, drift: quiet()}
	m.start(value)
	return m, nil
}

// start begins at a value with nothing learned.
func (m *Machine) start(value kind.Value) {
	m.Value = value
	m.coords = coords(m.s.Kind)
	m.Search = newSearch(&m.s, m.coords, value)
	m.Pains = make([]pain, len(m.s.Problems))
	m.Credit = m.burst()
	m.clear(&m.Base)
}

func (m *Machine) clear(x *stream) {
	*x = stream{Bounds: make([]tally, len(m.s.Objective.Bounds)), Marks: make([]tally, len(m.s.Problems)), Loads: make([]tally, len(m.s.Goals.Loads))}
}

// Kind returns the kind that the machine adapts.
func (m *Machine) Kind() kind.Kind { return m.s.Kind }

// Idle reports whether nothing is on trial, asked for or watched.
func (m *Machine) Idle() bool { return m.Phase == observing && !m.Asked }

// Step takes one input and returns what is to be done, in order. The last effect that changes anything has to be answered.
func (m *Machine) Step(in Input) []Effect {
	switch in := in.(type) {
	case Reported:
		return m.reported(in)
	case Cycle:
		return m.cycle(in.At)
	case Changed:
		return m.changed(in.At)
	case Refused:
		return m.refused(in.At, in.Conflict)
	case Moved:
		return m.moved(in.At, in.Value)
	case Retuned:
		return m.retuned(in)
	case Resumed:
		if m.Frozen {
			m.Frozen, m.Back = false, nil
			return []Effect{Note{"resumed", "by hand"}}
		}
	}
	return nil
}

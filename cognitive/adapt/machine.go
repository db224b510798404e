// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math"
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
	s     Spec
	w     worth
	drift *detect.CUSUM // of standardised scores; it begins anew with each phase and is not kept
	state
}

// quiet makes the test for drift: it has about one false alarm in a hundred thousand reports.
func quiet() *detect.CUSUM {
	d, err := detect.NewCUSUM(detect.CUSUMSpec{Deviation: 1, Slack: 0.5, Threshold: 12})
	if err != nil {
		panic(err) // the numbers are constants
	}
	return d
}

// state is what is kept.
type state struct {
	Value  kind.Value // the present one
	Before kind.Value // that before the change that is watched
	Next   kind.Value // the candidate
	Phase  phase
	Since  time.Time // of the phase
	Skip   int       // reports that are still ignored
	Base   stream    // reports of the present value
	Beside stream    // those of them that came while a slice had the candidate: what it is judged against
	Cand   stream    // of the candidate
	Old    stream    // of the value before, while it is watched
	Walk   walk
	Tabu   []taboo
	Window time.Duration // how long the last watch took
	Back   []time.Time   // returns of the last hour
	Frozen bool
	Rest   time.Duration // the last rest
	Awake  time.Time     // when a rest ends
	Spent  float64       // of the budget, in this hour
	Hour   time.Time     // when the hour began
	Pains  []pain
	Asked  bool    // an effect has not been answered
	Ask    Pending // what it was
	Drops  uint64
	Moves  uint64
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
}

// taboo is a value that is not tried for a while.
type taboo struct {
	Value kind.Value
	Until time.Time
}

// pain is the state of a problem.
type pain struct {
	Cycle  tally // reports of the cycle
	Beyond int   // cycles in a row
	Raised bool
}

// New returns a machine for a variable with a value.
func New(s Spec, value kind.Value) (*Machine, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.withDefaults()
	m := &Machine{s: s, w: worth{s.Objective}, drift: quiet()}
	m.Value = value
	m.Walk = walk{Direction: 1, Step: s.Step}
	m.Pains = make([]pain, len(s.Problems))
	m.clear(&m.Base)
	return m, nil
}

func (m *Machine) clear(x *stream) { *x = stream{Bounds: make([]tally, len(m.s.Objective.Bounds))} }

// Status is what people see of a machine.
type Status struct {
	Phase     string
	Value     kind.Value
	Candidate kind.Value // none if nothing is on trial
	Reports   float64    // of the present value
	Mean      float64    // score of the present value
	Frozen    bool
	Resting   time.Time // until when; zero if it does not
	Step      float64   // the next, as a share of the range
	Dropped   uint64    // reports that said nothing
	Moves     uint64    // changes that were kept or are watched
	Problems  []string  // that are there now
}

// Status returns what there is to see.
func (m *Machine) Status() Status {
	s := Status{
		Phase: m.Phase.String(), Value: m.Value, Candidate: m.Next, Reports: m.Base.Score.N, Mean: m.Base.Score.Mean, Frozen: m.Frozen,
		Resting: m.Awake, Step: m.Walk.Step, Dropped: m.Drops, Moves: m.Moves,
	}
	for i, p := range m.Pains {
		if p.Raised {
			s.Problems = append(s.Problems, m.s.Problems[i].Name)
		}
	}
	return s
}

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
		return m.refused(in.At, in.Why)
	case Moved:
		return m.moved(in.At, in.Value)
	case Resumed:
		if m.Frozen {
			m.Frozen, m.Back = false, nil
			return []Effect{Note{"resumed", "by hand"}}
		}
	}
	return nil
}

// worth judges reports by an objective.
type worth struct{ o Objective }

func (w worth) score(metrics []Metric) (float64, bool) {
	find := func(name string) (float64, bool) {
		for _, m := range metrics {
			if m.Name == name {
				return m.Value, true
			}
		}
		return 0, false
	}
	if w.o.Score != nil {
		x, ok := w.o.Score(find)
		return x, ok && finite(x)
	}
	sum := 0.0
	for _, x := range w.o.Weights {
		v, ok := find(x.Metric)
		if !ok {
			return 0, false
		}
		sum += float64(x.Weight * v)
	}
	return sum, finite(sum)
}

// reported takes a report in.
func (m *Machine) reported(r Reported) (out []Effect) {
	score, ok := m.w.score(r.Metrics)
	weight := r.Weight
	if weight == 0 {
		weight = 1
	}
	if !ok || !(weight > 0) || weight > 1e6 || r.Slice && m.Phase != slicing {
		m.Drops++
		return nil
	}
	for _, x := range r.Metrics {
		if !finite(x.Value) {
			m.Drops++
			return nil
		}
	}
	if m.Skip > 0 && (r.Slice || m.Phase != slicing) { // what is new settles first
		m.Skip--
		return nil
	}
	to := &m.Base
	if r.Slice || m.Phase == trying || m.Phase == watching {
		to = &m.Cand
	}
	if to == &m.Base && m.Base.Score.N >= 20 {
		if sd := math.Sqrt(m.Base.Score.variance()); sd > 0 && m.Phase == observing {
			if z := (score - m.Base.Score.Mean) / sd; m.drift.Update(min(max(z, -4), 4)) != detect.Quiet {
				out = append(out, Note{"drift", fmt.Sprintf("the score has left %.4g", m.Base.Score.Mean)})
				m.clear(&m.Base)
				m.drift = quiet()
				m.wake()
			}
		}
	}
	to.take(score, weight, r.Metrics, m.s.Objective.Bounds)
	if to == &m.Base && m.Phase == slicing {
		m.Beside.take(score, weight, r.Metrics, m.s.Objective.Bounds)
	}
	if to == &m.Base && m.Phase == observing {
		const memory = 2000
		to.Score.fade(memory)
		for i := range to.Bounds {
			to.Bounds[i].fade(memory)
		}
	}
	if !r.Slice {
		for i, p := range m.s.Problems {
			for _, x := range r.Metrics {
				if x.Name == p.Metric {
					m.Pains[i].Cycle.add(x.Value, weight)
				}
			}
		}
	}
	return append(out, m.judge(r.At)...)
}

// take takes a report in.
func (x *stream) take(score, weight float64, metrics []Metric, bounds []Bound) {
	x.Score.add(x.Score.clip(score), weight)
	for i, b := range bounds {
		for _, m := range metrics {
			if m.Name == b.Metric {
				x.Bounds[i].add(x.Bounds[i].clip(m.Value), weight)
			}
		}
	}
}

// against is what a candidate is judged by: the others at the same time, or, where all have it, what was before.
func (m *Machine) against() *stream {
	if m.Phase == slicing {
		return &m.Beside
	}
	return &m.Base
}

// wake ends a rest: there is something to find again.
func (m *Machine) wake() {
	m.Awake, m.Rest = time.Time{}, 0
	m.Walk = walk{Direction: m.Walk.Direction, Step: m.s.Step}
}

// judge ends a trial or a watch, if its time has come.
func (m *Machine) judge(at time.Time) []Effect {
	if m.Asked {
		return nil
	}
	switch m.Phase {
	case slicing, trying:
		return m.judgeTrial(at)
	case watching:
		return m.judgeWatch(at)
	case observing:
	}
	return nil
}

// broken says which bound a stream breaks: surely, or (sure false) in as far as it does not surely keep it.
func (m *Machine) broken(x *stream, sure bool) (string, bool) {
	for i, b := range m.s.Objective.Bounds {
		mean, half := meanOf(&x.Bounds[i], m.s.Alpha)
		if sure {
			half = -half
		}
		if !math.IsNaN(b.Max) && mean+half > b.Max || !math.IsNaN(b.Min) && mean-half < b.Min {
			return fmt.Sprintf("%s is %.4g", b.Metric, mean), true
		}
	}
	return "", false
}

func (m *Machine) judgeTrial(at time.Time) []Effect {
	against := m.against()
	difference, half := compare(&against.Score, &m.Cand.Score, m.s.Alpha)
	why := fmt.Sprintf("%s against %s: %+.4g ± %.3g after %.0f and %.0f reports", m.Next, m.Value, difference, half, m.Cand.Score.N, against.Score.N)
	if which, bad := m.broken(&m.Cand, true); bad {
		return m.giveUp(at, "bound broken: "+which)
	}
	_, unsure := m.broken(&m.Cand, false)
	_, ill := m.broken(against, true)
	switch {
	case difference-half > m.s.MinGain && !unsure, ill && !unsure:
		return m.accept(at, difference, difference-half, why)
	case difference+half < m.s.MinGain:
		return m.giveUp(at, "worse: "+why)
	case m.Cand.Score.N >= float64(m.s.Trial) || at.Sub(m.Since) > m.s.Patience:
		return m.giveUp(at, "no clear gain: "+why)
	}
	return nil
}

// accept keeps a candidate.
func (m *Machine) accept(at time.Time, mean, low float64, why string) []Effect {
	if m.Phase == slicing {
		m.ask(promotion)
		return []Effect{Promote{m.Next, mean, low, why}}
	}
	// It is the value of all already: what was the trial is now the first part of the watch.
	m.Walk.hit(&m.s)
	m.Moves++
	m.Before, m.Value, m.Next = m.Value, m.Next, kind.Value{}
	m.Old, m.Base = m.Base, m.Cand
	m.begin(watching, at, 0)
	return []Effect{Note{"kept", why}}
}

// giveUp ends a trial without a change.
func (m *Machine) giveUp(at time.Time, why string) []Effect {
	m.spend(at)
	if m.Phase == slicing {
		m.ask(ending)
		return []Effect{End{why}}
	}
	m.ask(reversion)
	return []Effect{Revert{m.Value, why}}
}

// spend counts what a trial has cost.
func (m *Machine) spend(at time.Time) {
	if at.Sub(m.Hour) >= time.Hour {
		m.Hour, m.Spent = at, 0
	}
	m.Spent += max(0, m.against().Score.Mean-m.Cand.Score.Mean) * m.Cand.Score.N
}

func (m *Machine) judgeWatch(at time.Time) []Effect {
	difference, half := compare(&m.Old.Score, &m.Cand.Score, m.s.Alpha)
	which, bad := m.broken(&m.Cand, true)
	if _, ill := m.broken(&m.Old, true); ill {
		bad = false // it was so before
	}
	switch {
	case difference+half < 0 || bad:
		why := fmt.Sprintf("worse since the change from %s to %s: %+.4g ± %.3g after %.0f reports", m.Before, m.Value, difference, half, m.Cand.Score.N)
		if bad {
			why = "bound broken: " + which
		}
		m.ask(reversion)
		return []Effect{Revert{m.Before, why}}
	case m.Cand.Score.N >= float64(m.s.Watch) || at.Sub(m.Since) > m.s.Patience:
		m.Window = max(at.Sub(m.Since), time.Second)
		m.Base = m.Cand
		m.Old = stream{}
		m.begin(observing, at, 0)
		return []Effect{Note{"kept", fmt.Sprintf("%s: %+.4g ± %.3g against %s", m.Value, difference, half, m.Before)}}
	}
	return nil
}

func (m *Machine) ask(what Pending) { m.Asked, m.Ask = true, what }

func (m *Machine) begin(p phase, at time.Time, skip int) {
	m.Phase, m.Since, m.Skip = p, at, skip
	m.clear(&m.Cand)
	m.clear(&m.Beside)
	m.drift = quiet()
}

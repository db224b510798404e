// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math"
	"slices"
	"time"

	"mabeam.dev/cognitive/detect"
)

// reported takes a report in.
func (m *Machine) reported(r Reported) (out []Effect) {
	score, ok := m.s.Objective.score(r.Metrics)
	weight := r.Weight
	if weight == 0 {
		weight = 1
	}
	onTrial := r.Slice || m.Phase == trying
	if !ok || !(weight > 0) || weight > 1e6 || r.Slice && m.Phase != slicing || onTrial && m.Asked {
		m.Drops++
		return nil
	}
	for _, x := range r.Metrics {
		if !finite(x.Value) {
			m.Drops++
			return nil
		}
	}
	m.Credit = min(m.Credit+float64(m.explore(r.At)*weight), m.burst())
	last := onTrial && !m.afford(r.At, score, weight)
	if m.Skip > 0 && (r.Slice || m.Phase != slicing) { // what is new settles first
		m.Skip--
		if last {
			return m.giveUp(r.At, spent)
		}
		return nil
	}
	to := &m.Base
	if onTrial || m.Phase == watching {
		to = &m.Cand
	}
	if to == &m.Base {
		if out = m.drifted(r.At, score); m.Asked {
			return out
		}
	}
	m.take(to, score, weight, r.Metrics)
	if to == &m.Base && m.Phase == slicing {
		m.take(&m.Beside, score, weight, r.Metrics)
	}
	if to == &m.Base && m.Phase == observing {
		to.fade()
	}
	if !onTrial {
		for _, o := range m.Search.Options {
			o.Fresh.add(to.Score.clip(score), weight)
		}
	}
	if !r.Slice {
		for i := range m.s.Problems {
			if x, ok := find(r.Metrics, m.s.Problems[i].Metric); ok {
				m.Pains[i].add(&m.s.Problems[i], x, weight)
			}
		}
	}
	if out = append(out, m.judge(r.At)...); last && !m.Asked && (m.Phase == slicing || m.Phase == trying) {
		out = append(out, m.giveUp(r.At, spent)...)
	}
	return out
}

// spent is why a trial ends that is too dear.
const spent = "what exploring may cost is spent"

// find returns a metric of a report.
func find(metrics []Metric, name string) (float64, bool) {
	for _, m := range metrics {
		if m.Name == name {
			return m.Value, true
		}
	}
	return 0, false
}

// drifted begins the statistics anew when the score has left what it was. When it does so again within ten windows, exploring is allowed twice as much for that long.
func (m *Machine) drifted(at time.Time, score float64) []Effect {
	if m.Base.Score.N < 50 {
		return nil
	}
	sd := math.Sqrt(m.Base.Score.variance())
	if !(sd > 0) {
		return nil
	}
	z := (score - m.Base.Score.Mean) / sd
	if m.drift.Update(min(max(z, -4), 4)) == detect.Quiet {
		return nil
	}
	why := fmt.Sprintf("the score has left %.4g", m.Base.Score.Mean)
	long := 10 * max(m.Window, m.s.MaxRest)
	if !m.Drifted.IsZero() && at.Sub(m.Drifted) < long {
		m.Bold = at.Add(long)
		why += ", again: there is more exploring for a while"
	}
	m.Drifted = at
	m.Tabu = slices.DeleteFunc(m.Tabu, func(t taboo) bool { return t.Fence != nil }) // the bounds may lie elsewhere now
	m.clear(&m.Base)
	m.clear(&m.Beside) // a trial goes on, by what is now
	m.clear(&m.Cand)
	m.drift = quiet()
	out := []Effect{Note{"drift", why}}
	n := m.Search.Numbers
	if m.Phase == slicing && m.Idea.Source == fromNumbers && n.Step < m.s.LearningRate { // a small step is not what is wanted now
		m.Idea.Source = nobody
		out = append(out, m.giveUp(at, why)...)
	}
	if m.Phase == observing || m.Idea.Source == nobody {
		m.wake()
	}
	return out
}

// take takes a report into a stream.
func (m *Machine) take(x *stream, score, weight float64, metrics []Metric) {
	x.Score.add(x.Score.clip(score), weight)
	for i, b := range m.s.Objective.Bounds {
		if v, ok := find(metrics, b.Metric); ok {
			x.Bounds[i].add(x.Bounds[i].clip(v), weight)
		}
	}
	for i := range m.s.Problems {
		d := &m.s.Problems[i]
		if v, ok := find(metrics, d.Metric); ok {
			if d.Quantile > 0 { // how many are beyond the level tells on which side of it the quantile lies
				x.Marks[i].add(beyond(d, v), weight)
			} else {
				x.Marks[i].add(x.Marks[i].clip(v), weight)
			}
		}
	}
	for i, name := range m.s.Goals.Loads {
		if v, ok := find(metrics, name); ok {
			x.Loads[i].add(x.Loads[i].clip(v), weight)
		}
	}
}

func beyond(d *Problem, v float64) float64 {
	if v > d.Above || v < d.Below {
		return 1
	}
	return 0
}

// fade lets old reports weigh less.
func (x *stream) fade() {
	const memory = 2000
	x.Score.fade(memory)
	for _, all := range [][]tally{x.Bounds, x.Marks} {
		for i := range all {
			all[i].fade(memory)
		}
	}
	for i := range x.Loads { // loads are what is acted on: they are to be of now
		x.Loads[i].fade(memory / 10)
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
	m.Awake, m.Rest, m.CureRest = time.Time{}, 0, 0
	m.Search.Misses, m.Vain, m.Stale, m.Pace = 0, 0, 0, 0
	if n := m.Search.Numbers; n != nil {
		n.Look, n.Delta, n.There, n.Asked, n.Step = ahead, nil, nil, nil, m.s.LearningRate
	}
}

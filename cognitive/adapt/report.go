// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math"
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
					m.Pains[i].add(&m.s.Problems[i], x.Value, weight)
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
	m.Walk = walk{Direction: m.Walk.Direction, Step: m.s.LearningRate}
}

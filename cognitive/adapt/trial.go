// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math"
	"time"

	"mabeam.dev/cognitive/kind"
)

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

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

func (m *Machine) judgeTrial(at time.Time) []Effect {
	against := m.against()
	difference, half := compare(&against.Score, &m.Cand.Score, m.s.Alpha)
	why := func() string {
		return fmt.Sprintf("%s against %s: %+.4g ± %.3g after %.0f and %.0f reports", m.Next, m.Value, difference, half, m.Cand.Score.N, against.Score.N)
	}
	if which := m.broken(&m.Cand, true); which != "" {
		return m.giveUp(at, "bound broken: "+which)
	}
	unsure, ill := m.broken(&m.Cand, false) != "", m.broken(against, true) != ""
	most := float64(m.s.Trial)
	if m.Idea.Brief {
		most = float64(m.brief())
	}
	switch {
	case difference-half > m.s.MinGain && !unsure, ill && !unsure, m.helped() && difference+half >= 0 && !unsure:
		return m.accept(at, difference, difference-half, why())
	case difference+half < m.s.MinGain && m.Idea.Of == 0, difference+half < 0:
		return m.giveUp(at, "worse: "+why())
	case m.Cand.Score.N >= most || at.Sub(m.Since) > m.s.Patience:
		return m.giveUp(at, "no clear gain: "+why())
	}
	return nil
}

// accept keeps a candidate.
func (m *Machine) accept(at time.Time, mean, low float64, why string) []Effect {
	m.Found = m.finding(true)
	if m.Phase == slicing {
		m.ask(promotion)
		return []Effect{Promote{m.Next, mean, low, why}}
	}
	// It is the value of all already: what was the trial is now the first part of the watch.
	m.repaid()
	out := m.tried(at, m.Found)
	m.Moves++
	m.Before, m.Value, m.Next = m.Value, m.Next, kind.Value{}
	m.Old, m.Base = m.Base, m.Cand
	m.begin(watching, at, 0)
	return append(out, Note{"kept", why})
}

// finding is what the trial has found out so far.
func (m *Machine) finding(kept bool) found {
	a, b := &m.against().Score, &m.Cand.Score
	f := found{Kept: kept, N: b.N, Mean: b.Mean}
	if a.N > 1 && b.N > 1 {
		f.Gain = b.Mean - a.Mean
		f.Error = math.Sqrt((a.M2 + b.M2) / (a.N + b.N - 2) * (1/a.N + 1/b.N))
	}
	return f
}

// repaid gives back what a candidate has had of the reports: it was worth it.
func (m *Machine) repaid() {
	m.Credit, m.Lent = min(m.Credit+m.Lent, m.burst()), 0
}

// giveUp ends a trial without a change.
func (m *Machine) giveUp(at time.Time, why string) []Effect {
	m.Found = m.finding(false)
	if m.strayed() {
		m.fence(at)
	}
	if m.Phase == slicing {
		m.ask(ending)
		return []Effect{End{why}}
	}
	m.ask(reversion)
	return []Effect{Revert{m.Value, why}}
}

func (m *Machine) judgeWatch(at time.Time) []Effect {
	difference, half := compare(&m.Old.Score, &m.Cand.Score, m.s.Alpha)
	which := m.broken(&m.Cand, true)
	if which != "" && m.broken(&m.Old, true) != "" {
		which = "" // it was so before
	}
	switch {
	case difference+half < 0 || which != "":
		why := fmt.Sprintf("worse since the change from %s to %s: %+.4g ± %.3g after %.0f reports", m.Before, m.Value, difference, half, m.Cand.Score.N)
		if which != "" {
			why = "bound broken: " + which
		}
		m.ask(reversion)
		return []Effect{Revert{m.Before, why}}
	case m.Cand.Score.N >= float64(m.s.Watch) || difference-half > 0 && m.Cand.Score.N >= float64(m.s.Warm) || at.Sub(m.Since) > m.s.Patience:
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
	m.Phase, m.Since, m.Skip, m.Lent = p, at, skip, 0
	m.clear(&m.Cand)
	m.clear(&m.Beside)
	m.drift = quiet()
}

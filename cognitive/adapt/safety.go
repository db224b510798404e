// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// burst is how many reports candidates may have beside their share: two trials.
func (m *Machine) burst() float64 { return 2 * float64(m.s.Trial) }

// explore is the share of reports that candidates may have now.
func (m *Machine) explore(at time.Time) float64 {
	if at.Before(m.Bold) {
		return min(2*m.s.Exploration, 1)
	}
	return m.s.Exploration
}

// afford counts a report of a candidate against what exploring may cost, before it is looked at; ok is false when it would be too much. Each report costs what its score is below the mean of
// those that it is compared with; what others gain does not make up for it.
func (m *Machine) afford(at time.Time, score, weight float64) bool {
	if weight > m.Credit {
		return false
	}
	if m.s.Budget > 0 {
		if at.Sub(m.Hour) >= time.Hour {
			m.Hour, m.Spent = at, 0
		}
		with := m.against()
		cost := max(0, with.Score.Mean-with.Score.clip(score)) * weight
		if m.Spent+cost > m.s.Budget {
			return false
		}
		m.Spent += cost
	}
	m.Credit -= weight
	m.Lent += weight
	return true
}

// poor says why no trial may begin now; empty if one may. With the budget spent, nothing is tried until the next hour.
func (m *Machine) poor(at time.Time) (why string) {
	if at.Sub(m.Hour) >= time.Hour {
		m.Hour, m.Spent = at, 0
	}
	switch {
	case m.s.Budget > 0 && m.Spent >= m.s.Budget*(1-1e-9):
		m.Awake = later(m.Awake, m.Hour.Add(time.Hour))
		return fmt.Sprintf("trials have cost %.4g in this hour", m.Spent)
	case m.Credit < float64(m.s.Settle+m.brief()):
		return fmt.Sprintf("candidates have had all but %.0f of their reports", m.Credit)
	}
	return ""
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// brief is how many reports a first look takes.
func (m *Machine) brief() int { return max(min(m.s.Warm, m.s.Trial), 2) }

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

// helped tells whether a candidate is surely better at the problem that it is tried against.
func (m *Machine) helped() bool {
	i := m.Idea.Of - 1
	if i < 0 {
		return false
	}
	d := &m.s.Problems[i]
	difference, half := compare(&m.against().Marks[i], &m.Cand.Marks[i], m.s.Alpha)
	if d.Quantile == 0 && !math.IsNaN(d.Below) { // little of it is bad
		return difference-half > 0
	}
	return difference+half < 0
}

// taken keeps in mind that a change was taken back: it is not tried again for ten windows, and the third within an hour freezes the machine.
func (m *Machine) taken(at time.Time) []Effect {
	m.Tabu = append(m.Tabu, taboo{m.Value, at.Add(10 * max(m.Window, at.Sub(m.Since), time.Second))})
	m.Back = slices.DeleteFunc(append(m.Back, at), func(t time.Time) bool { return at.Sub(t) > time.Hour })
	if len(m.Back) >= 3 {
		m.Frozen = true
		return []Effect{Note{"frozen", "three returns within an hour"}}
	}
	return nil
}

// clash counts a change that was asked for, and whether it came too late: somebody else had changed the variable. When that is so for more than one in twenty, cycles become longer; when
// it stays so, somebody should decide. It is over below one in fifty.
func (m *Machine) clash(late bool) []Effect {
	const memory = 0.99
	m.Asks, m.Clashes = memory*m.Asks+1, memory*m.Clashes
	if late {
		m.Clashes++
	}
	share := m.Clashes / m.Asks
	switch {
	case late && m.Clash < 2 && share > 0.05 && m.Clashes > 2.5*float64(m.Clash+1):
		m.Clash++
		m.Pace = min(m.Pace+1, mostPace)
		if m.Clash == 2 {
			return []Effect{Note{"escalated", "conflicts: somebody should decide who changes it"}}
		}
		return []Effect{Note{"problem", fmt.Sprintf("conflicts: %.2g of the changes come too late", share)}}
	case m.Clash > 0 && share < 0.02:
		m.Clash, m.Pace = 0, 0
		return []Effect{Note{"cleared", "conflicts"}}
	}
	return nil
}

// mostPace is the power of two by which cycles become longer at most: from a second to a minute.
const mostPace = 6

// stagnate counts a cycle. When nothing that was tried for long was kept, the machine rests as long as it ever does, and its cycles become longer.
func (m *Machine) stagnate(at time.Time) []Effect {
	if m.Search.Misses == 0 && m.Rest == 0 {
		return nil // nothing was tried
	}
	m.Stale++
	if m.Stale%m.s.Stagnant != 0 {
		return nil
	}
	m.Rest = m.s.MaxRest
	m.Awake = later(m.Awake, at.Add(m.Rest))
	m.Pace = min(m.Pace+1, mostPace)
	if m.Stale > m.s.Stagnant {
		return nil
	}
	return []Effect{Note{"problem", fmt.Sprintf("stagnation: %d cycles without a change that helps", m.Stale)}}
}

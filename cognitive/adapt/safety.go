// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// burst is how many reports candidates may have beside their share: two trials, or one where all see it.
func (m *Machine) burst() float64 {
	if m.s.Slice {
		return 2 * float64(m.s.Trial)
	}
	return float64(m.s.Trial)
}

// explore is the share of reports that candidates may have now.
func (m *Machine) explore(at time.Time) float64 {
	if at.Before(m.Bold) {
		return min(2*m.s.Exploration, 1)
	}
	return m.s.Exploration
}

// afford counts a report of a candidate against what exploring may cost, before it is looked at; it is false when no further one may come. Each report costs what its score is below the mean
// of those that it is compared with; what others gain does not make up for it. So that not even the last report is too much, four deviations are left.
func (m *Machine) afford(at time.Time, score, weight float64) bool {
	enough := weight+1 <= m.Credit
	m.Lent += min(weight, m.Credit)
	m.Credit = max(m.Credit-weight, 0)
	if m.s.Budget > 0 {
		m.turn(at)
		m.Spent += max(0, m.control().Mean-score) * weight
		enough = enough && m.Spent+m.margin() <= m.s.Budget
		m.Spent = min(m.Spent, m.s.Budget)
	}
	return enough
}

// control is the scores that say what a candidate costs.
func (m *Machine) control() *tally {
	if t := &m.against().Score; t.N >= 20 {
		return t
	}
	return &m.Base.Score
}

// margin is what one more report may cost.
func (m *Machine) margin() float64 { return 4 * math.Sqrt(m.control().variance()) }

// turn begins a new hour.
func (m *Machine) turn(at time.Time) {
	if at.Sub(m.Hour) >= time.Hour {
		m.Hour, m.Spent = at, 0
	}
}

// poor says why no trial may begin now; empty if one may. With the budget spent, nothing is tried until the next hour.
func (m *Machine) poor(at time.Time) (why string) {
	m.turn(at)
	switch {
	case m.s.Budget > 0 && m.Spent+2*m.margin() > m.s.Budget:
		return fmt.Sprintf("trials have cost %.4g in this hour", m.Spent)
	case m.Credit < max(float64(m.s.Settle+m.brief()), m.least()):
		return soon
	}
	return ""
}

// flip is how many reports a candidate that runs for all has at least: there and back are two changes that everybody sees.
const flip = 150

// least is how many reports a candidate counts at least.
func (m *Machine) least() float64 {
	if m.s.Slice {
		return 0
	}
	return min(flip, float64(m.s.Trial))
}

// soon is why nothing may be tried before a few more reports have come. It is part of every day, and not told.
const soon = "candidates have had their reports"

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// brief is how many reports a first look takes.
func (m *Machine) brief() int { return max(min(m.s.Warm, m.s.Trial), 2) }

// broken says which bound a stream breaks, if any: surely, or (sure false) in as far as it does not surely keep it.
func (m *Machine) broken(x *stream, sure bool) string {
	for i, b := range m.s.Objective.Bounds {
		mean, half := meanOf(&x.Bounds[i], m.s.Alpha)
		if sure {
			half = -half
		}
		if !math.IsNaN(b.Max) && mean+half > b.Max || !math.IsNaN(b.Min) && mean-half < b.Min {
			return b.Metric + " is out of its bounds"
		}
	}
	return ""
}

// strayed reports whether the candidate breaks a bound, as far as is known: that it is not certain is no reason to try it again.
func (m *Machine) strayed() bool {
	for i, b := range m.s.Objective.Bounds {
		if t := m.Cand.Bounds[i]; t.N > 1 && (t.Mean > b.Max || t.Mean < b.Min) {
			return true
		}
	}
	return false
}

// fence keeps in mind that the candidate breaks a bound: neither it nor what lies beyond is tried for ten windows.
func (m *Machine) fence(at time.Time) {
	t := taboo{Value: m.Next, Until: at.Add(10 * max(m.Window, m.s.MaxRest))}
	if apart(m.coords, m.Next, m.Value) > 0 {
		t.Fence = units(m.coords, m.Value)
	}
	m.Tabu = append(m.Tabu, t)
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
	m.Tabu = append(m.Tabu, taboo{Value: m.Value, Until: at.Add(10 * max(m.Window, at.Sub(m.Since), time.Second))})
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
		if m.Clash == 2 {
			return []Effect{Note{"escalated", "conflicts: somebody should decide who changes it"}}
		}
		return []Effect{Note{"problem", fmt.Sprintf("conflicts: %.2g of the changes come too late", share)}}
	case m.Clash > 0 && share < 0.02:
		m.Clash = 0
		return []Effect{Note{"cleared", "conflicts"}}
	}
	return nil
}

// mostPace is the power of two by which cycles become longer at most: from a second to a minute.
const mostPace = 6

// vain is how many trials must have helped nothing before cycles without a change are counted.
const vain = 4

// stagnate counts a cycle. When nothing that was tried for long was kept, the machine rests as long as it ever does, and its cycles become longer.
func (m *Machine) stagnate(at time.Time) []Effect {
	if m.Vain < vain || m.Phase != observing {
		return nil
	}
	m.Stale++
	if m.Stale%m.s.Stagnant != 0 {
		return nil
	}
	m.Pace = min(m.Pace+1, mostPace)
	if m.Stale > m.s.Stagnant {
		return nil
	}
	m.Rest = m.s.MaxRest
	m.Awake = later(m.Awake, at.Add(m.Rest))
	return []Effect{Note{"problem", fmt.Sprintf("stagnation: %d cycles without a change that helps", m.Stale)}}
}

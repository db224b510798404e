// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"time"

	"mabeam.dev/cognitive/kind"
)

// cycle looks for problems and, when nothing is on trial, for something to try.
func (m *Machine) cycle(at time.Time) []Effect {
	m.heed()
	out, hint := m.diagnose(at)
	if out = append(out, m.judge(at)...); m.Asked || m.Frozen || m.s.Strategy == Static {
		return out
	}
	if out = append(out, m.stagnate(at)...); m.Phase != observing || m.Base.Score.N < float64(m.s.Warm) {
		return out
	}
	if why := m.poor(at); why != "" {
		if !m.Poor && why != soon {
			m.Poor = true
			out = append(out, Note{"budget", why})
		}
		return out
	}
	m.Poor = false
	next, ok, tired := m.candidate(at, hint)
	if !ok {
		if tired {
			out = append(out, m.rest(at)...)
		}
		return out
	}
	m.Idea, m.Next = next, next.Value
	if m.s.Slice {
		m.ask(beginning)
		return append(out, Begin{next.Value, m.s.TTL, next.Why})
	}
	m.ask(trial)
	return append(out, Try{next.Value, next.Why})
}

// changed goes on when what was asked for is done.
func (m *Machine) changed(at time.Time) (out []Effect) {
	if !m.Asked {
		return nil
	}
	what := m.Ask
	m.Asked, m.Ask = false, nothing
	if what == trial || what == promotion {
		out = m.clash(false)
	}
	switch what {
	case beginning:
		m.begin(slicing, at, m.s.Settle)
	case trial:
		m.begin(trying, at, m.s.Settle)
	case ending:
		out = append(out, m.tried(at, m.Found)...)
		m.Next = kind.Value{}
		if m.Beside.Score.N >= float64(m.s.Warm) {
			m.Base = m.Beside // the same value, and newer
		}
		m.begin(observing, at, 0)
	case promotion:
		m.repaid()
		out = append(out, m.tried(at, m.Found)...)
		m.Moves++
		m.Before, m.Value, m.Next = m.Value, m.Next, kind.Value{}
		m.Old = m.Beside
		m.begin(watching, at, m.s.Settle)
	case reversion:
		out = append(out, m.returned(at)...)
	case nothing:
	}
	return out
}

// returned is after a return to an earlier value.
func (m *Machine) returned(at time.Time) (out []Effect) {
	if m.Phase == trying { // a trial that did not help is no regression
		m.Credit = max(m.Credit-max(0, m.least()-m.Lent), 0)
		out = m.tried(at, m.Found)
		m.Next = kind.Value{}
		m.begin(observing, at, m.s.Settle)
		return out
	}
	out = m.taken(at)
	if n := m.Search.Numbers; n != nil {
		n.Look, n.Delta = ahead, nil
	}
	m.Value = m.Before
	m.Base = m.Old
	m.begin(observing, at, m.s.Settle)
	return out
}

// refused goes on when what was asked for cannot be had: steps do not grow, and the next cycle tries something else. A return that is refused is asked for again.
func (m *Machine) refused(at time.Time, conflict bool) (out []Effect) {
	if !m.Asked {
		return nil
	}
	what := m.Ask
	m.Asked, m.Ask = false, nothing
	if what != ending {
		out = m.clash(conflict)
	}
	switch what {
	case beginning, trial:
		out = append(out, m.tried(at, found{})...)
		m.Next = kind.Value{}
		m.begin(observing, at, 0)
	case promotion, ending:
		m.Found.Kept = false
		out = append(out, m.tried(at, m.Found)...)
		m.Next = kind.Value{}
		m.begin(observing, at, 0) // what is left of the slice ends by itself
	case reversion, nothing:
	}
	return out
}

// moved starts anew from a value that somebody else has chosen.
func (m *Machine) moved(at time.Time, v kind.Value) (out []Effect) {
	if m.Phase == slicing && !m.Asked {
		out = append(out, End{"the variable was changed"})
	}
	if m.Asked {
		out = append(out, m.clash(true)...)
	}
	m.Asked, m.Ask = false, nothing
	m.Value, m.Next = v, kind.Value{}
	m.clear(&m.Base)
	m.begin(observing, at, m.s.Settle)
	if n := m.Search.Numbers; n != nil {
		*n = *newNumbers(&m.s, units(m.coords, v))
	}
	m.wake()
	return out
}

// retuned goes on by another spec.
func (m *Machine) retuned(in Retuned) (out []Effect) {
	if m.Phase == slicing && !m.Asked {
		out = append(out, End{"it is adapted otherwise now"})
	}
	kept := m.state
	m.s, m.state = in.Spec.withDefaults(), state{}
	m.start(in.Value)
	m.Tabu, m.Window, m.Back, m.Frozen = kept.Tabu, kept.Window, kept.Back, kept.Frozen
	m.Spent, m.Hour, m.Drops, m.Moves, m.Cycled = kept.Spent, kept.Hour, kept.Drops, kept.Moves, kept.Cycled
	m.Credit, m.Asks, m.Clashes, m.Clash = min(kept.Credit, m.burst()), kept.Asks, kept.Clashes, kept.Clash
	m.begin(observing, in.At, m.s.Settle)
	return append(out, Note{"retuned", m.s.Strategy.String()})
}

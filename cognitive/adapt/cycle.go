// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"slices"
	"time"

	"mabeam.dev/cognitive/kind"
)

// cycle looks for problems and, when nothing is on trial, for something to try.
func (m *Machine) cycle(at time.Time) []Effect {
	out, hint := m.diagnose(at)
	if out = append(out, m.judge(at)...); m.Asked || m.Phase != observing || m.Frozen || m.s.Strategy == Static {
		return out
	}
	if m.Base.Score.N < float64(m.s.Warm) || hint == nil && at.Before(m.Awake) {
		return out
	}
	if at.Sub(m.Hour) >= time.Hour {
		m.Hour, m.Spent = at, 0
	}
	if m.s.Budget > 0 && m.Spent >= m.s.Budget {
		if m.Awake.Before(m.Hour.Add(time.Hour)) {
			m.Awake = m.Hour.Add(time.Hour)
			out = append(out, Note{"budget", fmt.Sprintf("trials have cost %.4g in this hour", m.Spent)})
		}
		return out
	}
	next, why, ok := m.candidate(at, hint)
	if !ok {
		m.Rest = min(max(2*m.Rest, m.s.Rest), m.s.MaxRest)
		m.Awake = at.Add(m.Rest)
		m.Walk = walk{Direction: m.Walk.Direction, Step: max(m.s.LearningRate/2, m.s.MinStep)}
		return append(out, Note{"resting", fmt.Sprintf("nothing near %s helps", m.Value)})
	}
	m.Next = next
	if m.s.Slice {
		m.ask(beginning)
		return append(out, Begin{next, m.s.TTL, why})
	}
	m.ask(trial)
	return append(out, Try{next, why})
}

// walk is where the next candidate lies.
type walk struct {
	Direction int     `json:"d"`
	Step      float64 `json:"s"`
	Misses    int     `json:"m"`
	Tried     int     `json:"t"` // options that were tried since the last hit
}

// hit is after a candidate that was better: on in the same direction, and farther.
func (w *walk) hit(s *Spec) {
	w.Step, w.Misses, w.Tried = min(w.Step*1.5, s.MaxStep), 0, 0
}

// miss is after one that was not: back, and after both sides half as far.
func (w *walk) miss() {
	w.Direction = -w.Direction
	w.Tried++
	if w.Misses++; w.Misses == 2 {
		w.Misses, w.Step = 0, w.Step/2
	}
}

// candidate finds the next value to try; ok is false when all have been.
func (m *Machine) candidate(at time.Time, hint *remedy) (next kind.Value, why string, ok bool) {
	m.Tabu = slices.DeleteFunc(m.Tabu, func(t taboo) bool { return !at.Before(t.Until) })
	if hint != nil {
		why = "remedy of " + hint.of
		for _, a := range hint.actions {
			if r, ranged := m.s.Kind.(kind.Ranged); ranged && a.Direction != 0 {
				if next = r.Shift(m.Value, float64(a.Direction)*m.Walk.Step); m.may(next) {
					m.Walk.Direction = a.Direction
					return next, why, true
				}
			} else if next = kind.OfChoice(a.Option); a.Option != "" && m.may(next) {
				return next, why, true
			}
		}
	}
	switch k := m.s.Kind.(type) {
	case kind.Ranged:
		for m.Walk.Step >= m.s.MinStep*(1-1e-9) {
			for range 2 {
				next = k.Shift(m.Value, float64(m.Walk.Direction)*m.Walk.Step)
				if m.may(next) {
					return next, fmt.Sprintf("a step of %.3g of the range", m.Walk.Step), true
				}
				m.Walk.Direction = -m.Walk.Direction
			}
			m.Walk.Step, m.Walk.Misses = m.Walk.Step/2, 0
		}
	case kind.Choice:
		return m.option(k.Enabled())
	case kind.Module:
		return m.option(k.Enabled())
	}
	return next, "", false
}

// option is the next option in turn; each is tried once between rests.
func (m *Machine) option(all []string) (kind.Value, string, bool) {
	here := slices.Index(all, m.Value.Choice())
	for m.Walk.Tried < len(all)-1 {
		next := kind.OfChoice(all[(here+1+m.Walk.Tried)%len(all)])
		if m.may(next) {
			return next, "the next option", true
		}
		m.Walk.Tried++
	}
	return kind.Value{}, "", false
}

// may reports whether a value is another one that may be tried.
func (m *Machine) may(v kind.Value) bool {
	n, err := m.s.Kind.Normal(v)
	return err == nil && n.Equal(v) && !v.Equal(m.Value) && !slices.ContainsFunc(m.Tabu, func(t taboo) bool { return t.Value.Equal(v) })
}

// changed goes on when what was asked for is done.
func (m *Machine) changed(at time.Time) []Effect {
	if !m.Asked {
		return nil
	}
	what := m.Ask
	m.Asked, m.Ask = false, nothing
	switch what {
	case beginning:
		m.begin(slicing, at, m.s.Settle)
	case trial:
		m.begin(trying, at, m.s.Settle)
	case ending:
		m.Walk.miss()
		m.Next = kind.Value{}
		if m.Beside.Score.N >= float64(m.s.Warm) {
			m.Base = m.Beside // the same value, and newer
		}
		m.begin(observing, at, 0)
	case promotion:
		m.Walk.hit(&m.s)
		m.Moves++
		m.Before, m.Value, m.Next = m.Value, m.Next, kind.Value{}
		m.Old = m.Beside
		m.begin(watching, at, m.s.Settle)
	case reversion:
		return m.returned(at)
	case nothing:
	}
	return nil
}

// returned is after a return to an earlier value.
func (m *Machine) returned(at time.Time) []Effect {
	m.Walk.miss()
	if m.Phase == trying { // a trial that did not help is no regression
		m.Next = kind.Value{}
		m.begin(observing, at, m.s.Settle)
		return nil
	}
	m.Tabu = append(m.Tabu, taboo{m.Value, at.Add(10 * max(m.Window, at.Sub(m.Since), time.Second))})
	m.Value = m.Before
	m.Base = m.Old
	m.begin(observing, at, m.s.Settle)
	m.Back = slices.DeleteFunc(append(m.Back, at), func(t time.Time) bool { return at.Sub(t) > time.Hour })
	if len(m.Back) >= 3 {
		m.Frozen = true
		return []Effect{Note{"frozen", "three returns within an hour"}}
	}
	return nil
}

// refused goes on when what was asked for cannot be had: the walk does not grow, and the next cycle tries something else. A return that is refused is asked for again.
func (m *Machine) refused(at time.Time, _ string) []Effect {
	if !m.Asked {
		return nil
	}
	what := m.Ask
	m.Asked, m.Ask = false, nothing
	switch what {
	case beginning, trial:
		m.Walk.miss()
		m.Next = kind.Value{}
		m.begin(observing, at, 0)
	case promotion, ending:
		m.Next = kind.Value{}
		m.begin(observing, at, 0) // what is left of the slice ends by itself
	case reversion, nothing:
	}
	return nil
}

// moved starts anew from a value that somebody else has chosen.
func (m *Machine) moved(at time.Time, v kind.Value) (out []Effect) {
	if m.Phase == slicing && !m.Asked {
		out = append(out, End{"the variable was changed"})
	}
	m.Asked, m.Ask = false, nothing
	m.Value, m.Next = v, kind.Value{}
	m.clear(&m.Base)
	m.begin(observing, at, m.s.Settle)
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
	m.Spent, m.Hour, m.Drops, m.Moves = kept.Spent, kept.Hour, kept.Drops, kept.Moves
	m.Cycled = kept.Cycled
	m.begin(observing, in.At, m.s.Settle)
	return append(out, Note{"retuned", m.s.Strategy.String()})
}

// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"fmt"
	"time"
)

// Timer returns the next input that is due by time alone, stamped with when that is; false if there is none.
func (m *Machine) Timer() (Input, bool) {
	switch m.state {
	case Scheduled:
		return Start{At: m.spec.StartAt}, true
	case Open:
		if m.spec.Kind == Dutch {
			if due := m.tickAt(m.tick + 1); m.tick < m.ticks() {
				return Tick{due, m.tick + 1}, true
			}
			return Close{m.tickAt(m.tick + 1), m.gen}, true
		}
		return Close{m.closeAt, m.gen}, true
	case Revealing:
		return Close{m.closeAt, m.gen}, true
	}
	return nil, false
}

func (m *Machine) start(in Start) (plan, error) {
	at := m.stamp(in)
	if at.Before(m.spec.StartAt) {
		return plan{}, fmt.Errorf("auction: start %q before %v: %w", m.spec.ID, m.spec.StartAt, ErrEarly)
	}
	for _, w := range in.Weights {
		if w.Weight < 1 || w.Weight > 2*million {
			return plan{}, &BidError{"weight", "want 1 to 2,000,000 millionths"}
		}
	}
	return plan{do: func() {
		m.state, m.openAt, m.closeAt, m.gen = Open, at, at.Add(m.spec.Duration), 1
		for _, w := range in.Weights {
			m.weights[w.Bidder] = w.Weight
		}
	}}, nil
}

func (m *Machine) close(in Close) (plan, error) {
	timer, _ := m.Timer()
	if in.Gen != m.gen {
		return plan{}, fmt.Errorf("auction: close %q: generation %d, now %d: %w", m.spec.ID, in.Gen, m.gen, ErrStale)
	}
	due, ok := timer.(Close)
	if !ok || m.stamp(in).Before(due.At) {
		return plan{}, fmt.Errorf("auction: close %q: %w", m.spec.ID, ErrEarly)
	}
	if m.state == Open && m.spec.RevealFor > 0 {
		return plan{do: func() {
			m.state, m.gen = Revealing, m.gen+1
			m.closeAt = m.at.Add(m.spec.RevealFor)
		}}, nil
	}
	return m.enter(Closing), nil
}

// outage adds the time that was lost to what is due, as the spec says.
func (m *Machine) outage(down time.Duration) (plan, error) {
	if down < 0 || down > MaxLength {
		return plan{}, &BidError{"down", "not a time that an auction was down"}
	}
	return plan{do: func() { m.shift(down) }}, nil
}

func (m *Machine) shift(down time.Duration) {
	if m.spec.Kind == Dutch {
		m.openAt = m.openAt.Add(down)
		m.gen++
		return
	}
	if m.spec.OnOutage == CloseAsOfDeadline {
		return
	}
	if down = min(down, m.spec.OutageCap-m.added); down > 0 {
		m.added += down
		m.closeAt = m.closeAt.Add(down)
		m.gen++
	}
}

func (m *Machine) resume(in Resume) (plan, error) {
	p, err := m.outage(in.Down)
	if err != nil {
		return plan{}, err
	}
	return plan{do: func() {
		if m.state = m.from; m.state == Open || m.state == Revealing {
			p.do()
		}
	}}, nil
}

// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"sync/atomic"

	"mabeam.dev/actors/exit"
)

// Monitor is one process's watch over the life of another. It fires at most once.
type Monitor struct {
	watcher, target *Proc
	make            func(target *Proc, why exit.Reason) any
	mine            *relation // in the watcher's list
	cancelled       atomic.Bool
	why             exit.Reason // set before the notice is queued
}

// Target returns the process that is watched.
func (m *Monitor) Target() *Proc { return m.target }

// Monitor makes p hear once of the death of q, at once with NoProc if q is dead. A fenced p hears nothing.
func (p *Proc) Monitor(q *Proc, make func(target *Proc, why exit.Reason) any) *Monitor {
	m := &Monitor{watcher: p, target: q, make: make}
	if p == q {
		return m // nobody outlives himself
	}
	lockBoth(p, q)
	gone := q.phase == dead
	if !gone && p.phase < fenced {
		m.mine = &relation{peer: q, role: observer, mon: m}
		its := &relation{peer: p, role: observed, mon: m, twin: m.mine}
		m.mine.twin = its
		p.tiesLocked().addLocked(m.mine)
		q.tiesLocked().addLocked(its)
	}
	unlockBoth(p, q)
	if gone {
		m.fire(exit.ReasonNoProc)
	}
	return m
}

// MonitorNobody fires at once: there was no process to watch.
func (p *Proc) MonitorNobody(make func(target *Proc, why exit.Reason) any) *Monitor {
	m := &Monitor{watcher: p, make: make}
	m.fire(exit.ReasonNoProc)
	return m
}

// Stop ends the watch; after it returns its notice is not delivered, even if it was queued.
func (m *Monitor) Stop() {
	m.cancelled.Store(true)
	if m.mine == nil {
		return
	}
	lockBoth(m.watcher, m.target)
	defer unlockBoth(m.watcher, m.target)
	m.mine.removeLocked()
	m.mine.twin.removeLocked()
}

func (m *Monitor) fire(why exit.Reason) {
	m.why = why
	_ = m.watcher.post(envelope{kind: kindNotice, msg: m}, nil) // a dead watcher has no use for it
}

func (m *Monitor) deliver(*Proc, uint64) (any, bool) {
	if m.cancelled.Load() {
		return nil, false
	}
	return m.make(m.target, m.why), true
}

// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"sync/atomic"

	"mabeam.dev/actors/exit"
)

// Monitor is one process's watch over the life of another. It fires at most once.
type Monitor struct {
	tie       tie // the watcher and the target, which is nil if there was nobody to watch; in no list if the watch never began
	tied      bool
	make      func(target *Proc, why exit.Reason) any
	cancelled atomic.Bool
	why       exit.Reason // set before the notice is queued
}

// Target returns the process that is watched.
func (m *Monitor) Target() *Proc { return m.tie.ends[1].of }

// Monitor makes p hear once of the death of q, at once with NoProc if q is dead. A fenced p hears nothing.
func (p *Proc) Monitor(q *Proc, make func(target *Proc, why exit.Reason) any) *Monitor {
	m := &Monitor{tie: tie{ends: [2]end{{of: p}, {of: q}}}, make: make}
	m.tie.mon = m
	if p == q {
		return m // nobody outlives himself
	}
	lockBoth(p, q)
	gone := q.phase == dead
	if !gone && p.phase < fenced {
		m.tied = true
		p.addLocked(&m.tie)
		q.addLocked(&m.tie)
	}
	unlockBoth(p, q)
	if gone {
		m.fire(exit.ReasonNoProc)
	}
	return m
}

// MonitorNobody fires at once: there was no process to watch.
func (p *Proc) MonitorNobody(make func(target *Proc, why exit.Reason) any) *Monitor {
	m := &Monitor{tie: tie{ends: [2]end{{of: p}}}, make: make}
	m.fire(exit.ReasonNoProc)
	return m
}

// Stop ends the watch; after it returns its notice is not delivered, even if it was queued.
func (m *Monitor) Stop() {
	m.cancelled.Store(true)
	if !m.tied {
		return
	}
	watcher, target := m.tie.ends[0].of, m.tie.ends[1].of
	lockBoth(watcher, target)
	defer unlockBoth(watcher, target)
	watcher.removeLocked(&m.tie)
	target.removeLocked(&m.tie)
}

func (m *Monitor) fire(why exit.Reason) {
	m.why = why
	_ = m.tie.ends[0].of.post(envelope{kind: kindNotice, msg: m}, nil) // a dead watcher has no use for it
}

func (m *Monitor) deliver(*Proc, uint64) (any, bool) {
	if m.cancelled.Load() {
		return nil, false
	}
	return m.make(m.Target(), m.why), true
}

// SPDX-License-Identifier: Apache-2.0

package node

import (
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// board is how every phase and service is, as its supervisor last saw it. What a line says is replaced as a whole by the supervisor above it
// alone, in its turn; anybody reads it without waiting.
type board struct {
	phases []*phaseLine
	byPath map[spot]*line // fixed before anything starts
	cancel []func()
}

// spot is a child of a supervisor.
type spot struct{ supervisor, id string }

// phaseLine is one phase with its services.
type phaseLine struct {
	line
	name     phase.Name
	stands   bool // its one service is the phase's own process
	services []*serviceLine
}

// serviceLine is one child of a service.
type serviceLine struct {
	line
	phase.Service
	id     string
	health func() string // nil: nobody says more than that the process lives
}

// line is what is said of one process.
type line struct{ now atomic.Pointer[mark] }

// mark is one state of a line.
type mark struct {
	level  phase.Level
	since  time.Time
	why    string     // if it is not up
	pid    actors.PID // if it is up
	starts int        // how often it has come up
}

// came is noted when a process is up, went when it is not.
func (l *line) came(pid actors.PID, at time.Time) {
	l.now.Store(&mark{level: phase.Up, since: at, pid: pid, starts: l.starts() + 1})
}

func (l *line) went(level phase.Level, why string, at time.Time) {
	l.now.Store(&mark{level: level, since: at, why: why, starts: l.starts()})
}

func (l *line) starts() int {
	if m := l.now.Load(); m != nil {
		return m.starts
	}
	return 0
}

// read returns the mark, and what became of its process since its supervisor looked.
func (l *line) read() mark {
	m := *l.now.Load()
	if m.level == phase.Up && !m.pid.IsZero() && !m.pid.Alive() {
		m.level, m.why = phase.Down, "its process is not running"
	}
	return m
}

// watch has the board told of the ends of processes; the starts are told by the children's start functions.
func (b *board) watch(bus *telemetry.Bus, now func() time.Time) {
	ended := func(at spot, why actors.Reason) {
		if l := b.byPath[at]; l != nil {
			l.went(phase.Down, why.String(), now())
		}
	}
	b.cancel = append(b.cancel,
		telemetry.Subscribe(bus, "node.board", func(e supervision.ChildExited) { ended(spot{e.Supervisor, e.ID}, e.Reason) }),
		telemetry.Subscribe(bus, "node.board", func(e supervision.ChildStopped) { ended(spot{e.Supervisor, e.ID}, e.Reason) }),
	)
}

func (b *board) close() {
	if b == nil {
		return
	}
	for _, c := range b.cancel {
		c()
	}
}

// show says how the phases are.
func (b *board) show() (all []admin.Phase, ready bool) {
	ready = true
	for _, p := range b.phases {
		view := p.show()
		ready = ready && (view.Up || !view.Required)
		all = append(all, view)
	}
	return all, ready
}

func (p *phaseLine) show() admin.Phase {
	own := p.read()
	view := admin.Phase{Name: string(p.name), Since: own.since}
	members := []phase.Member{{Level: own.level}}
	why := own.why
	for _, s := range p.services {
		v, level := s.show(own)
		view.Services = append(view.Services, v)
		view.Required = view.Required || s.Need == phase.Required
		members = append(members, phase.Member{Need: s.Need, Level: level})
		if level != phase.Up && why == "" {
			why = v.Name + ": " + v.Why
		}
		if v.Since.After(view.Since) {
			view.Since = v.Since
		}
	}
	level := phase.Judge(members)
	view.State, view.Up = level.String(), level.Serves()
	if level != phase.Up {
		view.Why = why
	}
	return view
}

// show says how a service is, in a phase that is as it is.
func (s *serviceLine) show(of mark) (admin.Service, phase.Level) {
	now := s.read()
	if !of.level.Serves() && now.level.Serves() && of.level != phase.Starting { // its end has no other witness
		now.level, now.why, now.since = phase.Down, "its phase is "+of.level.String(), of.since
	}
	if now.level == phase.Up && s.health != nil {
		if why := s.health(); why != "" {
			now.level, now.why = phase.Degraded, why
		}
	}
	return admin.Service{
		Name: s.id, State: now.level.String(), Why: now.why, Since: now.since, Required: s.Need == phase.Required,
		After: s.After, Loss: s.Loss.String(), Without: s.Without, Restarts: max(now.starts-1, 0),
	}, now.level
}

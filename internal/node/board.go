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
	why    string     // if it is not up; of a start after a failure, what the failure was
	pid    actors.PID // if it is up
	starts int        // how often it has come up

	again bool // it has been up, or was tried, before
}

// came is noted when a process is up, went when it is not.
func (l *line) came(pid actors.PID, at time.Time) {
	l.now.Store(&mark{level: phase.Up, since: at, pid: pid, starts: l.starts() + 1})
}

// went keeps, from the end of a process until it is up again, when and why it ended.
func (l *line) went(level phase.Level, why string, at time.Time) {
	m := &mark{level: level, since: at, why: why, starts: l.starts()}
	if was := l.now.Load(); was != nil && (was.level == phase.Down || was.level == phase.Starting && was.again) {
		m.since, m.again = was.since, true
		if level == phase.Starting {
			m.why = was.why
		}
	}
	l.now.Store(m)
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
		if l := b.byPath[at]; l != nil && l.now.Load().level != phase.Down { // else it is known, with its cause
			l.went(phase.Down, ending(why), now())
		}
	}
	b.cancel = append(b.cancel,
		telemetry.Subscribe(bus, "node.board", func(e supervision.ChildExited) { ended(spot{e.Supervisor, e.ID}, e.Reason) }),
		telemetry.Subscribe(bus, "node.board", func(e supervision.ChildStopped) { ended(spot{e.Supervisor, e.ID}, e.Reason) }),
	)
}

// ending says why a process ended, without the process.
func ending(why actors.Reason) string {
	if why.CrashError() != nil {
		return "crash: " + reasonError(why).Error()
	}
	return why.String()
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
	if p.stands {
		own = p.services[0].read()
	}
	view := admin.Phase{Name: string(p.name), Since: own.since, Why: own.told()}
	level := own.level
	var members []phase.Member
	for _, s := range p.services {
		now := s.in(own)
		view.Services = append(view.Services, s.show(now))
		view.Required = view.Required || s.Need == phase.Required
		members = append(members, phase.Member{Need: s.Need, Level: now.level})
		if bad := phase.Judge(members); now.level != phase.Up && own.level.Serves() && bad > phase.Judge(members[:len(members)-1]) {
			level, view.Why, view.Since = bad, s.id+": "+now.told(), now.since
		}
	}
	view.State, view.Up = level.String(), level.Serves()
	return view
}

// in is how the service is, in a phase that is as it is.
func (s *serviceLine) in(of mark) mark {
	now := s.read()
	switch {
	case now.level == phase.Up && of.level == phase.Down: // nobody has seen its end
		now.level, now.why = phase.Down, "its phase is down"
	case now.level == phase.Up && s.health != nil:
		if why := s.health(); why != "" {
			now.level, now.why = phase.Degraded, why
		}
	}
	if now.level == phase.Down && of.level != phase.Up && of.since.After(now.since) {
		now.since = of.since
	}
	return now
}

func (s *serviceLine) show(now mark) admin.Service {
	return admin.Service{
		Name: s.id, State: now.level.String(), Why: now.told(), Since: now.since, Required: s.Need == phase.Required,
		After: s.After, Loss: s.Loss.String(), Without: s.Without, Restarts: max(now.starts-1, 0),
	}
}

// told is why something is not up, for people.
func (m mark) told() string {
	switch {
	case m.level != phase.Starting:
		return m.why
	case m.again:
		return "it is starting again, after " + m.why
	}
	return "it is starting"
}

// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/migrate/plan"
	"mabeam.dev/telemetry"
)

// message is what the migration's process takes.
type message interface{ migrate() }

type (
	// order is a command; resume is the one that a crash has interrupted.
	order struct {
		command plan.Command
		reply   actors.Reply[Status]
	}
	resume struct{}
	look   struct{ reply actors.Reply[Status] }
	// settle asks that readers see what was written before.
	settle struct{ reply actors.Reply[ok] }
	// await asks to be told when the route is another, or the side that was sealed takes writes again.
	await struct {
		than  *route
		reply actors.Reply[ok]
	}
	tick struct{}
	ok   struct{}
)

func (order) migrate()  {}
func (resume) migrate() {}
func (look) migrate()   {}
func (settle) migrate() {}
func (await) migrate()  {}
func (tick) migrate()   {}

// mover is the process. What it knows beyond the record can be found out again: a new one brings everything level first.
type mover struct {
	spec  Spec
	front *front
	sides [2]*counted

	record  Record
	settled bool // the phase is established
	marks   [2]Moment
	level   bool // the marks are there: the sides are equal up to them
	waiting []await
	copied  uint64
	problem error
	report  *plan.Report
	since   time.Time // of the last step
	worse   string
}

// Init goes on where the journal says. It writes first, so that a process that was killed and still runs can write no more.
func (m *mover) Init(ctx *actors.Context[message]) error {
	last, err := m.spec.Journal.Load(ctx)
	if err != nil {
		return err
	}
	names := Record{Old: m.spec.Old.Name(), New: m.spec.New.Name()}
	if last.Seq > 0 && (last.Old != names.Old || last.New != names.New) {
		return fmt.Errorf("migrate: start %q: from %q to %q, and the journal is from %q to %q: %w", m.spec.Name, names.Old, names.New, last.Old, last.New, ErrForeign)
	}
	m.record = last
	m.record.Old, m.record.New = names.Old, names.New
	if err := m.save(ctx, last.Phase, last.Doing); err != nil {
		return err
	}
	ctx.Every(m.spec.Every, tick{})
	m.tend(ctx)
	if m.record.Doing != plan.Nothing {
		ctx.Continue(resume{})
	}
	return nil
}

// Receive handles one message.
func (m *mover) Receive(ctx *actors.Context[message], msg message) error {
	switch msg := msg.(type) {
	case order:
		return m.order(ctx, msg)
	case resume:
		return m.order(ctx, order{command: m.record.Doing})
	case look:
		msg.reply.Send(m.status())
	case settle:
		m.tend(ctx) // callers may still go where the last phase sent them
		if m.problem != nil {
			msg.reply.Fail(&registry.UnavailableError{Op: "settle", Unsure: true, Err: m.problem})
			return m.fatal(ctx)
		}
		msg.reply.Send(ok{})
	case await:
		m.waiting = append(m.waiting, msg)
		m.release()
	case tick:
		m.tend(ctx)
		if err := m.watch(ctx); err != nil {
			return err
		}
		return m.fatal(ctx)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// tend establishes the phase, if that has not been possible yet, and brings the sides level.
func (m *mover) tend(ctx *actors.Context[message]) {
	if !m.settled {
		m.problem = m.establish(ctx)
	}
	if m.settled {
		m.problem = m.follow(ctx)
	}
}

// watch rolls back a switch that has made calls worse, while it is new.
func (m *mover) watch(ctx *actors.Context[message]) error {
	p := m.record.Phase
	if (p != plan.Reads && p != plan.Switched) || !m.settled || m.since.IsZero() || ctx.Now().Sub(m.since) > m.spec.Watch.For {
		return nil
	}
	why := m.spec.Watch.judge(m.sides[plan.Old], m.sides[plan.New])
	if why == "" {
		return nil
	}
	m.worse = why
	return m.order(ctx, order{command: plan.Rollback})
}

// fatal ends a process whose journal or whose life is another's by now.
func (m *mover) fatal(ctx *actors.Context[message]) error {
	if ctx.PID().Fenced() {
		return actors.ErrFenced
	}
	return nil
}

// order carries out a command.
func (m *mover) order(ctx *actors.Context[message], o order) error {
	from, began := m.record.Phase, ctx.Now()
	step, done, err := from.Step(o.command)
	if err == nil && !m.settled { // the last switch has not come through: first things first
		err = m.establish(ctx)
	}
	if err != nil || done {
		if m.record.Doing == o.command && done {
			if err := m.save(ctx, from, plan.Nothing); err != nil {
				return err
			}
		}
		m.answer(o, err)
		return nil
	}
	if err := m.save(ctx, from, o.command); err != nil {
		return err
	}
	to, failed := step.To, m.act(ctx, o.command, step.Before)
	if failed != nil {
		to = from
		if different(failed) {
			to = step.Unequal
		}
		if ctx.PID().Fenced() {
			return failed
		}
	}
	if err := m.save(ctx, to, plan.Nothing); err != nil {
		return err
	}
	if !to.Follows() || from == plan.Idle {
		m.level = false
	}
	if m.since = ctx.Now(); o.command == plan.Start {
		m.worse = ""
		for _, s := range m.sides {
			s.reads.reset()
			s.writes.reset()
		}
	}
	m.settled = false
	m.tend(ctx) // if it fails, soon again: the step is journalled, and so done
	telemetry.Emit(ctx.Events(), RegistryMigrated{
		Old: m.record.Old, New: m.record.New, Command: o.command, From: from, To: to, Err: failed, Worse: m.worse, Took: ctx.Now().Sub(began), At: ctx.Now(),
	})
	m.answer(o, failed)
	return nil
}

func (m *mover) answer(o order, err error) {
	if err != nil {
		o.reply.Fail(err)
		return
	}
	o.reply.Send(m.status())
}

func (m *mover) save(ctx *actors.Context[message], p plan.Phase, doing plan.Command) error {
	next := m.record
	next.Seq, next.Phase, next.Doing, next.At = next.Seq+1, p, doing, ctx.Now().UTC().Round(time.Microsecond)
	if err := m.spec.Journal.Save(ctx, next); err != nil {
		return err
	}
	m.record = next
	return nil
}

func (m *mover) status() Status {
	s := Status{Phase: m.record.Phase, Doing: m.record.Doing, Settled: m.settled, Copied: m.copied, Worse: m.worse, Report: m.report}
	if m.problem != nil {
		s.Problem = m.problem.Error()
	}
	return s
}

// release answers those who wait, if a write has a chance now.
func (m *mover) release() {
	if !m.settled {
		return
	}
	for _, w := range m.waiting {
		w.reply.Send(ok{})
	}
	m.waiting = nil
}

// Inspect shows how it stands.
func (m *mover) Inspect() any { return m.status() }

// SPDX-License-Identifier: Apache-2.0

package eventmgr

import (
	"fmt"
	"slices"

	"mabeam.dev/actors"
)

// process is the manager: it owns its handlers and calls them one at a time.
type process[E any] struct {
	ctx     *actors.Context[Message[E]]
	members []*member[E] // in the order in which they get events, the last added first; never changed in place, as an event may be going round
}

// Behavior is the start function of a manager's process, for supervision.Worker; see Spawn.
func Behavior[E any]() actors.Behavior[Message[E]] { return &process[E]{} }

var (
	_ actors.Initer[Message[int]]     = (*process[int])(nil)
	_ actors.Terminator[Message[int]] = (*process[int])(nil)
	_ actors.Inspector                = (*process[int])(nil)
)

// Init makes the manager outlive those it is linked to, but for its parent.
func (p *process[E]) Init(ctx *actors.Context[Message[E]]) error {
	p.ctx = ctx
	ctx.TrapExit(func(e actors.Exit) Message[E] { return &ended[E]{e.From, e.Reason} })
	return nil
}

// Receive does what the message asks for.
func (p *process[E]) Receive(_ *actors.Context[Message[E]], m Message[E]) error {
	m.serve(p)
	return nil
}

// Terminate ends all handlers.
func (p *process[E]) Terminate(_ *actors.Context[Message[E]], why actors.Reason) error {
	for len(p.members) > 0 {
		p.leave(p.members[0], Why{Cause: ManagerEnded, Reason: why})
	}
	return nil
}

// View is what [actors.Inspect] shows of one handler of a manager; it shows a slice of them, in the order in which they get events.
type View struct {
	// ID is the handler's.
	ID string
	// Owner is the process that it belongs to; zero if to none.
	Owner actors.PID
	// State is what the handler's Inspect returns, or an error if that panicked; nil if it has none.
	State any
}

// Inspect returns the handlers' views.
func (p *process[E]) Inspect() any {
	views := make([]View, len(p.members))
	for i, m := range p.members {
		views[i].ID = m.id
		if m.own != nil {
			views[i].Owner = m.own.pid
		}
		h, ok := m.h.(actors.Inspector)
		if !ok {
			continue
		}
		if err := p.guard(func() error { views[i].State = h.Inspect(); return nil }); err != nil {
			views[i].State = err // a look does no harm
		}
	}
	return views
}

// notify gives an event to every handler that is there when it comes.
func (p *process[E]) notify(ev E) {
	for _, m := range p.members {
		if err := p.guard(func() error { return m.h.Handle(m.turn, ev) }); err != nil {
			_ = p.follow(m, fmt.Sprintf("%T", ev), err) // a crash has been reported
		}
	}
}

// follow does what a callback's error asks for, and returns it if it was a crash.
func (p *process[E]) follow(m *member[E], doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case err == Remove: //nolint:errorlint // only the value itself
		p.leave(m, Why{Cause: Removed})
		return nil
	}
	if s, ok := err.(*swapFor[E]); ok { //nolint:errorlint // likewise
		p.replace(m, s)
		return nil
	}
	p.report(m.id, doing, err)
	p.leave(m, Why{Cause: Crashed, Err: err})
	return err
}

// replace puts the handler of a Swap in the place of another.
func (p *process[E]) replace(old *member[E], s *swapFor[E]) {
	i := slices.Index(p.members, old)
	p.take(old)
	why := Why{Cause: Swapped, By: s.id}
	handover, _ := p.terminate(old, why)
	old.own.swapped(Gone{old.id, why})
	next := p.member(s.id, s.h, old.own)
	if err := p.start(next, handover); err != nil {
		p.report(next.id, "Init", err)
		next.own.gone(Gone{next.id, Why{Cause: Crashed, Err: err}})
		return
	}
	p.put(i, next)
}

// add adds a handler before the others.
func (p *process[E]) add(op string, m *member[E], handover any) error {
	if err := p.start(m, handover); err != nil {
		return &HandlerError{Op: op, ID: m.id, Err: err}
	}
	p.put(0, m)
	return nil
}

// watch has the end of an owner arrive as a message.
func (p *process[E]) watch(own *owner) {
	own.watch = p.ctx.Monitor(own.pid, func(d actors.Down) Message[E] { return &ended[E]{d.PID, d.Reason} })
}

func (p *process[E]) remove(id string) (any, error) {
	m := p.find(id)
	if m == nil {
		return nil, &HandlerError{Op: "delete", ID: id, Err: ErrNoHandler}
	}
	v, err := p.leave(m, Why{Cause: Deleted})
	if err != nil {
		return nil, &HandlerError{Op: "delete", ID: id, Err: err}
	}
	return v, nil
}

// swap removes one handler and adds another, which the owner of the first keeps unless it has another.
func (p *process[E]) swap(s *swap[E]) error {
	next := p.member(s.by, s.h, s.own)
	if err := p.refuse(next); err == ErrNilHandler || err != nil && s.by != s.id { //nolint:errorlint // our own value
		return &HandlerError{Op: "swap", ID: s.by, Err: err}
	}
	var handover any = ErrNoHandler
	if m := p.find(s.id); m != nil {
		why := Why{Cause: Swapped, By: s.by}
		if s.own != nil {
			handover, _ = p.leave(m, why)
		} else {
			p.take(m)
			handover, _ = p.terminate(m, why)
			m.own.swapped(Gone{m.id, why})
			next.own = m.own
		}
	}
	err := p.add("swap", next, handover)
	switch {
	case err != nil && s.own == nil:
		next.own.gone(Gone{next.id, Why{Cause: Crashed, Err: err}})
	case err == nil && s.own != nil:
		p.watch(s.own)
	}
	return err
}

func (p *process[E]) ask(q *ask[E]) {
	m := p.find(q.id)
	if m == nil {
		q.fail(&HandlerError{Op: "call", ID: q.id, Err: ErrNoHandler})
		return
	}
	var answer func()
	err := p.guard(func() (err error) {
		answer, err = q.question(m.turn, m.h)
		return err
	})
	if err != ErrWrongHandler { //nolint:errorlint // the value itself: the handler was not asked
		err = p.follow(m, "Call", err)
	}
	if err != nil {
		q.fail(&HandlerError{Op: "call", ID: q.id, Err: err})
		return
	}
	answer()
}

// ended removes the handlers of a process that has ended.
func (p *process[E]) ended(pid actors.PID, why actors.Reason) {
	for _, m := range p.members {
		if m.own != nil && m.own.pid == pid {
			p.leave(m, Why{Cause: OwnerEnded, Reason: why})
		}
	}
}

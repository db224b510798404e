// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"time"

	"mabeam.dev/actors"
)

// process runs a machine: it calls the callbacks that the core asks for and does what the core decides. It owns state and data.
type process[S comparable, D, M any] struct {
	core   core[S, M]
	turn   Turn[S, D, M]
	data   D
	timers map[Timeout]actors.Timer // of timeouts that run; nil until there is one
	due    Timeout                  // the timeout whose tick is in hand; empty for a message
	hand   Event[M]                 // the event in hand
	where  string                   // the callback that is called, if it is not that of an event
	first  Result[S, M]
}

var (
	_ actors.Initer[int]     = (*process[int, int, int])(nil)
	_ actors.Terminator[int] = (*process[int, int, int])(nil)
	_ actors.Inspector       = (*process[int, int, int])(nil)
)

func newProcess[S comparable, D, M any](m *Machine[S, D, M]) *process[S, D, M] {
	p := &process[S, D, M]{}
	p.turn.machines = []*Machine[S, D, M]{m}
	p.turn.Data = &p.data
	p.core.enters = func(s S) bool { return p.turn.machine().enter(s) != nil }
	return p
}

// Init calls the machine's. The first state is entered after the start is over, and before any message.
func (p *process[S, D, M]) Init(ctx *actors.Context[M]) error {
	p.turn.Context = ctx
	p.first = p.turn.Keep()
	if init := p.turn.machine().Init; init != nil {
		p.first = init(&p.turn)
	}
	if p.first.verb == verbStop {
		return p.first.why
	}
	if p.turn.fault != nil {
		p.where = "Init"
		return p.wrong(p.turn.fault)
	}
	p.core.start(p.first)
	ctx.ContinueWith(p.begin)
	return nil
}

func (p *process[S, D, M]) begin() error {
	first := p.first
	p.first = Result[S, M]{}
	p.where = "Init"
	todo, what, err := p.core.begin(first)
	return p.finish(first, todo, what, err)
}

// Receive handles one event from outside: a message, or the tick of a timer.
func (p *process[S, D, M]) Receive(_ *actors.Context[M], m M) error {
	id := p.due
	if p.due = ""; id == "" {
		return p.handle(p.core.message(m))
	}
	p.spare(id)
	return p.handle(p.core.due(id))
}

// again handles the next event that waits inside the machine.
func (p *process[S, D, M]) again() error { return p.handle(p.core.next()) }

// handle calls the state's callback with an event and does what follows.
func (p *process[S, D, M]) handle(ev Event[M]) error {
	p.hand, p.where = ev, ""
	p.turn.State = p.core.state
	h := p.turn.machine().handler(p.turn.State)
	if h == nil {
		return p.wrong(ErrNoCallback)
	}
	r := h(&p.turn, ev)
	if p.turn.fault != nil {
		return p.wrong(p.turn.fault)
	}
	todo, what, err := p.core.apply(r)
	return p.finish(r, todo, what, err)
}

// finish performs what the core decided, and goes on with Enter as long as that is called for.
func (p *process[S, D, M]) finish(r Result[S, M], todo []effect, what then, err error) error {
	for {
		p.perform(todo)
		switch {
		case err != nil:
			return p.wrong(err)
		case what == thenStop:
			return r.why
		case what == thenDone:
			p.hand = Event[M]{}
			if p.core.more() {
				p.turn.ContinueWith(p.again)
			}
			return nil
		}
		r = p.enter()
		if p.turn.fault != nil {
			return p.wrong(p.turn.fault)
		}
		todo, what, err = p.core.apply(r)
	}
}

// enter calls the callback of the state that is being entered.
func (p *process[S, D, M]) enter() Result[S, M] {
	p.where = "Enter"
	p.turn.State, p.turn.entering = p.core.turn.next, true
	r := p.turn.machine().enter(p.turn.State)(&p.turn, p.core.state)
	p.turn.entering = false
	return r
}

// perform does the core's effects.
func (p *process[S, D, M]) perform(todo []effect) {
	for _, e := range todo {
		switch e.do {
		case doAnswer:
			e.answer()
		case doStash:
			p.turn.Stash()
		case doUnstash:
			p.turn.Unstash()
		case doStart:
			p.arm(e.id, e.after)
		case doStartAt:
			p.arm(e.id, e.at.Sub(p.turn.Now()))
		case doStop:
			p.timers[e.id].Cancel()
			p.spare(e.id)
		}
	}
	clear(todo) // what was answered is not kept
}

// arm starts the timer of a timeout.
func (p *process[S, D, M]) arm(id Timeout, d time.Duration) {
	if t, ok := p.timers[id]; ok {
		t.Reset(d)
		return
	}
	if p.timers == nil {
		p.timers = map[Timeout]actors.Timer{}
	}
	p.timers[id] = p.turn.AfterFunc(d, p.tick(id))
}

// spare forgets a timer that does not run, unless it is one that nearly every transition needs.
func (p *process[S, D, M]) spare(id Timeout) {
	if id != StateTimeout && id != EventTimeout {
		delete(p.timers, id)
	}
}

// tick makes the message of a timer's end: the content of the timeout, with the timeout noted for the Receive that follows.
func (p *process[S, D, M]) tick(id Timeout) func() M {
	return func() M {
		p.due = id
		return p.core.timeouts.running[id].content
	}
}

// wrong is a mistake of a callback.
func (p *process[S, D, M]) wrong(err error) error {
	where := p.where
	if where == "" {
		where = p.hand.String()
	}
	return &TransitionError{State: p.turn.State, Event: where, Err: err}
}

// Terminate calls the machine's.
func (p *process[S, D, M]) Terminate(_ *actors.Context[M], why actors.Reason) error {
	end := p.turn.machine().Terminate
	if end == nil {
		return nil
	}
	p.turn.State = p.core.state
	return end(&p.turn, why)
}

// Inspect returns the machine's View.
func (p *process[S, D, M]) Inspect() any {
	v := View[S]{
		State: p.core.state, Timeouts: p.core.timeouts.names(), Postponed: len(p.core.postponed), Queued: len(p.core.queue),
	}
	if show := p.turn.machine().Show; show != nil {
		v.Data = show(p.core.state, &p.data)
	}
	return v
}

// View is what [actors.Inspect] shows of a machine, between two events.
type View[S comparable] struct {
	// State is the present state.
	State S
	// Data is what the machine's Show returns.
	Data any
	// Timeouts are the names of those that run, sorted.
	Timeouts []Timeout
	// Postponed is the number of events that wait for a change of the state.
	Postponed int
	// Queued is the number of events that come before the mailbox.
	Queued int
}

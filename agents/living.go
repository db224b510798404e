// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/telemetry/collect"
)

// living is the behaviour of every agent: that of its kind, with the facts of its life noted and the orders that all kinds understand
// carried out.
type living struct {
	kind     actors.Behavior[Message]
	spec     *Spec // shared by all incarnations, never changed
	vitals   *vitals
	draining bool
	place    fault.Place // who it is, and the task that is being given to the kind: for the report of a kind that panics over it
}

// Init notes the start, how it went, and that the end is to be noted.
func (l *living) Init(ctx *actors.Context[Message]) error {
	sys, ref, v := ctx.System(), ctx.Self(), l.vitals
	v.begin(*l.spec, ref, ctx.Now(), ctx.Events())
	l.place.Agent = l.spec.ID
	if _, err := actors.AtEnd(ctx, func(why actors.Reason) {
		if why.Kind() == exit.Crash { // a killed handler may still be at work
			collect.NotePlace(sys, ref.PID(), why, l.place)
		}
		collect.NoteState(sys, ref.PID(), why, l.kind)
		v.ended(ref, why, sys.Now(), sys.Events())
	}); err != nil {
		return err // killed already
	}
	if k, ok := l.kind.(actors.Initer[Message]); ok {
		if err := k.Init(ctx); err != nil {
			if !errors.Is(err, actors.Ignore) {
				v.fact(ref, lifecycle.NotUp, err.Error(), ctx.Now(), ctx.Events())
			}
			return l.placed(ctx, err)
		}
	}
	v.fact(ref, lifecycle.Up, "", ctx.Now(), ctx.Events())
	return nil
}

// Receive carries out what all agents understand and leaves the rest to the kind.
func (l *living) Receive(ctx *actors.Context[Message], m Message) error {
	switch m := m.(type) {
	case Report:
		l.vitals.reported(ctx.Self(), m, ctx.Now())
		return nil
	case Maintain:
		e := lifecycle.Resume
		if m.On {
			e = lifecycle.Pause
		}
		l.answer(m.Reply, e, l.vitals.fact(ctx.Self(), e, m.Reason, ctx.Now(), ctx.Events()))
		return nil
	case Drain:
		l.drain(ctx, m)
		return l.drained(ctx, nil)
	case drainOver:
		l.vitals.fact(ctx.Self(), lifecycle.Deadline, "the time for draining is over", ctx.Now(), ctx.Events())
		return actors.StopShutdown
	case Assign:
		if refusal := l.vitals.refusal(); refusal != nil {
			m.Reply.Send(Outcome{Failure: refusal})
			return nil
		}
		l.place.Task, l.place.Correlation = m.Task.ID, m.Task.Correlation
	}
	err := l.kind.Receive(ctx, m)
	if err == nil {
		l.place.Task, l.place.Correlation = "", ""
	}
	return l.placed(ctx, l.drained(ctx, err))
}

// Terminate is the kind's.
func (l *living) Terminate(ctx *actors.Context[Message], why actors.Reason) error {
	if k, ok := l.kind.(actors.Terminator[Message]); ok {
		return k.Terminate(ctx, why)
	}
	return nil
}

// Inspect is the kind's.
func (l *living) Inspect() any {
	if k, ok := l.kind.(actors.Inspector); ok {
		return k.Inspect()
	}
	return nil
}

func (l *living) drain(ctx *actors.Context[Message], m Drain) {
	taken := l.vitals.fact(ctx.Self(), lifecycle.Drain, m.Reason, ctx.Now(), ctx.Events())
	if taken {
		l.draining = true
		if m.Within > 0 {
			ctx.After(m.Within, drainOver{})
		}
	}
	l.answer(m.Reply, lifecycle.Drain, taken)
}

// drained ends an agent that drains and has nothing in hand, if the turn went well.
func (l *living) drained(ctx *actors.Context[Message], err error) error {
	if err == nil && l.draining && l.vitals.fact(ctx.Self(), lifecycle.Drained, "drained", ctx.Now(), ctx.Events()) {
		return actors.StopShutdown
	}
	return err
}

func (l *living) answer(to actors.Reply[lifecycle.State], e lifecycle.Event, taken bool) {
	s := l.vitals.state().State
	if taken {
		to.Send(s)
		return
	}
	to.Fail(&lifecycle.TransitionError{From: s, Event: e})
}

// Maintain begins or ends maintenance: the agent takes no work and goes on with what it has in hand. The reply is the state it is in then,
// or a *lifecycle.TransitionError.
type Maintain struct {
	On     bool
	Reason string // for people
	Reply  actors.Reply[lifecycle.State]
}

// Drain has the agent finish what it has in hand and end with Shutdown; it takes no work meanwhile. A permanent agent is started again by its
// supervisor, as after any end: who wants it gone terminates the child. The reply comes at once: the state, or a *lifecycle.TransitionError.
type Drain struct {
	// Within is how long it has; what is left then goes back to its queue. 0 is no limit.
	Within time.Duration
	Reason string // for people
	Reply  actors.Reply[lifecycle.State]
}

// drainOver says that the time for draining has passed.
type drainOver struct{}

func (Maintain) agent()  {}
func (Drain) agent()     {}
func (drainOver) agent() {}

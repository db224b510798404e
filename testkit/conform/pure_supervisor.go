// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"errors"
	"fmt"

	"mabeam.dev/supervision/plan"
)

// wake schedules a turn of an idle supervisor with mail.
func (e *Pure) wake(p *proc) {
	if p.turning || p.dead || len(p.box) == 0 {
		return
	}
	p.turning = true
	e.later(func() { e.turn(p) })
}

// turn takes one message.
func (e *Pure) turn(p *proc) {
	if p.dead {
		return
	}
	m := p.box[0]
	p.box = p.box[1:]
	p.inHand = m.answer
	ev, err := e.event(p, m.ev)
	if err != nil {
		p.inHand.Set(Reply{Reply: plan.Reply{Err: err}})
		e.rest(p)
		return
	}
	e.run(p, ev)
}

// event turns a message into an event of the plan: raw specs are parsed here, notices get the time at which they are served.
func (e *Pure) event(p *proc, message any) (plan.Event, error) {
	switch m := message.(type) {
	case RawStart:
		auto := p.state.Spec().AutoShutdown
		child, err := m.Child.Parse(&auto)
		return plan.StartChild{Child: child}, err
	case Respec:
		spec, err := e.rec.Definition(m.Name).raw().Parse()
		return plan.Replace{Spec: spec}, err
	case plan.ChildExited:
		m.Now = e.now
		return m, nil
	case plan.RetryDue:
		m.Now = e.now
		return m, nil
	case plan.Event:
		return m, nil
	}
	return nil, fmt.Errorf("conform: call %T: %w", message, errors.ErrUnsupported)
}

// rest ends a turn.
func (e *Pure) rest(p *proc) {
	p.inHand = nil
	p.turning = false
	e.wake(p)
}

// run feeds the plan until the event is handled or an effect takes time.
func (e *Pure) run(p *proc, ev plan.Event) {
	for ev != nil {
		ev = e.perform(p, p.state.Step(ev))
		if p.dead {
			return
		}
	}
	if !p.state.Busy() {
		e.rest(p)
	}
}

// perform carries out a batch and returns the result of its effect, nil if it has none yet or no effect.
func (e *Pure) perform(p *proc, actions []plan.Action) plan.Event {
	goOn := func(ev plan.Event) {
		if !p.dead {
			e.run(p, ev)
		}
	}
	for _, a := range actions {
		switch a := a.(type) {
		case plan.Start:
			name := a.Child.Start.(string)
			if label, dynamic := a.Args.(string); dynamic {
				name = label
			}
			return e.spawn(p, name, a.Child.Kind, goOn)
		case plan.Stop:
			return e.stop(a.Ref.(*proc), a.Shutdown, func(s plan.Stopped) { goOn(s) })
		case plan.StopAll:
			return e.stopAll(a, goOn)
		case plan.PostRetry:
			e.deliver(p, entry{ev: plan.RetryDue{Key: a.Key}})
		case plan.Reply:
			p.inHand.Set(Reply{Reply: a})
		case plan.Ready:
			e.started(p, plan.Started{Ref: p})
		case plan.Exit:
			e.exit(p, a.Reason)
		case plan.Emit:
		}
	}
	return nil
}

// exit ends a supervisor. A failed start reports the reason as it is, for the parent to wrap.
func (e *Pure) exit(p *proc, reason plan.Reason) {
	report := p.starting
	if report != nil {
		p.starting = func(plan.Event) { report(plan.Failed{Reason: reason}) }
	}
	e.die(p, TermOf(reason))
}

// stop stops one process and returns the result, or reports it later and returns nil.
func (e *Pure) stop(p *proc, how plan.Shutdown, report func(plan.Stopped)) plan.Event {
	if p.dead {
		return plan.Stopped{Reason: ReasonOf(p.reason)}
	}
	inline, late := true, false
	var result plan.Event
	p.onDeath(func(reason Term) {
		stopped := plan.Stopped{Reason: ReasonOf(reason), TimedOut: late}
		if inline {
			result = stopped
		} else {
			report(stopped)
		}
	})
	d, limited := how.Deadline()
	switch {
	case how == plan.Brutal, limited && d == 0: // no time at all: it is killed before it runs
		e.die(p, termKilled)
	default:
		e.deliver(p, entry{ev: plan.ParentExit{Reason: ReasonOf(termShutdown)}})
	}
	inline = false
	if result == nil && limited {
		e.after(d, func() {
			late = true
			e.die(p, termKilled)
		})
	}
	return result
}

// stopAll stops processes at once and returns the results, or reports them when the last is dead and returns nil.
func (e *Pure) stopAll(a plan.StopAll, report func(plan.Event)) plan.Event {
	results := make([]plan.Stopped, len(a.Refs))
	left := len(a.Refs)
	inline := true
	for i, ref := range a.Refs {
		done := func(s plan.Stopped) {
			results[i] = s
			if left--; left == 0 && !inline {
				report(plan.AllStopped{Results: results})
			}
		}
		if ev := e.stop(ref.(*proc), a.Shutdown, done); ev != nil {
			done(ev.(plan.Stopped))
		}
	}
	if inline = false; left == 0 {
		return plan.AllStopped{Results: results}
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"slices"

	"mabeam.dev/supervision/plan"
)

// proc is one simulated process. Its address is its identity.
type proc struct {
	name   string
	kind   plan.Kind
	parent *proc
	dead   bool
	reason Term
	deaths []func(Term) // who waits for its death, in order

	// Supervisors only.
	state    *plan.State
	box      []entry
	turning  bool             // a turn is under way or scheduled
	inHand   *Answer          // of the call being served
	starting func(plan.Event) // tells the parent how the start ended; nil once it did
	inline   bool             // the start is still on the stack of spawn, which returns the result itself
	result   plan.Event       // of an inline start
}

// entry is one message in a supervisor's mailbox.
type entry struct {
	ev     any     // an event of the plan, a RawStart or a Respec
	answer *Answer // of a call
}

func (p *proc) onDeath(run func(Term)) {
	if p.dead {
		run(p.reason)
		return
	}
	p.deaths = append(p.deaths, run)
}

// spawn runs a start function in the process of parent. The result is returned, or reported later and nil returned, when the start blocks.
func (e *Pure) spawn(parent *proc, name string, kind plan.Kind, report func(plan.Event)) plan.Event {
	outcome := e.rec.Attempt(name)
	if !outcome.Hold {
		return e.launch(parent, name, kind, outcome, report)
	}
	e.rec.Hold(name, func() {
		e.later(func() {
			if parent != nil && parent.dead {
				return
			}
			if ev := e.launch(parent, name, kind, outcome, report); ev != nil {
				report(ev)
			}
		})
	})
	return nil
}

func (e *Pure) launch(parent *proc, name string, kind plan.Kind, o Outcome, report func(plan.Event)) plan.Event {
	switch o.Kind {
	case StartIgnore:
		e.rec.NotStarted(name, o)
		return plan.Ignored{}
	case StartError:
		e.rec.NotStarted(name, o)
		return plan.Failed{Reason: ReasonOf(o.Reason)}
	case StartBad:
		e.rec.NotStarted(name, o)
		return plan.Failed{Reason: ReasonOf(tuple("bad_return", o.Reason))}
	case StartOK:
	}
	p := &proc{name: name, kind: kind, parent: parent}
	e.procs = append(e.procs, p)
	if parent == nil {
		e.rec.Started(name, kind, p, nil)
	} else {
		e.rec.Started(name, kind, p, parent)
	}
	if kind == plan.Worker {
		return plan.Started{Ref: p}
	}
	return e.initSupervisor(p, report)
}

// initSupervisor starts the children of a new supervisor.
func (e *Pure) initSupervisor(p *proc, report func(plan.Event)) plan.Event {
	spec, err := e.rec.Definition(p.name).raw().Parse()
	if err == nil {
		p.state, err = plan.New(spec)
	}
	if err != nil {
		why := plan.Reason{Class: plan.ClassCrash, Payload: err}
		e.die(p, TermOf(why))
		return plan.Failed{Reason: ReasonOf(TermOf(why))}
	}
	p.starting, p.inline, p.turning = report, true, true
	e.run(p, plan.Begin{})
	p.inline = false
	return p.result
}

// started tells the parent how the start of p ended.
func (e *Pure) started(p *proc, ev plan.Event) {
	report := p.starting
	p.starting = nil
	if p.inline {
		p.result = ev
	} else {
		report(ev)
	}
}

// deliver puts a message at the end of a mailbox.
func (e *Pure) deliver(p *proc, m entry) {
	switch {
	case p.dead:
		if m.answer != nil {
			m.answer.Set(Reply{Down: termNoProc})
		}
	case p.kind == plan.Worker:
		e.parentExit(p, m.ev.(plan.ParentExit))
	default:
		p.box = append(p.box, m)
		e.wake(p)
	}
}

// parentExit is what a worker does when its parent asks it to stop, or died.
func (e *Pure) parentExit(p *proc, ev plan.ParentExit) {
	switch stop := e.rec.Stop(p.name); stop.Mode {
	case StopUnsaid, StopClean:
		e.die(p, TermOf(ev.Reason))
	case StopExit:
		e.die(p, stop.Reason)
	case StopHang:
	}
}

// die ends a process: who waits for it hears first, then its parent, then its children by their links.
func (e *Pure) die(p *proc, reason Term) {
	if p.dead {
		return
	}
	p.dead, p.reason = true, reason
	e.procs = slices.DeleteFunc(e.procs, func(one *proc) bool { return one == p })
	e.rec.Died(p, reason)
	if p.inHand != nil {
		p.inHand.Set(Reply{Down: reason})
	}
	for _, m := range p.box {
		if m.answer != nil {
			m.answer.Set(Reply{Down: reason})
		}
	}
	p.box = nil
	for _, run := range p.deaths {
		run(reason)
	}
	switch {
	case p.starting != nil:
		e.started(p, plan.Failed{Reason: ReasonOf(reason)})
	case p.parent != nil && !p.parent.dead:
		e.deliver(p.parent, entry{ev: plan.ChildExited{Ref: p, Reason: ReasonOf(reason)}})
	}
	if p.kind == plan.Supervisor {
		for _, child := range slices.Clone(e.procs) {
			if child.parent == p {
				e.deliver(child, entry{ev: plan.ParentExit{Reason: ReasonOf(reason)}})
			}
		}
	}
}

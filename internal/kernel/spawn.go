// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"math"
	"time"

	"mabeam.dev/actors/exit"
)

// Start says what process to start.
type Start struct {
	// Name is its name among its siblings and, if Unique, in the system. Empty: none.
	Name string
	// Unique makes the name addressable; a name that is taken refuses the start.
	Unique bool
	// Tag marks the record for the typed edge.
	Tag any
	// Kind is shown in snapshots.
	Kind string
	// Body is what it does; it belongs to this incarnation alone.
	Body Body
	// Spawner is the process in whose turn the start happens, or nil.
	Spawner *Proc
	// Parent is the process that is to supervise it, or nil. Linked ties the two together.
	Parent *Proc
	Linked bool
	// Mailbox bounds the user messages that wait: 0 means DefaultMailbox, negative no bound.
	Mailbox int
	// Overflow is what happens at the bound.
	Overflow Overflow
	// Timeout limits Init: 0 means not at all. With a limit Init runs on a worker, otherwise on the caller's goroutine.
	Timeout time.Duration
}

// Outcome says how a start ended.
type Outcome uint8

// The outcomes of a start.
const (
	Up        Outcome = iota // the process runs
	Failed                   // Init ended the process; why says how
	Ignored                  // Init chose not to start
	NameTaken                // holder has the name
	TimedOut                 // Init did not return in time; the process was killed
	Refused                  // the system is closed, or the parent has been killed; why says nothing
)

// Spawn starts a process and returns when its Init is over. After any outcome but Up nothing of it is left.
func (s *System) Spawn(in Start) (p *Proc, how Outcome, why exit.Reason) {
	if s.closed.Load() || (in.Parent != nil && in.Parent.void.Load()) || (in.Spawner != nil && in.Spawner.void.Load()) {
		return nil, Refused, exit.Reason{}
	}
	p = &Proc{
		sys: s, body: in.Body, parent: in.Parent, name: in.Name, trait: s.traitOf(trait{in.Kind, in.Tag}), id: s.lastID.Add(1), policy: in.Overflow,
		bound: int32(min(max(in.Mailbox, 0), math.MaxInt32)), initElsewhere: in.Timeout > 0,
	}
	if in.Mailbox == 0 {
		p.bound = DefaultMailbox
	}
	if in.Overflow == Unbounded {
		p.bound = 0
	}
	holder, err := p.publish(in.Unique && in.Name != "")
	switch {
	case holder != nil:
		return holder, NameTaken, exit.Reason{}
	case err != nil: // cannot be: nobody else has the slot's id
		p.releaseNames(nil)
		s.logger.Error("kernel: protoactor refused an actor", "process", p.Path(), "error", err)
		return nil, Refused, exit.Reason{}
	}
	if s.closed.Load() { // Close may have looked before p was in the list
		p.finish(exit.ReasonShutdown, false)
		return nil, Refused, exit.Reason{}
	}
	if in.Timeout > 0 {
		return p.initWithin(in)
	}
	return p.initHere(in)
}

// publish makes the process known: to the name table, unless the name has a holder, to protoactor, and to the list of the living. Its lock
// is held, so that whoever finds it by name and kills it does so when all three know it.
func (p *Proc) publish(named bool) (holder *Proc, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if named {
		if holder, taken := p.sys.names.LoadOrStore(p.name, p); taken {
			return holder, nil
		}
		p.named = true
	}
	if err := p.sys.incarnate(p); err != nil {
		return nil, err
	}
	p.sys.enlist(p)
	return nil, nil
}

// initHere runs Init on the caller's goroutine.
func (p *Proc) initHere(in Start) (*Proc, Outcome, exit.Reason) {
	if in.Spawner == nil { // a process's turn is counted already
		p.sys.quiet.add()
		defer p.sys.quiet.done()
	}
	why, how := p.init()
	return p.begin(in, why, how)
}

// initWithin runs Init on another goroutine, because nothing could be taken away from the caller's.
func (p *Proc) initWithin(in Start) (*Proc, Outcome, exit.Reason) {
	type ended struct {
		why exit.Reason
		how Outcome
	}
	s := p.sys
	over := make(chan ended, 1) // sent to once by Init's goroutine
	w := s.waitFor()
	p.awaited(w) // a kill during Init ends the start
	s.quiet.add()
	s.goFor(p, func() { // awaited below, or abandoned by the time-out and counted
		defer s.quiet.done()
		var e ended
		defer func() { // also when Init ends the goroutine
			over <- e
			w.wake(s)
		}()
		e.why, e.how = exit.ReasonKilled, Failed
		p.initInto(&e.why, &e.how)
	})
	t := s.clock.AfterFunc(in.Timeout, func() { w.wake(s) })
	defer t.Stop()
	self, entered := in.Spawner, in.Spawner != nil && in.Spawner.enter(w)
	_ = s.sleep(context.Background(), self, p, "Init", w.done) // a context that does not end
	if entered {
		self.leave(w)
	}
	p.forget(w)
	select {
	case e := <-over:
		return p.begin(in, e.why, e.how)
	default:
		if p.finish(exit.ReasonKilled, true) {
			return p, TimedOut, exit.ReasonKilled
		}
		why, _ := p.Why() // it ended first: killed, or by Goexit
		return p, Failed, why
	}
}

// init runs the callback as the new process.
func (p *Proc) init() (why exit.Reason, how Outcome) {
	p.initInto(&why, &how)
	return why, how
}

// initInto is init with the outcome in variables of the caller, which has it even when the callback ends the goroutine.
func (p *Proc) initInto(why *exit.Reason, how *Outcome) {
	p.mu.Lock()
	if p.phase != starting { // killed before it began, by somebody who found it under its name
		p.mu.Unlock()
		*why, *how = exit.ReasonKilled, Failed
		return
	}
	p.inTurn = true
	p.cur = envelope{kind: kindCallback, msg: callback("Init")}
	p.mu.Unlock()
	finished := false
	defer func() {
		if !finished {
			broke, panicked := caught(recover(), "Init")
			if !panicked {
				broke = &exit.CrashError{Cause: exit.ErrGoexit, Message: "Init"}
			}
			*why, *how = p.crashed(broke), Failed
			if !panicked {
				p.finish(*why, false) // the goroutine ends here, so nobody else will
			}
		}
		p.mu.Lock()
		p.settleLocked()
		p.mu.Unlock()
		p.release()
	}()
	var err error
	if p.sys.conductor == nil {
		err = p.body.Init(p)
	} else {
		err = p.call("Init", nil, func() error { return p.body.Init(p) })
	}
	finished = true
	switch {
	case err == nil:
		*why, *how = exit.Reason{}, Up
	case p.body.Ignores(err):
		*why, *how = exit.ReasonNormal, Ignored
	default:
		*why, *how = p.reasonOf(err, "Init"), Failed
	}
}

// begin lets the process run, or clears away what a failed Init left. Turns begin only when everybody has been told of the start,
// so that this does not come after the end.
func (p *Proc) begin(in Start, why exit.Reason, how Outcome) (*Proc, Outcome, exit.Reason) {
	if how != Up {
		p.finish(why, false)
		return p, how, why
	}
	if p.wasKilled() {
		p.finish(exit.ReasonKilled, false)
		return p, Failed, exit.ReasonKilled
	}
	p.sys.counters.Started.Add(1)
	if o := p.sys.cfg.Observer; o != nil {
		o.Started(p)
	}
	parent := in.Parent
	if !in.Linked {
		parent = nil
	}
	killed, orphaned, wake := p.enterLife(parent)
	if killed {
		p.finish(exit.ReasonKilled, false)
		return p, Failed, exit.ReasonKilled
	}
	if orphaned {
		p.exitSignal(parent, exit.ReasonKilled, true)
	}
	if wake {
		p.sys.ready(p)
	}
	return p, Up, exit.Reason{}
}

// enterLife makes p a running process and links it to its parent in one step, so that no death of either falls in between. A parent
// that was killed meanwhile is not linked: its death has to be passed on.
func (p *Proc) enterLife(parent *Proc) (killed, orphaned, wake bool) {
	if parent == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
	} else {
		lockBoth(parent, p)
		defer unlockBoth(parent, p)
	}
	if p.killAfter || p.phase != starting {
		return true, false, false
	}
	p.phase = running
	if parent != nil {
		if orphaned = parent.phase >= fenced; !orphaned {
			parent.linkLocked(p)
		}
	}
	return false, orphaned, p.workLocked() && p.wakeLocked()
}

// wasKilled reports whether somebody killed the process during its Init.
func (p *Proc) wasKilled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.killAfter || p.phase != starting
}

// workLocked reports whether anything waits for a turn.
func (p *Proc) workLocked() bool {
	if p.queue.n > 0 || p.exitAsked != nil {
		return true
	}
	x := p.more
	return x != nil && (len(x.front) > 0 || len(x.inspects) > 0)
}

// SPDX-License-Identifier: Apache-2.0

package kernel

import "context"

// Conductor takes the place of the dispatcher: it runs everything that a system does one goroutine at a time, in an order of its own
// choice, and may interfere with messages and callbacks. The simulator is one. Its methods are called by the goroutine whose turn it is,
// never with a lock held.
type Conductor interface {
	// Ready says that p wants a turn. The conductor calls p.Turn once, later.
	Ready(p *Proc)
	// Go has run called once, later, in the name of p, which may be nil.
	Go(p *Proc, run func())
	// Park returns when b.Due reports true or b.Ctx has ended; meanwhile others run.
	Park(b Blocked)
	// Post is asked before a message of from, which may be nil, is queued at to. true means that the conductor has taken the message
	// away; deliver queues it, now or later, any number of times.
	Post(from, to *Proc, msg any, deliver func()) bool
	// Call runs next, a callback of p: Init, the handling of a message, Terminate. It may do something before, after or instead.
	Call(p *Proc, what string, msg any, next func() error) error
}

// Blocked is a goroutine that waits.
type Blocked struct {
	Self *Proc           // in whose name; nil for a goroutine that is no process's
	On   *Proc           // for whom it waits; nil if not for a process
	For  string          // what it waits for, in a word
	Ctx  context.Context // ends the wait as well
	Due  func() bool     // whether the wait is over
}

// Simulation makes a system run under a conductor.
type Simulation struct {
	Conductor Conductor
	// Engine is used instead of one of the system's own, which costs ten milliseconds, and not shut down with it; nil makes one. One
	// system at a time may have it.
	Engine *Engine

	system *System // that was made of it
}

// System returns the system that was made of it; nil if none was.
func (sim *Simulation) System() *System { return sim.system }

// Turn handles one message of p. It is for the conductor, once for each Ready.
func (p *Proc) Turn() { p.turn(nil) }

// Simulated reports whether the system runs under a conductor, so that the order of what it shows must not depend on hashes or addresses.
func (s *System) Simulated() bool { return s.conductor != nil }

// Kill ends everything that lives, at once.
func (s *System) Kill() {
	for p := range s.Processes() {
		p.Kill()
	}
}

// ready has p take its turn as soon as it can.
func (s *System) ready(p *Proc) {
	if s.conductor != nil {
		s.conductor.Ready(p)
		return
	}
	s.dispatcher.ready(p)
}

// goFor runs fn on a goroutine of its own; the caller says who waits for it.
func (s *System) goFor(p *Proc, fn func()) {
	if s.conductor != nil {
		s.conductor.Go(p, fn)
		return
	}
	go fn() // who waits for it is said at the calls
}

// sleep waits until done can be received from, or ctx ends: then it returns the cause. It is the one place where a goroutine of the kernel
// blocks.
func (s *System) sleep(ctx context.Context, self, on *Proc, what string, done chan struct{}) error {
	if s.conductor != nil {
		s.conductor.Park(Blocked{Self: self, On: on, For: what, Ctx: ctx, Due: func() bool { return len(done) > 0 }})
		select {
		case <-done:
			return nil
		default:
			return context.Cause(ctx)
		}
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// call runs a callback, under the conductor if there is one.
func (p *Proc) call(what string, msg any, next func() error) error {
	if c := p.sys.conductor; c != nil {
		return c.Call(p, what, msg, next)
	}
	return next()
}

// intercepted offers a message to the conductor before it is queued.
func (p *Proc) intercepted(e envelope) bool {
	return p.sys.conductor.Post(e.from, p, e.msg, func() {
		if err := p.enqueue(e, nil); err != nil {
			if e.slot != nil {
				e.slot.fail(e.gen, err)
				return
			}
			p.sys.deadLetter(p, e.msg, e.from, causeOf(err))
		}
	})
}

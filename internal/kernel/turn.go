// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"runtime/debug"

	"mabeam.dev/actors/exit"
)

// verdict is what a process does next.
type verdict uint8

const (
	handleNext verdict = iota // an envelope is in hand
	restNow                   // nothing to do; the turn is over
	restKept                  // likewise, and the process keeps the worker
	exitNow                   // an exit signal took effect
	inspectNow                // somebody looks inside
)

// turn handles messages until there are none, the quantum is used up, or the process ends. It runs on one worker at a time, w, which is nil
// if it is none of the dispatcher's. kept says that the process keeps w for its next turn.
func (p *Proc) turn(w *worker) (kept bool) {
	if q := p.sys.quiet; q != nil {
		defer q.done() // also when a callback ends the worker's goroutine
	}
	first := 0
	if p.begun() {
		p.invoker.InvokeUserMessage(p)
		first = 1
	}
	for i := first; i < p.sys.quantum; i++ {
		next, why, looks := p.next(i == 0, w)
		switch next {
		case handleNext:
			p.invoker.InvokeUserMessage(p)
			continue
		case inspectNow:
			p.look(looks)
			continue
		case exitNow:
			p.die(why)
		}
		return next == restKept
	}
	p.sys.quiet.add()
	p.sys.ready(p) // still marked scheduled
	return false
}

// stampEach is after how many messages in a row the clock is read again: it costs half as much as a message, so this is what keeps the stamps
// below one per cent. A process that is busy with messages of a millisecond looks up to as many milliseconds older than it is.
const stampEach = 64

// next puts the message that is handled next in hand. It closes the turn of the one before. w is as for turn.
func (p *Proc) next(first bool, w *worker) (verdict, exit.Reason, []slotRef) {
	p.mu.Lock()
	p.settleLocked()
	if p.phase != running || p.suspended {
		p.scheduled = false
		p.mu.Unlock()
		p.release()
		return restNow, exit.Reason{}, nil
	}
	if p.sys.stamps && (first || p.handled%stampEach == 0) {
		p.turnAt = int64(p.sys.age())
	}
	if p.exitAsked != nil {
		why := *p.exitAsked
		p.mu.Unlock()
		return exitNow, why, nil
	}
	if x := p.more; x != nil {
		switch {
		case x.inspects != nil:
			looks := x.inspects
			x.inspects = nil
			for _, s := range looks {
				p.keepOpenLocked(s) // a kill during Inspect fails them
			}
			p.inTurn = true
			p.cur = envelope{kind: kindCallback, msg: callback("Inspect")}
			p.mu.Unlock()
			return inspectNow, exit.Reason{}, looks
		case len(x.front) > 0:
			p.takeLocked(x.popFront())
			room := p.roomLocked()
			p.mu.Unlock()
			if room != nil {
				room.wake(p.sys)
			}
			return handleNext, exit.Reason{}, nil
		}
	}
	if p.queue.n == 0 {
		p.scheduled = false
		p.queue.rest()
		rest := restNow
		if p.seated && p.kept == nil && w != nil {
			p.kept = w
			rest = restKept
		}
		p.mu.Unlock()
		return rest, exit.Reason{}, nil
	}
	p.queue.popInto(&p.cur)
	p.takenLocked()
	room := p.roomLocked()
	p.mu.Unlock()
	if room != nil {
		room.wake(p.sys)
	}
	return handleNext, exit.Reason{}, nil
}

// takeLocked puts an envelope in hand.
func (p *Proc) takeLocked(e envelope) {
	p.cur = e
	p.takenLocked()
}

// takenLocked begins the turn of the envelope in hand.
func (p *Proc) takenLocked() {
	if p.cur.kind == kindUser {
		p.users--
	}
	p.beginLocked()
}

// beginLocked marks what is in hand as being handled.
func (p *Proc) beginLocked() {
	p.handled++
	p.inTurn = true
}

// settleLocked ends the turn of the message in hand: a call that it left unanswered is kept, so that dying can fail it.
func (p *Proc) settleLocked() {
	p.inTurn = false
	if p.cur.slot == nil && p.cur.from == nil { // a plain message, as nearly all are: two words and the kind to clear
		p.cur.msg, p.cur.kind = nil, kindNone
		return
	}
	if s := p.cur.slot; s != nil && s.Pending(p.cur.gen) {
		p.keepOpenLocked(slotRef{s, p.cur.gen})
	}
	p.cur = envelope{}
}

// handle runs the behaviour on the envelope in hand. Nothing that the behaviour does leaves this function but through die.
func (p *Proc) handle() {
	finished := false
	defer func() {
		if finished {
			return
		}
		if why, broke := caught(recover(), messageType(p.cur)); broke {
			p.die(p.crashed(why))
			return
		}
		p.die(p.crashed(&exit.CrashError{Cause: exit.ErrGoexit, Message: messageType(p.cur)})) // the goroutine ends after this
	}()
	err := p.deliver(&p.cur)
	finished = true
	if err == nil {
		return
	}
	if why, asked := p.Asked(); asked { // a handler that leaves because its context ended says so with an error
		p.die(why)
		return
	}
	p.die(p.reasonOf(err, messageType(p.cur)))
}

// deliver hands the envelope to the behaviour.
func (p *Proc) deliver(e *envelope) error {
	switch e.kind {
	case kindUser:
		return p.receive(e.msg)
	case kindNotice:
		if msg, ok := e.msg.(notice).deliver(p, e.gen); ok {
			p.mu.Lock()
			p.cur.msg = msg // what is in hand is now this, for those who look and for the crash report
			p.mu.Unlock()
			return p.receive(msg)
		}
	case kindExit:
		order := e.msg.(*exitNotice)
		p.mu.Lock()
		if order.revoked {
			p.mu.Unlock()
			return nil
		}
		p.exitAsked = asked(order.why)
		p.mu.Unlock()
		p.die(order.why)
	case kindNone, kindCallback: // nothing to deliver
	}
	return nil
}

// receive hands a message to the behaviour.
func (p *Proc) receive(msg any) error {
	if p.sys.conductor == nil {
		return p.body.Handle(msg)
	}
	return p.call("Receive", msg, func() error { return p.body.Handle(msg) })
}

// caught turns a recovered panic into a crash.
func caught(r any, message string) (*exit.CrashError, bool) {
	if r == nil {
		return nil, false
	}
	return &exit.CrashError{Cause: &exit.PanicError{Value: r}, Message: message, Stack: debug.Stack()}, true
}

// crashed completes a crash with the place where it happened.
func (p *Proc) crashed(e *exit.CrashError) exit.Reason {
	e.Path, e.Incarnation = p.Path(), p.id
	return exit.CrashOf(e)
}

// reasonOf maps an error that a callback returned.
func (p *Proc) reasonOf(err error, message string) exit.Reason {
	why := p.body.Reason(err)
	if c := why.CrashError(); c != nil && c.Path == "" { // one with a path is another process's, passed on as it is
		own := *c
		own.Message = message
		return p.crashed(&own)
	}
	return why
}

// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
)

// Tell queues a message. When it cannot be taken the message becomes a dead letter; nothing blocks.
func (p *Proc) Tell(msg any, from *Proc) {
	if err := p.post(envelope{kind: kindUser, msg: msg, from: from}, nil); err != nil {
		p.sys.deadLetter(p, msg, from, causeOf(err))
	}
}

// TryTell queues a message or says why it was not taken.
func (p *Proc) TryTell(msg any, from *Proc) error {
	return p.post(envelope{kind: kindUser, msg: msg, from: from}, nil)
}

// TellContext queues a message, waiting for room until ctx ends; the default deadline of calls applies when ctx has none. Into its own
// full mailbox a process cannot wait.
func (p *Proc) TellContext(ctx context.Context, msg any, from *Proc) error {
	limited := false
	for {
		w := p.sys.waitFor()
		err := p.postOnce(envelope{kind: kindUser, msg: msg, from: from}, w, limited)
		if err != errWait {
			p.sys.waits.Put(w)
			return err
		}
		if from == p {
			p.forget(w)
			return ErrMailboxFull
		}
		if !limited {
			var end func()
			ctx, end = p.sys.limit(ctx)
			defer end() // once: limited sees to it
			limited = true
		}
		if err := p.sys.block(ctx, from, p, "room", w); err != nil {
			if !p.forget(w) {
				p.passRoom() // it had been woken for room that it does not take
			}
			return err
		}
		p.sys.waits.Put(w)
	}
}

// postOnce is post for a message that may have set out before, to no avail: a conductor is asked once for each message.
func (p *Proc) postOnce(e envelope, w *wait, again bool) error {
	if again {
		return p.enqueue(e, w)
	}
	return p.post(e, w)
}

// limit gives ctx the default deadline if it has none.
func (s *System) limit(ctx context.Context) (limited context.Context, end func()) {
	d := s.deadline(ctx, false)
	if d <= 0 {
		return ctx, func() {}
	}
	limited, cancel := context.WithCancelCause(ctx)
	t := s.clock.AfterFunc(d, func() { cancel(ErrTimeout) })
	return limited, func() {
		t.Stop()
		cancel(nil)
	}
}

// passRoom wakes the next sender in line if there is room.
func (p *Proc) passRoom() {
	p.mu.Lock()
	next := p.roomLocked()
	p.mu.Unlock()
	if next != nil {
		next.wake(p.sys)
	}
}

// roomLocked takes the next sender out of line if there is room for its message; the caller wakes it.
func (p *Proc) roomLocked() *wait {
	x := p.more
	if x == nil || len(x.room) == 0 || p.users >= p.bound {
		return nil
	}
	next := x.room[0]
	x.room = x.room[1:]
	return next
}

// post queues an envelope and wakes the process. A user message obeys the bound: with a wait at hand the wait is registered for the
// next room and errWait returned.
func (p *Proc) post(e envelope, w *wait) error {
	if e.from != nil && e.from.void.Load() {
		return ErrFenced
	}
	if p.sys.conductor != nil && e.kind == kindUser && p.intercepted(e) {
		return nil
	}
	return p.enqueue(e, w)
}

// enqueue is post for a message that has set out.
func (p *Proc) enqueue(e envelope, w *wait) error {
	var dropped envelope
	p.mu.Lock()
	if w, handed := p.handLocked(&e); handed {
		p.mu.Unlock()
		p.sys.dispatcher.handTo(w, p)
		return nil
	}
	if p.phase >= fenced {
		p.mu.Unlock()
		return p.sys.gone()
	}
	if e.kind == kindUser {
		if p.users >= p.bound && p.bound > 0 {
			var err error
			if dropped, err = p.fullLocked(e, w); err != nil {
				p.mu.Unlock()
				return err
			}
		}
		p.users++
		if p.users > p.highWater {
			p.highWater = p.users
		}
	}
	p.queue.push(e)
	wake := p.wakeLocked()
	p.mu.Unlock()
	if wake {
		p.sys.ready(p)
	}
	if dropped.kind != kindNone {
		p.sys.drop(p, dropped, ErrMailboxFull)
	}
	return nil
}

// fullLocked decides what happens at the bound.
func (p *Proc) fullLocked(e envelope, w *wait) (dropped envelope, err error) {
	if p.policy == DropOldest && e.slot == nil && w == nil {
		if old, ok := p.queue.dropOldestUser(); ok {
			p.users--
			return old, nil
		}
	}
	if w == nil {
		return envelope{}, ErrMailboxFull
	}
	x := p.extraLocked()
	x.room = append(x.room, w)
	return envelope{}, errWait
}

// wakeLocked marks the process scheduled if it has something to do and is not; the caller then hands it to the dispatcher.
func (p *Proc) wakeLocked() bool {
	if p.scheduled || p.suspended || (p.phase != running) {
		return false
	}
	p.scheduled = true
	p.sys.quiet.add()
	return true
}

// gone is the error of an operation on a process that has ended.
func (s *System) gone() error {
	if s.closed.Load() {
		return ErrStopped
	}
	return ErrNoProc
}

func causeOf(err error) Cause {
	switch err {
	case ErrMailboxFull:
		return CauseMailboxFull
	case ErrFenced:
		return CauseFenced
	default:
		return CauseNoProc
	}
}

// drop disposes of an envelope that was queued and will not be handled: a call fails, a message becomes a dead letter, also one that
// the process had put off itself; any other notice was for the dead alone.
func (s *System) drop(p *Proc, e envelope, err error) {
	switch m := e.msg.(type) {
	case *continued:
		e.kind, e.msg = kindUser, m.msg
	case *stashed:
		e.kind, e.msg = kindUser, m.msg
	}
	switch {
	case e.slot != nil:
		e.slot.fail(e.gen, err)
	case e.kind == kindUser && err == ErrMailboxFull:
		s.deadLetter(p, e.msg, e.from, CauseMailboxFull)
	case e.kind == kindUser:
		s.deadLetter(p, e.msg, e.from, CauseStopped)
	}
}

func (s *System) deadLetter(p *Proc, msg any, from *Proc, why Cause) {
	s.counters.DeadLetters.Add(1)
	if s.cfg.Observer != nil {
		s.cfg.Observer.DeadLetter(DeadLetter{Target: p, Name: p.Path(), From: from, Message: msg, Why: why, At: s.clock.Now()})
	}
}

// NobodyAt reports a message that was sent to a name or path nobody holds.
func (s *System) NobodyAt(name string, msg any, from *Proc) {
	s.counters.DeadLetters.Add(1)
	if s.cfg.Observer != nil {
		s.cfg.Observer.DeadLetter(DeadLetter{Name: name, From: from, Message: msg, Why: CauseNoProc, At: s.clock.Now()})
	}
}

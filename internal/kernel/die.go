// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"

	"mabeam.dev/actors/exit"
)

// die ends the process from its own goroutine: Terminate, then finish. A process that has been killed meanwhile is past that.
func (p *Proc) die(why exit.Reason) {
	p.mu.Lock()
	if p.phase >= terminating {
		p.mu.Unlock()
		p.release()
		return
	}
	p.phase = terminating
	p.settleLocked()
	p.inTurn = true
	p.cur = envelope{kind: kindCallback, msg: callback("Terminate")}
	p.mu.Unlock()
	p.cancelContext(why)
	if !why.Abnormal() {
		why = p.awaitGo(why)
	}
	p.freshContext()
	p.terminate(why)
}

// Asked returns the reason of the exit signal that the process ends of; false when it ends by itself.
func (p *Proc) Asked() (exit.Reason, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exitAsked == nil {
		return exit.Reason{}, false
	}
	return *p.exitAsked, true
}

// terminate runs the callback and then finishes, whatever the callback does.
func (p *Proc) terminate(why exit.Reason) {
	finished := false
	defer func() {
		if !finished {
			broke, ok := caught(recover(), "Terminate")
			if !ok {
				broke = &exit.CrashError{Cause: exit.ErrGoexit, Message: "Terminate"}
			}
			why = p.crashed(broke)
		}
		if !p.finish(why, false) {
			p.release()
		}
	}()
	if err := p.call("Terminate", nil, func() error { return p.body.Terminate(why) }); err != nil {
		why = p.reasonOf(err, "Terminate")
	}
	finished = true
}

// Kill fences the process without waiting for its handler. It cannot be refused. During an Init on the spawner's goroutine it takes
// effect when Init returns.
func (p *Proc) Kill() {
	p.mu.Lock()
	if p.phase == starting && p.killAfterInitLocked() {
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	p.finish(exit.ReasonKilled, true)
}

// killAfterInitLocked notes a kill for an Init that nobody could be taken away from.
func (p *Proc) killAfterInitLocked() bool {
	if p.initElsewhere {
		return false
	}
	p.killAfter = true
	return true
}

// finish makes the process void and then dead, in the order that everybody relies on: fence and timers, names, mailbox, reason,
// notices. It reports false if somebody else did so before.
func (p *Proc) finish(why exit.Reason, killed bool) bool {
	p.mu.Lock()
	if p.phase >= fenced {
		p.mu.Unlock()
		return false
	}
	p.takeBackLocked()
	p.phase, p.why = fenced, retained(why) // the cause of a context that is first asked for from here on
	p.void.Store(true)
	hand := p.cur
	abandoned := killed && p.inTurn
	p.abandoned = abandoned
	leftGo := 0
	x := p.more
	var rest extra
	if x != nil {
		leftGo = x.gos
		rest = *x
		x.front, x.stash, x.open, x.timers, x.names, x.room, x.inspects, x.blocked, x.exits, x.atEnd =
			nil, nil, nil, nil, nil, nil, nil, nil, nil, nil
	}
	queue := p.queue
	p.queue = ring{}
	seated, kept := p.seated, p.kept
	p.seated, p.kept = false, nil
	p.mu.Unlock()

	if seated {
		p.sys.dispatcher.leave(p, kept)
	}
	p.cancelContext(why)
	for t := range rest.timers {
		t.stop()
	}
	for _, w := range rest.blocked {
		w.wake(p.sys)
	}
	p.releaseNames(rest.names)
	rest.atEnd.run(why)
	p.drain(hand, rest, queue, why)
	p.count(why, leftGo, abandoned, hand)

	p.mu.Lock()
	p.phase, p.why = dead, retained(why)
	p.calls.Store(nil)
	p.sys.delist(p) // in one step with the death: whoever hears of it finds it no longer counted
	var waits []*wait
	if x = p.more; x != nil { // somebody may have come to watch since the fence went up
		waits = x.waits
		x.waits = nil
		if x.gos == 0 { // else the last of them looks there
			p.more = nil
		}
	}
	told := p.detachLocked()
	if !abandoned {
		p.body = nil // a dead record that somebody still refers to holds no state
	}
	p.mu.Unlock()
	p.announce(told, why) // first, so that whoever awaited the death finds that those who were to hear of it have
	for _, w := range waits {
		w.wake(p.sys)
	}
	return true
}

// drain disposes of everything that was queued, stashed or open.
func (p *Proc) drain(hand envelope, rest extra, queue ring, why exit.Reason) {
	if hand.slot == nil && queue.n == 0 && len(rest.open)+len(rest.inspects)+len(rest.stash)+len(rest.front)+len(rest.room) == 0 {
		return
	}
	ended := &EndedError{Reason: why}
	if hand.slot != nil {
		hand.slot.fail(hand.gen, ended)
	}
	for _, s := range rest.open {
		s.slot.fail(s.gen, ended)
	}
	for _, s := range rest.inspects {
		s.slot.fail(s.gen, ErrNoProc)
	}
	for _, e := range rest.stash {
		p.sys.drop(p, e, ended)
	}
	for _, e := range rest.front {
		p.sys.drop(p, e, ended)
	}
	for queue.n > 0 {
		p.sys.drop(p, queue.pop(), ended)
	}
	for _, w := range rest.room {
		w.wake(p.sys)
	}
}

// count keeps the totals and tells the observer.
func (p *Proc) count(why exit.Reason, leftGo int, abandoned bool, hand envelope) {
	c, o := &p.sys.counters, p.sys.cfg.Observer
	c.Exited.Add(1)
	if why.Kind() == exit.Crash {
		c.Crashed.Add(1)
	}
	if leftGo > 0 {
		c.LeftGo.Add(int64(leftGo))
	}
	if o != nil {
		o.Exited(p, why)
	}
	if abandoned {
		c.Abandoned.Add(1)
		c.Abandoning.Add(1)
		if o != nil {
			o.Abandoned(p, messageType(hand))
		}
	}
}

// release notes that an abandoned handler has returned.
func (p *Proc) release() {
	p.mu.Lock()
	was := p.abandoned
	p.abandoned = false
	if was {
		p.body = nil
		p.cur = envelope{}
	}
	p.mu.Unlock()
	if !was {
		return
	}
	p.sys.counters.Abandoning.Add(-1)
	if o := p.sys.cfg.Observer; o != nil {
		o.Released(p)
	}
}

// Context returns the context of the process: cancelled when the process ends or a stop takes effect, with an *exit.Error as cause.
// During Terminate it is another one, which ends with Terminate or the kill that cuts it short.
func (p *Proc) Context() context.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.extraLocked()
	if x.ctx == nil {
		x.ctx, x.cancel = context.WithCancelCause(context.Background())
		switch {
		case p.phase >= fenced:
			x.cancel(&exit.Error{Reason: p.whyLocked()})
		case p.phase < terminating && p.exitAsked != nil:
			x.cancel(&exit.Error{Reason: *p.exitAsked})
		}
	}
	return x.ctx
}

// freshContext gives Terminate a context of its own, which lives until the process is dead: the old one has been cancelled, and with
// it nobody could be asked anything any more.
func (p *Proc) freshContext() {
	var old context.CancelCauseFunc
	p.mu.Lock()
	why := p.whyLocked()
	if p.phase == terminating {
		p.halted.Store(false)
		if p.more != nil {
			old = p.more.cancel
			p.more.ctx, p.more.cancel = nil, nil
		}
	}
	p.mu.Unlock()
	if old != nil {
		old(&exit.Error{Reason: why}) // somebody may have asked for it since the stop took effect
	}
}

// cancelContext ends the context of the process, and what it waits for in it.
func (p *Proc) cancelContext(why exit.Reason) {
	p.mu.Lock()
	p.cancelLocked(why)
}

// interrupt is cancelContext for somebody who has asked the process to end: the context of Terminate is none of his.
func (p *Proc) interrupt(why exit.Reason) {
	p.mu.Lock()
	if p.phase >= terminating {
		p.mu.Unlock()
		return
	}
	p.cancelLocked(why)
}

// cancelLocked lets the lock go.
func (p *Proc) cancelLocked(why exit.Reason) {
	p.why = retained(why)
	p.haltLocked(why)
	var cancel context.CancelCauseFunc
	if p.more != nil {
		cancel = p.more.cancel
	}
	p.mu.Unlock()
	if cancel != nil {
		cancel(&exit.Error{Reason: why})
	}
}

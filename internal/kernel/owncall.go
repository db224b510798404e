// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"time"

	"mabeam.dev/actors/exit"
)

// A process that makes a call in its own context has nothing to wait for but the slot: the end of that context is an exit signal or the
// end of the process, and whoever brings either about can complete the call as well as the callee can. So the wait is a plain receive, and
// nothing is registered with the process for the time of one call. For that the process keeps a slot of its own, which those who end things
// find in Proc.calls; a slot of the pool might be somebody else's by the time they reach it.
//
// That no end is missed: the caller opens the slot and then reads halted; the others set that and then look at the slot.

// OpenOwn begins a call that p makes to callee in its own context. A nil slot without an error says that the call has to be made with
// [Proc.Call]. It is followed by [Proc.AskOwn] and [Proc.TakeOwn].
func (p *Proc) OpenOwn(callee *Proc, noDeadline bool) (slot *Slot, gen uint64, err error) {
	s := p.sys
	if p == callee {
		return nil, 0, ErrCallSelf
	}
	if s.conductor != nil || s.quiet != nil { // those who watch want to know of every wait
		return nil, 0, nil
	}
	d := max(s.cfg.CallTimeout, 0)
	if noDeadline {
		d = 0
	}
	if slot, gen = p.openOwn(d); slot == nil { // in use, by a goroutine of the process
		return nil, 0, nil
	}
	return slot, gen, nil
}

// AskOwn sends the message of a call that has been opened. In a context that has ended the message is sent all the same, and the call fails.
func (p *Proc) AskOwn(callee *Proc, msg any, slot *Slot, gen uint64) (done <-chan struct{}) {
	done = callee.Ask(msg, p, slot, gen)
	if p.halted.Load() {
		p.mu.Lock()
		why := p.whyLocked()
		p.mu.Unlock()
		slot.fail(gen, &exit.Error{Reason: why})
	}
	return done
}

// TakeOwn returns the outcome of a call that p made in its own context, when it is done.
func (p *Proc) TakeOwn(slot *Slot, gen uint64) (any, error) {
	value, err := slot.value, slot.err
	slot.closeOwn(gen)
	if p.void.Load() {
		return nil, ErrFenced
	}
	return value, err
}

// openOwn opens the process's own slot; nil if it is in use.
func (p *Proc) openOwn(d time.Duration) (*Slot, uint64) {
	slot := p.calls.Load()
	if slot == nil {
		slot = newSlot(p.sys)
		if slot.sys.lazy > 0 {
			slot.deadline.Store(undated) // see closeOwn
		}
		if !p.calls.CompareAndSwap(nil, slot) {
			return nil, 0
		}
	}
	state := slot.state.Load()
	gen := state>>2 + 1
	if state&slotMask != slotFree {
		return nil, 0
	}
	if d == p.sys.cfg.CallTimeout && p.sys.lazy > 0 {
		if !slot.state.CompareAndSwap(state, gen<<2|slotOpen) {
			return nil, 0
		}
		slot.arm(undated, d)
		return slot, gen
	}
	if !slot.state.CompareAndSwap(state, gen<<2|slotTaken) { // ours, but not open before it has its deadline
		return nil, 0
	}
	at := slot.limit(d)
	slot.state.Store(gen<<2 | slotOpen)
	slot.arm(at, d)
	return slot, gen
}

// closeOwn frees a process's own slot. A free one has the default deadline already, so that the most frequent opening is one operation.
func (slot *Slot) closeOwn(gen uint64) {
	slot.value, slot.err = nil, nil
	if slot.sys.lazy > 0 && slot.deadline.Load() != undated {
		slot.deadline.Store(undated)
	}
	slot.state.Store(gen << 2 /* slotFree */)
}

// haltLocked ends the call that the process waits for in its own context, and lets it begin no other.
func (p *Proc) haltLocked(why exit.Reason) {
	p.halted.Store(true)
	slot := p.calls.Load()
	if slot == nil {
		return
	}
	for state := slot.state.Load(); state&slotMask == slotOpen; state = slot.state.Load() {
		slot.fail(state>>2, &exit.Error{Reason: why})
	}
}

// calling reports whether the process waits for a call in its own context.
func (p *Proc) calling() bool {
	slot := p.calls.Load()
	return slot != nil && slot.state.Load()&slotMask == slotOpen
}

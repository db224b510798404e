// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"time"
)

// Address is where a call or message goes: a process, or whoever holds a name when it is sent.
type Address struct {
	sys     *System // counts what reaches nobody; may be nil
	name    string
	resolve func() *Proc
}

// Name returns what the address was made from.
func (a *Address) Name() string { return a.name }

// System returns the system that counts what reaches nobody; it may be nil.
func (a *Address) System() *System { return a.sys }

// Resolve returns the process that the address stands for now, or nil.
func (a *Address) Resolve() *Proc { return a.resolve() }

// Open begins a call of somebody who is no process and waits for the outcome alone: no context can end the wait. A nil slot says that the
// call has to be made with [Proc.Call]. It is followed by [Proc.Ask] and [Slot.Take]. The steps are the caller's so that it
// sleeps in as few frames as it can: each return after a sleep is one that the processor has not foreseen.
func (p *Proc) Open(noDeadline bool) (*Slot, uint64) {
	s := p.sys
	if s.conductor != nil {
		return nil, 0
	}
	d := s.cfg.CallTimeout
	if noDeadline {
		d = 0
	}
	return s.open(d, nil)
}

// Ask sends the message of a call that has been opened, in the name of from, which may be nil. What it returns yields once when the call has
// its outcome, which the callee, those who end it, the timer or Ask itself sees to: if the message cannot be sent, that is the outcome.
func (p *Proc) Ask(msg any, from *Proc, slot *Slot, gen uint64) (done <-chan struct{}) {
	if err := p.post(envelope{kind: kindUser, msg: msg, from: from, slot: slot, gen: gen}, nil); err != nil {
		slot.fail(gen, err) // unless build passed the slot on, and somebody was faster
	}
	return slot.done
}

// Take returns the outcome of a call that was opened by Open, when it is done.
func (slot *Slot) Take() (any, error) {
	value, err := slot.value, slot.err
	if err == nil {
		slot.close()
	} else {
		slot.free() // it may be the time-out
	}
	return value, err
}

// Call sends the message that build makes for the reply slot and waits for exactly one of: the reply; *EndedError with the callee's
// reason when the incarnation that took the call dies; ErrTimeout; the cause of ctx; ErrNoProc; ErrMailboxFull; ErrCallSelf; ErrFenced.
// caller is the process whose turn it is called in, or nil. The default deadline applies when ctx has none and noDeadline is false.
func (p *Proc) Call(ctx context.Context, caller *Proc, noDeadline bool, build func(slot *Slot, gen uint64) any) (any, error) {
	switch {
	case caller == p:
		return nil, ErrCallSelf
	case caller != nil && caller.void.Load():
		return nil, ErrFenced
	}
	slot, gen := p.sys.openFor(caller, p.sys.deadline(ctx, noDeadline))
	if err := p.post(envelope{kind: kindUser, msg: build(slot, gen), from: caller, slot: slot, gen: gen}, nil); err != nil {
		// Nobody else knows the slot unless build passed it on; claim settles who completes it.
		if slot.claim(gen, nil, err) {
			<-slot.done
			slot.close()
		}
		return nil, err
	}
	return slot.await(ctx, caller, p, gen)
}

// await waits for the completion of the call.
func (slot *Slot) await(ctx context.Context, caller, callee *Proc, gen uint64) (any, error) {
	if caller == nil && ctx.Done() == nil && slot.sys.conductor == nil {
		<-slot.done
	} else if err := slot.sys.awaitSlot(ctx, caller, callee, slot, gen); err != nil {
		return nil, err
	}
	return slot.Take()
}

// awaitSlot waits for the slot, the context, or the caller's fence.
func (s *System) awaitSlot(ctx context.Context, caller, callee *Proc, slot *Slot, gen uint64) error {
	if caller != nil && !caller.enter(&slot.wait) {
		return slot.giveUp(gen, ErrFenced)
	}
	err := s.sleep(ctx, caller, callee, "reply", slot.done)
	fencedNow := caller != nil && !caller.leave(&slot.wait)
	if fencedNow {
		err = ErrFenced
	}
	if err == nil {
		return nil
	}
	return slot.giveUp(gen, err)
}

// giveUp leaves a call. If it was completed in the meantime the completion is taken off the channel, so that the slot can be reused.
func (slot *Slot) giveUp(gen uint64, err error) error {
	if !slot.claim(gen, nil, err) {
		// Completed, or being completed: its wake is on the channel, on its way, or was the fence's.
		slot.sys.counters.LateReplies.Add(1)
		return err
	}
	slot.state.Store(gen << 2 /* slotFree */) // what comes now is late
	slot.timer.Stop()
	// The channel may hold one wake or none, and a late waker may hold the slot: let the garbage collector have it.
	return err
}

// deadline returns how long a call may take: what ctx says is left to ctx.
func (s *System) deadline(ctx context.Context, noDeadline bool) time.Duration {
	if noDeadline || s.cfg.CallTimeout < 0 {
		return 0
	}
	if _, ok := ctx.Deadline(); ok {
		return 0
	}
	return s.cfg.CallTimeout
}

// Request is a call that blocks nobody: done is called with the result in p's next turns as a message that then makes.
func (p *Proc) Request(to *Proc, d time.Duration, build func(slot *Slot, gen uint64) any, then func(value any, err error) any) {
	if d == 0 {
		d = max(p.sys.cfg.CallTimeout, 0)
	}
	deliver := func(value any, err error) {
		_ = p.post(envelope{kind: kindNotice, msg: &result{then, value, err}}, nil) // a dead requester has no use for it
	}
	slot, gen := p.sys.open(max(d, 0), deliver)
	msg := build(slot, gen)
	err := ErrNoProc
	if to != nil {
		err = to.post(envelope{kind: kindUser, msg: msg, from: p, slot: slot, gen: gen}, nil)
	}
	if err != nil {
		slot.claim(gen, nil, err)
	}
}

// result is the outcome of a request on its way to the behaviour.
type result struct {
	then  func(any, error) any
	value any
	err   error
}

func (r *result) deliver(*Proc, uint64) (any, bool) {
	msg := r.then(r.value, r.err)
	return msg, msg != nil
}

// keepOpenLocked remembers a call whose reply was deferred, and forgets those answered since.
func (p *Proc) keepOpenLocked(s slotRef) {
	x := p.extraLocked()
	if len(x.open) == cap(x.open) {
		kept := x.open[:0]
		for _, o := range x.open {
			if o.slot.Pending(o.gen) {
				kept = append(kept, o)
			}
		}
		clear(x.open[len(kept):])
		x.open = kept
	}
	x.open = append(x.open, s)
}

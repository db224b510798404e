// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"math"
	"sync/atomic"
	"time"
)

// Slot is where the reply to one call arrives. It is reused: a generation tells the calls apart, and a reply to an older one is
// counted and dropped, never delivered to the slot's next user. Exactly one of reply, failure and time-out completes a generation.
type Slot struct {
	sys   *System
	state atomic.Uint64 // generation<<2 | slotFree, slotOpen or slotTaken
	done  chan struct{} // capacity 1; sent to once per generation that a caller waits for
	wait  wait          // how the caller waits

	// Written by the one who completes the generation, read by the caller after done.
	value any
	err   error

	// The time-out: one clock timer per slot that is armed lazily. It re-arms itself while its slot is in use, so a call that is
	// answered in time costs no timer operation.
	deadline atomic.Int64 // nanoseconds after the system's birth; 0 = none
	due      atomic.Int64 // when the timer is going to fire, likewise; 0 = it is not armed
	timer    ClockTimer

	// then makes an asynchronous completion: it is called instead of done.
	then atomic.Pointer[func(value any, err error)]
}

// slotRef is a slot together with the call it is used for.
type slotRef struct {
	slot *Slot
	gen  uint64
}

// The states of a generation.
const (
	slotFree uint64 = iota
	slotOpen
	slotTaken // by the one who completes it
	slotMask  = 3
)

func newSlot(s *System) *Slot {
	slot := &Slot{sys: s, done: make(chan struct{}, 1)}
	slot.wait.done = slot.done
	slot.timer = s.clock.AfterFunc(time.Hour, slot.tick)
	slot.timer.Stop()
	return slot
}

// open begins a call and returns its generation. d is the time-out; <= 0 means none. then is called with the outcome if it is not nil;
// otherwise the caller waits.
func (s *System) open(d time.Duration, then *func(value any, err error)) (*Slot, uint64) {
	var slot *Slot
	if s.conductor != nil {
		slot = newSlot(s) // which slot a pool gives depends on the machine, and its timer with it
	} else {
		slot = s.slots.Get().(*Slot)
	}
	gen := slot.state.Load()>>2 + 1
	slot.wait.state.Store(waitNew)
	if then != nil { // close leaves nil, and an atomic store costs as much as all else here
		slot.then.Store(then)
	}
	var at time.Duration
	if d > 0 {
		if at = s.age() + d; at < 0 { // beyond all time; a negative one would pass for the earliest, and later calls rely on it
			at = math.MaxInt64
		}
	}
	slot.deadline.Store(int64(at))
	slot.state.Store(gen<<2 | slotOpen)
	if d > 0 {
		slot.arm(at, d)
	}
	return slot, gen
}

// close ends a call whose result has been read, or that was given up, and frees the slot for another.
func (slot *Slot) close(gen uint64) {
	slot.value, slot.err = nil, nil
	if slot.then.Load() != nil {
		slot.then.Store(nil)
	}
	slot.state.Store(gen << 2 /* slotFree */)
	slot.sys.slots.Put(slot)
}

// Reply completes the call with a value.
func (slot *Slot) Reply(gen uint64, value any) { slot.complete(gen, value, nil) }

// Fail completes the call with an error.
func (slot *Slot) Fail(gen uint64, err error) { slot.complete(gen, nil, err) }

func (slot *Slot) fail(gen uint64, err error) { slot.claim(gen, nil, err) }

// complete is claim for a reply that the callee makes itself: one that comes late or twice is counted.
func (slot *Slot) complete(gen uint64, value any, err error) {
	if slot.claim(gen, value, err) {
		return
	}
	if slot.state.Load() == gen<<2|slotTaken {
		slot.sys.counters.TwiceReply.Add(1)
	} else {
		slot.sys.counters.LateReplies.Add(1)
	}
}

// claim completes the generation if it is still open.
func (slot *Slot) claim(gen uint64, value any, err error) bool {
	if !slot.state.CompareAndSwap(gen<<2|slotOpen, gen<<2|slotTaken) {
		return false
	}
	slot.value, slot.err = value, err
	if then := slot.then.Load(); then != nil {
		(*then)(value, err)
		slot.close(gen)
		return true
	}
	slot.wait.wake(slot.sys)
	return true
}

// Pending reports whether the call still waits for its reply.
func (slot *Slot) Pending(gen uint64) bool { return slot.state.Load() == gen<<2|slotOpen }

// arm makes sure that the timer fires no later than the deadline of the call that has just been opened. A timer that is armed for an
// earlier time is relied on: its tick sees the call, because the call was opened before due was read.
func (slot *Slot) arm(at time.Duration, d time.Duration) {
	if due := slot.due.Load(); due == 0 || int64(at) < due {
		slot.due.Store(int64(at))
		slot.timer.Reset(d)
	}
}

// tick runs on the clock's goroutine. The slot may be idle, or in use by a later call whose deadline is ahead.
func (slot *Slot) tick() {
	slot.due.Store(0) // before the state is read: see arm
	for {
		state := slot.state.Load()
		at := slot.deadline.Load() // of this call, or of a later one if the state has moved on
		if state&slotMask != slotOpen || at == 0 {
			return
		}
		if left := time.Duration(at) - slot.sys.age(); left > 0 {
			if slot.due.CompareAndSwap(0, at) {
				slot.timer.Reset(left)
			}
			return
		}
		if slot.claim(state>>2, nil, ErrTimeout) {
			return
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"sync/atomic"
	"time"
)

// Slot is where the reply to one call arrives. It is reused: a generation tells the calls apart, and a reply to an older one is
// counted and dropped, never delivered to the slot's next user. Exactly one of reply, failure and time-out completes a generation.
type Slot struct {
	sys   *System
	state atomic.Uint64 // generation<<2 | slotFree, slotOpen, slotFilling or slotDone
	done  chan struct{} // capacity 1; sent to once per generation that a caller waits for
	wait  wait          // how the caller waits

	// Written by the one who completes the generation, read by the caller after done.
	value any
	err   error

	// The time-out: one clock timer per slot that is armed lazily. It re-arms itself while its slot is in use, so a call that is
	// answered in time costs no timer operation.
	deadline atomic.Int64 // nanoseconds after the system's birth; 0 = none
	armed    atomic.Bool
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
	slotFilling
	slotDone
	slotMask = 3
)

func newSlot(s *System) *Slot {
	slot := &Slot{sys: s, done: make(chan struct{}, 1)}
	slot.wait.done = slot.done
	slot.timer = s.clock.AfterFunc(time.Hour, slot.tick)
	slot.timer.Stop()
	return slot
}

// open begins a call and returns its generation. d is the time-out; <= 0 means none.
func (s *System) open(d time.Duration) (*Slot, uint64) {
	slot := s.slots.Get().(*Slot)
	gen := slot.state.Load()>>2 + 1
	slot.wait.state.Store(waitNew)
	if d > 0 {
		slot.arm(s.age()+d, d)
	} else {
		slot.deadline.Store(0)
	}
	slot.state.Store(gen<<2 | slotOpen)
	return slot, gen
}

// close ends a call whose result has been read, or that was given up, and frees the slot for another.
func (slot *Slot) close(gen uint64) {
	slot.value, slot.err = nil, nil
	slot.then.Store(nil)
	slot.state.Store(gen<<2 | slotFree)
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
	switch st := slot.state.Load(); {
	case st == gen<<2|slotDone, st == gen<<2|slotFilling:
		slot.sys.counters.TwiceReply.Add(1)
	default:
		slot.sys.counters.LateReplies.Add(1)
	}
}

// claim completes the generation if it is still open.
func (slot *Slot) claim(gen uint64, value any, err error) bool {
	if !slot.state.CompareAndSwap(gen<<2|slotOpen, gen<<2|slotFilling) {
		return false
	}
	slot.value, slot.err = value, err
	then := slot.then.Load()
	slot.state.Store(gen<<2 | slotDone)
	if then != nil {
		(*then)(value, err)
		slot.close(gen)
		return true
	}
	slot.wait.wake(slot.sys)
	return true
}

// Pending reports whether the caller still waits.
func (slot *Slot) Pending(gen uint64) bool { return slot.pending(gen) }

// pending reports whether the call still waits for its reply.
func (slot *Slot) pending(gen uint64) bool { return slot.state.Load() == gen<<2|slotOpen }

// arm sets the deadline and makes sure that the timer runs.
func (slot *Slot) arm(at time.Duration, d time.Duration) {
	slot.deadline.Store(int64(at))
	if !slot.armed.Swap(true) {
		slot.timer.Reset(d)
	}
}

// tick runs on the clock's goroutine. The slot may be idle, or in use by a later call whose deadline is ahead.
func (slot *Slot) tick() {
	state := slot.state.Load()
	at := time.Duration(slot.deadline.Load())
	now := slot.sys.age()
	if state&slotMask != slotOpen || at == 0 {
		slot.armed.Store(false)
		// A call that began between the two lines above saw the timer armed and relies on it.
		if again := slot.state.Load(); again&slotMask == slotOpen && again != state && !slot.armed.Swap(true) {
			slot.timer.Reset(max(time.Duration(slot.deadline.Load())-now, 0))
		}
		return
	}
	if at > now {
		slot.timer.Reset(at - now)
		return
	}
	slot.armed.Store(false)
	slot.claim(state>>2, nil, ErrTimeout)
}

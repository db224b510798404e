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
	state atomic.Uint64 // generation<<2 | slotFree, slotOpen or slotTaken
	done  chan struct{} // capacity 1; sent to once per generation that a caller waits for

	// Written by the one who opens the generation, read by the one who completes it.
	waits bool                       // the caller waits in wait, because others may have to end the wait as well
	then  func(value any, err error) // nobody waits: it is called instead
	wait  wait                       // how the caller waits

	// Written by the one who completes the generation, read by the caller after done.
	value any
	err   error

	slotLimit
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
// otherwise the caller waits for done.
func (s *System) open(d time.Duration, then func(value any, err error)) (*Slot, uint64) {
	slot := s.slot()
	slot.then = then
	return slot, slot.begin(d)
}

// openFor is open for a caller whose wait is ended by others too: a process that may be killed in it, or that is counted.
func (s *System) openFor(caller *Proc, d time.Duration) (*Slot, uint64) {
	slot := s.slot()
	if caller != nil {
		slot.waits = true
		slot.wait.state.Store(waitNew)
	}
	return slot, slot.begin(d)
}

// slot returns a free slot, which nobody but those who answer too late knows.
func (s *System) slot() *Slot {
	if s.conductor != nil {
		return newSlot(s) // which slot a pool gives depends on the machine, and its timer with it
	}
	return s.slots.Get().(*Slot)
}

// begin opens the next generation of a slot that is the caller's alone.
func (slot *Slot) begin(d time.Duration) (gen uint64) {
	gen = slot.state.Load()>>2 + 1
	at := slot.limit(d)
	slot.state.Store(gen<<2 | slotOpen)
	slot.arm(at, d)
	return gen
}

// close frees the slot of a call whose result has been read for another. It leaves the state as it is: the next generation's opening
// tells late answers from its own, and until then a second answer finds that there was one.
func (slot *Slot) close() {
	slot.value, slot.err, slot.then, slot.waits = nil, nil, nil, false
	if slot.sys.conductor != nil { // see slot: nobody takes it again, and a simulated clock would move to its time for nothing
		slot.timer.Stop()
		return
	}
	slot.sys.slots.Put(slot)
}

// free is close for a call whose caller may have gone before the answer: what comes now is late.
func (slot *Slot) free() {
	slot.state.Store(slot.state.Load() &^ slotMask) // the state is changed by nobody else
	slot.close()
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
	switch {
	case slot.then != nil:
		slot.then(value, err)
		slot.free()
	case slot.waits:
		slot.wait.wake(slot.sys)
	default:
		slot.done <- struct{}{} // has room: it is sent to once per generation, and received from before the next
	}
	return true
}

// Pending reports whether the call still waits for its reply.
func (slot *Slot) Pending(gen uint64) bool { return slot.state.Load() == gen<<2|slotOpen }

// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"math"
	"sync/atomic"
	"time"
)

// slotLimit is a slot's time-out: one clock timer per slot that is armed lazily. It re-arms itself while its slot is in use, so a call
// that is answered in time costs no timer operation.
//
// Nor does it cost a reading of the clock, which takes as long as ten sends, if its time-out is the system's default and the clock is the
// real one. Such a call is not dated when it begins. The timer looks at the slot at least every System.lazy and dates the call that it
// finds: its time runs from there. So the time-out comes up to that much late, and never early. With any other time-out, or on a clock that
// stands still while somebody works, which is that of a test, the time-out is exact.
//
// On the real clock it is not even a timer of the runtime that looks: see callWatch.
type slotLimit struct {
	deadline atomic.Int64 // nanoseconds after the system's birth; 0 = none; undated
	armed    atomic.Int64 // when the timer is going to fire, likewise; 0 = it is not armed; soon
	timer    ClockTimer
}

const (
	undated = -1 // deadline: the default, from when the timer first sees the call
	soon    = -1 // armed: to fire within System.lazy
)

// lazyParts is the part of the default time-out by which it may come late; lazyFrom the least default that is worth it.
const (
	lazyParts = 64
	lazyFrom  = time.Second
)

// limit sets the deadline of the call that is about to be opened and returns it.
func (slot *Slot) limit(d time.Duration) (at int64) {
	switch s := slot.sys; {
	case d <= 0:
	case d == s.cfg.CallTimeout && s.lazy > 0:
		at = undated
	default:
		if at = int64(s.age() + d); at < 0 { // beyond all time; a negative one would pass for the earliest, and later calls rely on it
			at = math.MaxInt64
		}
	}
	if slot.deadline.Load() != at { // a store costs many loads
		slot.deadline.Store(at)
	}
	return at
}

// arm makes sure that the timer fires no later than the deadline of the call that has just been opened. A timer that is armed for an
// earlier time is relied on: its tick sees the call, because the call was opened before armed was read.
func (slot *Slot) arm(at int64, d time.Duration) {
	if at == 0 {
		return
	}
	due := slot.armed.Load()
	if at == undated {
		if due != soon {
			slot.armed.Store(soon)
			slot.look(slot.sys.lazy)
		}
	} else if due <= 0 || at < due {
		slot.armed.Store(at)
		slot.timer.Reset(d)
	}
}

// tick runs on the clock's goroutine. The slot may be idle, or in use by a later call whose deadline is ahead.
func (slot *Slot) tick() {
	slot.armed.Store(0) // before the state is read: see arm
	for {
		state := slot.state.Load()
		at := slot.deadline.Load() // of this call, or of a later one if the state has moved on
		if state&slotMask != slotOpen || at == 0 {
			return
		}
		now := slot.sys.age()
		if at == undated {
			at = int64(now + slot.sys.cfg.CallTimeout)
			if !slot.deadline.CompareAndSwap(undated, at) {
				continue
			}
			if slot.state.Load() != state { // it may have become the date of a later call, opened after the clock was read
				slot.deadline.CompareAndSwap(at, undated)
				continue
			}
		}
		if left := time.Duration(at) - now; left > 0 {
			slot.lookAgain(at, left)
			return
		}
		if slot.claim(state>>2, nil, ErrTimeout) {
			return
		}
	}
}

// lookAgain arms the timer for a call that has time left, unless a later one has armed it.
func (slot *Slot) lookAgain(at int64, left time.Duration) {
	lazy := slot.sys.lazy
	if lazy == 0 || left > slot.sys.cfg.CallTimeout {
		if slot.armed.CompareAndSwap(0, at) {
			slot.timer.Reset(left)
		}
		return
	}
	if slot.armed.CompareAndSwap(0, soon) { // a later call may rely on it
		slot.look(min(left, lazy))
	}
}

// look has the slot looked at within d, which is at most System.lazy.
func (slot *Slot) look(d time.Duration) {
	if s := slot.sys; d == s.lazy && s.cfg.Clock == nil {
		s.watch(slot)
		return
	}
	slot.timer.Reset(d)
}

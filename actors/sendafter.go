// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"
	"time"
)

// Delayed is a message on its way to some process at a later time; see SendAfter. It is a small value that may be kept and used by
// anybody. The zero Delayed is of nothing: it is not pending.
type Delayed struct{ d *delayed }

// delayed is shared by the clock, the owner's end and whoever holds a Delayed.
type delayed struct {
	sys *System
	at  time.Time // when it is due, on the system's clock

	mu     sync.Mutex
	done   bool // delivered, cancelled, or gone with its owner
	clock  ClockTimer
	forget func() bool // takes back what ends it with its owner; nil without an owner
}

// SendAfter sends m to another process, or to oneself, when d has passed on the system's clock; a d that is not positive means at once,
// but never from inside the call. The owner decides how long it lives: owned by a process (its *Context) it is void when that process ends,
// as timers of Context.After are; owned by a *System it outlives its sender and ends with the system, as OTP's send_after does. What reaches
// nobody when it is due is a dead letter, and what a fenced process has sent with [Ref.From] is void. For oneself Context.After is better: its
// tick is never delivered after Cancel, while this message is an ordinary one as soon as it has been sent.
func SendAfter[M any](owner Spawner, to Ref[M], d time.Duration, m M) Delayed {
	return sendAt(owner, d, func() { to.Tell(m) })
}

// SendAt is SendAfter for a point in time.
func SendAt[M any](owner Spawner, to Ref[M], at time.Time, m M) Delayed {
	sys := SystemOf(owner)
	return sendAt(owner, at.Sub(sys.Now()), func() { to.Tell(m) })
}

// sendAt arms the clock for send. An owner that has ended already sends nothing.
func sendAt(owner Spawner, d time.Duration, send func()) Delayed {
	sys, proc := owner.spawner()
	d = max(d, 0)
	t := &delayed{sys: &System{sys}, at: sys.Clock().Now().Add(d)}
	if proc != nil {
		forget, err := proc.AtEnd(func(Reason) { t.stop() })
		if err != nil {
			return Delayed{}
		}
		t.mu.Lock()
		t.forget = forget
		t.mu.Unlock()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done { // the owner has been killed meanwhile
		return Delayed{t}
	}
	t.clock = sys.Clock().AfterFunc(d, func() {
		if t.take() && !sys.Closed() {
			send()
		}
	})
	return Delayed{t}
}

// take ends it; false if it has ended before.
func (t *delayed) take() bool {
	t.mu.Lock()
	if t.done {
		t.mu.Unlock()
		return false
	}
	t.done = true
	clock, forget := t.clock, t.forget
	t.mu.Unlock()
	if clock != nil {
		clock.Stop()
	}
	if forget != nil {
		forget()
	}
	return true
}

// stop is take for the owner's end, which forgets by itself.
func (t *delayed) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = true
	if t.clock != nil {
		t.clock.Stop()
	}
}

// Cancel stops the message and returns how long it would have taken still; pending is false when it has been sent, cancelled, or void
// already. A message that has been sent is not taken back, even if it still waits in a mailbox.
func (d Delayed) Cancel() (left time.Duration, pending bool) {
	if d.d == nil || !d.d.take() {
		return 0, false
	}
	return d.d.left(), true
}

// Left returns how long the message takes still, at least 0; pending is false when it has been sent, cancelled, or void.
func (d Delayed) Left() (left time.Duration, pending bool) {
	if d.d == nil {
		return 0, false
	}
	d.d.mu.Lock()
	done := d.d.done
	d.d.mu.Unlock()
	if done {
		return 0, false
	}
	return d.d.left(), true
}

func (t *delayed) left() time.Duration { return max(t.at.Sub(t.sys.Now()), 0) }

// At sends m to this process at a point in time of the system's clock; one that has passed means at once. The timer is one of After.
func (c *Context[M]) At(at time.Time, m M) Timer { return c.After(at.Sub(c.Now()), m) }

// AfterFunc is After for a message that is made when it is due, in the process's turn. It panics without make.
func (c *Context[M]) AfterFunc(d time.Duration, make func() M) Timer {
	if make == nil {
		panic("actors: AfterFunc needs a function")
	}
	return Timer{c.proc.After(d, func() any { return make() })}
}

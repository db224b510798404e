// SPDX-License-Identifier: Apache-2.0

package kernel

import "time"

// Timer sends its process a message when its time comes. It belongs to the incarnation and dies with it. A tick carries the timer's
// generation, so after Cancel or Reset returns an older tick is never delivered, even if it was queued already.
type Timer struct {
	p     *Proc
	make  func() any
	every time.Duration // 0: once

	// Guarded by the process's lock.
	gen    uint64
	queued bool
	next   time.Duration // when the running period ends, after the system's birth
	clock  ClockTimer
}

// After sends what make returns once, when d has passed.
func (p *Proc) After(d time.Duration, make func() any) *Timer { return p.timer(d, 0, make) }

// Every sends what make returns at each multiple of d from now. A tick that falls due while one is still queued is merged with it.
// d must be positive.
func (p *Proc) Every(d time.Duration, make func() any) *Timer { return p.timer(d, d, make) }

func (p *Proc) timer(d, every time.Duration, make func() any) *Timer {
	t := &Timer{p: p, make: make, every: every}
	t.Reset(d)
	return t
}

// Reset arms the timer anew for d from now.
func (t *Timer) Reset(d time.Duration) {
	p := t.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase >= fenced {
		return
	}
	x := p.extraLocked()
	if x.timers == nil {
		x.timers = map[*Timer]struct{}{}
	}
	x.timers[t] = struct{}{}
	t.cancelLocked()
	t.next = p.sys.age() + d
	t.startLocked(d)
}

func (t *Timer) startLocked(d time.Duration) {
	gen := t.gen
	t.clock = t.p.sys.clock.AfterFunc(d, func() { t.due(gen) })
}

// cancelLocked makes ticks of the running generation void.
func (t *Timer) cancelLocked() {
	t.gen++
	t.queued = false
	if t.clock != nil {
		t.clock.Stop()
	}
}

// Cancel stops the timer.
func (t *Timer) Cancel() {
	p := t.p
	p.mu.Lock()
	defer p.mu.Unlock()
	t.cancelLocked()
	if p.more != nil {
		delete(p.more.timers, t)
	}
}

// stop is Cancel for a process that has been fenced already.
func (t *Timer) stop() {
	t.p.mu.Lock()
	defer t.p.mu.Unlock()
	t.cancelLocked()
}

// due runs on the clock's goroutine.
func (t *Timer) due(gen uint64) {
	p := t.p
	p.mu.Lock()
	if t.gen != gen || p.phase >= fenced {
		p.mu.Unlock()
		return
	}
	if t.every > 0 {
		now := p.sys.age()
		t.next += t.every * (1 + max(now-t.next, 0)/t.every) // those in between are merged
		t.startLocked(t.next - now)
	} else {
		delete(p.more.timers, t)
	}
	if t.queued {
		p.mu.Unlock()
		return
	}
	t.queued = true
	p.queue.push(envelope{kind: kindNotice, msg: t, gen: gen})
	wake := p.wakeLocked()
	p.mu.Unlock()
	if wake {
		p.sys.ready(p)
	}
}

func (t *Timer) deliver(p *Proc, gen uint64) (any, bool) {
	p.mu.Lock()
	if t.gen != gen {
		p.mu.Unlock()
		return nil, false
	}
	t.queued = false
	p.mu.Unlock()
	return t.make(), true
}

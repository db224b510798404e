// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"mabeam.dev/actors/exit"
)

// errWait says that a sender has been put in line for room.
var errWait = errors.New("kernel: wait for room")

// wait is one blocked goroutine: a sender that wants room, or one that waits for a death. Whoever wakes it sends once.
type wait struct {
	done  chan struct{} // capacity 1; sent to by the first wake, read by the waiter
	state atomic.Int32
}

// The states of a wait.
const (
	waitNew    int32 = iota // not woken; the waiter is no process, or has not got there yet
	waitInTurn              // a process waits inside its turn and is out of the count of quiet
	waitWoken
)

func (s *System) waitFor() *wait {
	w := s.waits.Get().(*wait)
	w.state.Store(waitNew)
	return w
}

// claim marks the wait woken; only the first claim counts. A process that waits is counted in before it runs.
func (w *wait) claim(s *System) bool {
	switch w.state.Swap(waitWoken) {
	case waitWoken:
		return false
	case waitInTurn:
		s.quiet.add()
	}
	return true
}

// wake ends the wait.
func (w *wait) wake(s *System) {
	if w.claim(s) {
		w.done <- struct{}{}
	}
}

// block waits for w until ctx ends; what it is and whose matter it is, on, are for those who look. A process that waits in its turn (self) is freed when it is fenced.
func (s *System) block(ctx context.Context, self, on *Proc, what string, w *wait) error {
	if self != nil && !self.enter(w) {
		return ErrFenced
	}
	err := s.sleep(ctx, self, on, what, w.done)
	if err != nil && !w.claim(s) {
		<-w.done
	}
	if self != nil && !self.leave(w) {
		return ErrFenced
	}
	return err
}

// enter notes what the process's turn, or a goroutine in its name, is waiting in; false when the process is fenced.
func (p *Proc) enter(w *wait) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase >= fenced {
		return false
	}
	x := p.extraLocked()
	x.blocked = append(x.blocked, w)
	if w.state.CompareAndSwap(waitNew, waitInTurn) {
		p.sys.quiet.done()
	}
	return true
}

// leave is the counterpart of enter.
func (p *Proc) leave(w *wait) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if x := p.more; x != nil { // it is nil when the process is dead
		if i := slices.Index(x.blocked, w); i >= 0 { // it is not when the fence took it
			x.blocked = slices.Delete(x.blocked, i, i+1)
		}
	}
	return p.phase < fenced
}

// forget takes a wait back that nobody is going to use, and reports whether it was still in line.
func (p *Proc) forget(w *wait) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more == nil {
		return false
	}
	n := len(p.more.room) + len(p.more.waits)
	same := func(o *wait) bool { return o == w }
	p.more.room = slices.DeleteFunc(p.more.room, same)
	p.more.waits = slices.DeleteFunc(p.more.waits, same)
	return len(p.more.room)+len(p.more.waits) < n
}

// await waits for the death of p.
func (p *Proc) await(ctx context.Context, w *wait) error {
	if !p.awaited(w) {
		return nil
	}
	err := p.sys.block(ctx, nil, p, "exit", w)
	if err != nil {
		p.forget(w)
	}
	return err
}

// awaited registers w for the death of p; false when p is dead already.
func (p *Proc) awaited(w *wait) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase == dead {
		return false
	}
	x := p.extraLocked()
	x.waits = append(x.waits, w)
	return true
}

// Await waits for the death of p until ctx ends and returns the reason.
func (p *Proc) Await(ctx context.Context) (exit.Reason, error) {
	if err := p.await(ctx, p.sys.waitFor()); err != nil {
		return exit.Reason{}, err
	}
	why, _ := p.Why()
	return why, nil
}

// AwaitDeath waits, inside the turn of p, for the death of q, at most d on the system's clock; d < 0 means without limit. dead is
// false when the time is up, ErrFenced when p was killed meanwhile.
func (p *Proc) AwaitDeath(q *Proc, d time.Duration) (dead bool, err error) {
	if q.Dead() {
		return true, nil
	}
	w := p.sys.waitFor()
	if !q.awaited(w) {
		p.sys.waits.Put(w)
		return true, nil
	}
	if d >= 0 {
		t := p.sys.clock.AfterFunc(d, func() { w.wake(p.sys) })
		defer t.Stop()
	}
	if err := p.sys.block(context.Background(), p, q, "exit", w); err != nil {
		q.forget(w)
		return false, err
	}
	if !q.Dead() {
		q.forget(w)
		return false, nil
	}
	return true, nil
}

// Sleep waits in the turn of self, which may be nil, until d has passed on the system's clock; d < 0 means that only the end of ctx ends
// it. It returns the cause of ctx if that came first, ErrFenced if self was killed.
func (s *System) Sleep(ctx context.Context, self *Proc, d time.Duration) error {
	w := s.waitFor()
	if d >= 0 {
		t := s.clock.AfterFunc(d, func() { w.wake(s) })
		defer t.Stop()
	}
	return s.block(ctx, self, nil, "time", w)
}

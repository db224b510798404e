// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"slices"
	"sync/atomic"
)

// A message for a process that has nothing to do does not go through the queue: the sender puts it in the process's hand, under the lock
// that it holds anyway, and hands the process to the dispatcher. The turn that follows begins with that message and need not take the lock
// to find it.
//
// Until the turn has begun the message only looks as if it were being handled. Whatever overtakes what waits (an exit signal, a kill, an
// inspection, a suspension) takes it back first, so that nothing can tell the difference; whether it comes before or after the beginning is
// decided by who changes Proc.hand from handGiven to 0. The sender sets it without an atomic operation: it holds the lock, as do all who
// take back, and the process is not scheduled, so that no turn looks at it; the turn gets it through the dispatcher's channel.
const handGiven = 1

// handLocked puts e in the hand of a process that is idle, which means that nothing waits for it; the caller then gives the process to w, or
// to any worker if it is nil.
func (p *Proc) handLocked(e *envelope) (w *worker, handed bool) {
	if p.scheduled || p.phase != running || p.suspended || p.queue.n > 0 || p.sys.conductor != nil {
		return nil, false
	}
	if p.more != nil && len(p.more.room) > 0 { // senders in line are let in when something is taken from the queue
		return nil, false
	}
	if e.kind == kindUser {
		if p.users >= p.bound && p.bound > 0 { // with what is stashed
			return nil, false
		}
		p.highWater = max(p.highWater, p.users+1) // as if it had waited
	}
	p.scheduled = true
	p.sys.quiet.add()
	p.cur = *e
	p.beginLocked()
	if p.sys.stamps {
		p.turnAt = int64(p.sys.age())
	}
	p.hand = handGiven
	w, p.kept = p.kept, nil
	return w, true
}

// begun reports whether the turn begins with a message in hand; from then on nobody takes it back.
func (p *Proc) begun() bool {
	return atomic.LoadUint32(&p.hand) == handGiven && atomic.CompareAndSwapUint32(&p.hand, handGiven, 0)
}

// takeBackLocked makes the message in hand, if no turn has begun with it, the first of those that wait.
func (p *Proc) takeBackLocked() {
	if !p.begun() {
		return
	}
	x := p.extraLocked()
	x.front = slices.Insert(x.front, 0, p.cur)
	if p.cur.kind == kindUser {
		p.users++
	}
	p.cur = envelope{}
	p.inTurn = false
	p.handled--
}

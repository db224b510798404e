// SPDX-License-Identifier: Apache-2.0

package kernel

import "mabeam.dev/actors/exit"

// role is what a relation means to its owner.
type role uint8

const (
	linked   role = iota // my death is an exit signal to the peer, and the peer's to me
	observed             // the peer monitors me
	observer             // I monitor the peer
)

// relation is one side of a link or monitor: an entry in its owner's list, which is circular and in order of creation. The two sides
// know each other, so that either end takes both away in constant time. Each is guarded by its owner's lock.
type relation struct {
	next, prev *relation
	peer       *Proc
	twin       *relation
	mon        *Monitor
	role       role
}

// tiesLocked returns the head of the process's list, which stands for no relation. It is made with the first entry and is apart from
// the rest of what few processes need, because every supervised process has a link.
func (p *Proc) tiesLocked() *relation {
	if p.ties == nil {
		p.ties = &relation{}
		p.ties.next, p.ties.prev = p.ties, p.ties
	}
	return p.ties
}

// addLocked appends r to the list of the head.
func (head *relation) addLocked(r *relation) {
	last := head.prev
	r.prev, r.next = last, head
	last.next = r
	head.prev = r
}

// removeLocked takes r out of its owner's list and reports whether it was in one.
func (r *relation) removeLocked() bool {
	if r.next == nil {
		return false
	}
	r.prev.next, r.next.prev = r.next, r.prev
	r.next, r.prev = nil, nil
	return true
}

// detachLocked empties the list of the head and returns what was in it, in order.
func (head *relation) detachLocked() []*relation {
	var out []*relation
	for r := head.next; r != head; {
		next := r.next
		r.next, r.prev = nil, nil
		out = append(out, r)
		r = next
	}
	head.next, head.prev = head, head
	return out
}

// announce tells the peer of a relation that its owner has died.
func (r *relation) announce(deceased *Proc, why exit.Reason) {
	q := r.peer
	q.mu.Lock()
	if !r.twin.removeLocked() {
		q.mu.Unlock()
		return
	}
	switch r.role {
	case linked: // queued before the lock is let go, so that an Unlink comes before or after, not in between
		does := q.exitSignalLocked(deceased, why, deceased == q.parent)
		q.mu.Unlock()
		q.follow(does, why)
	case observed:
		q.mu.Unlock()
		r.mon.fire(why)
	case observer: // nobody watches a watcher
		q.mu.Unlock()
	}
}

// lockBoth takes two process locks in the order of incarnation.
func lockBoth(a, b *Proc) {
	if a.id > b.id {
		a, b = b, a
	}
	a.mu.Lock()
	b.mu.Lock()
}

func unlockBoth(a, b *Proc) {
	a.mu.Unlock()
	b.mu.Unlock()
}

// Link ties p and q together, at most once. If q is dead p gets the exit signal NoProc; a dead p links nothing.
func (p *Proc) Link(q *Proc) {
	if p == q {
		return
	}
	lockBoth(p, q)
	switch {
	case p.phase >= fenced:
		unlockBoth(p, q)
	case q.phase == dead:
		unlockBoth(p, q)
		p.exitSignal(q, exit.ReasonNoProc, false)
	case p.linkToLocked(q) != nil:
		unlockBoth(p, q)
	default:
		p.linkLocked(q)
		unlockBoth(p, q)
	}
}

// linkLocked makes both sides; both locks are held.
func (p *Proc) linkLocked(q *Proc) {
	var both [2]relation // one allocation: they come and go together
	a, b := &both[0], &both[1]
	*a = relation{peer: q, role: linked, twin: b}
	*b = relation{peer: p, role: linked, twin: a}
	p.tiesLocked().addLocked(a)
	q.tiesLocked().addLocked(b)
}

// linkToLocked finds p's side of the link to q; both locks are held. A link is in both lists, so they are walked in step, and the shorter
// one decides: one process may be linked to very many that have few links each. Only when q is dead and still telling so is p's side
// alone.
func (p *Proc) linkToLocked(q *Proc) *relation {
	mine, its := p.tiesLocked(), q.tiesLocked()
	for a, b := mine.next, its.next; a != mine && (b != its || q.phase == dead); a, b = a.next, b.next {
		if a.role == linked && a.peer == q {
			return a
		}
		if b.role == linked && b.peer == p {
			return b.twin
		}
	}
	return nil
}

// Unlink ends the link between p and q; after it returns no exit signal or notice of that link reaches p's behaviour.
func (p *Proc) Unlink(q *Proc) {
	if p == q {
		return
	}
	lockBoth(p, q)
	defer unlockBoth(p, q)
	if r := p.linkToLocked(q); r != nil {
		r.removeLocked()
		r.twin.removeLocked()
		return
	}
	p.revokeExitsLocked(q)
}

// exitNotice is the exit signal of a linked process to one that traps exits.
type exitNotice struct {
	from    *Proc
	why     exit.Reason
	revoked bool // guarded by the receiver's lock
}

func (n *exitNotice) deliver(p *Proc, _ uint64) (any, bool) {
	p.mu.Lock()
	make, revoked := p.extraLocked().exits, n.revoked
	p.mu.Unlock()
	if make == nil || revoked {
		return nil, false
	}
	return make(n.from, n.why), true
}

// revokeExitsLocked takes back the notices of q's death that p has not come to.
func (p *Proc) revokeExitsLocked(q *Proc) {
	for m := range p.queue.notices {
		if n, ok := m.(*exitNotice); ok && n.from == q {
			n.revoked = true
		}
	}
}

// Trap makes exit signals arrive as messages that make builds; nil ends that.
func (p *Proc) Trap(make func(from *Proc, why exit.Reason) any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase >= fenced {
		return
	}
	p.traps = make != nil
	p.extraLocked().exits = make
}

// Exit sends p an exit signal from a process that need not be related to it; from may be nil.
func (p *Proc) Exit(from *Proc, why exit.Reason) {
	if from != nil && from.void.Load() {
		return
	}
	if why.Kind() == exit.Killed {
		p.Kill()
		return
	}
	p.exitSignal(from, why, from != nil && from == p.parent)
}

// exitSignal applies the table of exit signals: what a reason does to a process that traps exits and to one that does not.
func (p *Proc) exitSignal(from *Proc, why exit.Reason, parent bool) {
	p.mu.Lock()
	does := p.exitSignalLocked(from, why, parent)
	p.mu.Unlock()
	p.follow(does, why)
}

// signalled is what is left to do for an exit signal when the lock has been let go.
type signalled struct{ cancel, wake bool }

func (p *Proc) follow(does signalled, why exit.Reason) {
	if does.cancel {
		p.interrupt(why)
	}
	if does.wake {
		p.sys.ready(p)
	}
}

func (p *Proc) exitSignalLocked(from *Proc, why exit.Reason, parent bool) (does signalled) {
	if p.phase >= terminating {
		return does
	}
	switch {
	case p.traps && parent:
		p.queue.push(envelope{kind: kindExit, msg: why, from: from})
	case p.traps:
		p.queue.push(envelope{kind: kindNotice, msg: &exitNotice{from: from, why: why}, from: from})
	case why.Kind() == exit.Normal:
		return does
	default:
		if x := p.extraLocked(); x.exitAsked == nil {
			p.takeBackLocked()
			x.exitAsked = &why
			does.cancel = true
		}
	}
	does.wake = p.wakeLocked()
	return does
}

// AskExit sends p the exit signal of its parent, whoever that is.
func (p *Proc) AskExit(why exit.Reason) { p.exitSignal(p.parent, why, true) }

// SPDX-License-Identifier: Apache-2.0

package kernel

import "mabeam.dev/actors/exit"

// tie is a link or a monitor between two processes: a member of the lists of both, each of which is circular, in order of creation, and
// guarded by its owner's lock. One record serves both sides, and a list has no head of its own, because every supervised process has a
// link: see Proc.ties.
type tie struct {
	ends [2]end   // of a monitor: the watcher, then the watched
	mon  *Monitor // nil for a link
}

// end is one side of a tie. A nil prev says that the tie is not in the list of that side.
type end struct {
	of         *Proc
	next, prev *tie
}

// at returns the side of p.
func (t *tie) at(p *Proc) *end {
	if t.ends[0].of == p {
		return &t.ends[0]
	}
	return &t.ends[1]
}

// peer returns the process at the other end.
func (t *tie) peer(p *Proc) *Proc {
	if t.ends[0].of == p {
		return t.ends[1].of
	}
	return t.ends[0].of
}

// afterLocked returns the tie of p that was made after t; nil behind the last, and for nil.
func (p *Proc) afterLocked(t *tie) *tie {
	if t == nil {
		return nil
	}
	if next := t.at(p).next; next != p.ties {
		return next
	}
	return nil
}

// addLocked appends t to the list of p.
func (p *Proc) addLocked(t *tie) {
	e := t.at(p)
	if p.ties == nil {
		p.ties, e.next, e.prev = t, t, t
		return
	}
	first := p.ties.at(p)
	last := first.prev
	e.next, e.prev = p.ties, last
	last.at(p).next = t
	first.prev = t
}

// removeLocked takes t out of the list of p and reports whether it was in it.
func (p *Proc) removeLocked(t *tie) bool {
	e := t.at(p)
	switch {
	case e.prev == nil:
		return false
	case e.next == t:
		p.ties = nil
	default:
		e.prev.at(p).next = e.next
		e.next.at(p).prev = e.prev
		if p.ties == t {
			p.ties = e.next
		}
	}
	e.next, e.prev = nil, nil
	return true
}

// detachLocked empties the list of p, and returns what was in it as a chain from the first to the last. The chain is the caller's:
// whoever else comes to one of the ties finds that it is in no list of p.
func (p *Proc) detachLocked() (first *tie) {
	if p.ties == nil {
		return nil
	}
	first = p.ties
	first.at(p).prev.at(p).next = nil
	for t := first; t != nil; t = t.at(p).next {
		t.at(p).prev = nil
	}
	p.ties = nil
	return first
}

// announce tells the peers of the ties in the chain that p has died.
func (p *Proc) announce(first *tie, why exit.Reason) {
	for t := first; t != nil; {
		e := t.at(p)
		next := e.next
		e.next = nil
		t.announce(p, why)
		t = next
	}
}

// announce tells the peer of p.
func (t *tie) announce(p *Proc, why exit.Reason) {
	q := t.peer(p)
	q.mu.Lock()
	if !q.removeLocked(t) {
		q.mu.Unlock()
		return
	}
	switch {
	case t.mon == nil: // queued before the lock is let go, so that an Unlink comes before or after, not in between
		does := q.exitSignalLocked(p, why, p == q.parent, true)
		q.mu.Unlock()
		q.follow(does, why)
	case t.ends[1].of == p:
		q.mu.Unlock()
		t.mon.fire(why)
	default: // nobody watches a watcher
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
		does := p.exitSignalLocked(q, exit.ReasonNoProc, q == p.parent, true)
		unlockBoth(p, q)
		p.follow(does, exit.ReasonNoProc)
	case p.linkToLocked(q) != nil:
		unlockBoth(p, q)
	default:
		p.linkLocked(q)
		unlockBoth(p, q)
	}
}

// linkLocked makes a link; both locks are held.
func (p *Proc) linkLocked(q *Proc) {
	t := &tie{ends: [2]end{{of: p}, {of: q}}}
	p.addLocked(t)
	q.addLocked(t)
}

// linkToLocked finds the link between p and q; both locks are held. A link is in both lists, so they are walked in step, and the shorter
// one decides: one process may be linked to very many that have few links each. Only when q is dead and still telling so is a link in the
// list of p alone.
func (p *Proc) linkToLocked(q *Proc) *tie {
	for a, b := p.ties, q.ties; a != nil && (b != nil || q.phase == dead); a, b = p.afterLocked(a), q.afterLocked(b) {
		if a.mon == nil && a.peer(p) == q {
			return a
		}
		if b != nil && b.mon == nil && b.peer(q) == p {
			return b
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
	if p.phase >= fenced {
		return // what a killed process still does has no effect: it must not keep its death from those who are linked to it
	}
	if t := p.linkToLocked(q); t != nil {
		p.removeLocked(t)
		q.removeLocked(t)
		return
	}
	p.revokeExitsLocked(q)
}

// exitNotice is an exit signal in the mailbox of a process that traps exits. From the parent it is an order, kindExit; from anybody else a
// message.
type exitNotice struct {
	from    *Proc
	why     exit.Reason
	link    bool                                  // it is the death of a linked process
	make    func(from *Proc, why exit.Reason) any // as it was when the signal came: a process that stops trapping still hears of it
	revoked bool                                  // guarded by the receiver's lock
}

func (n *exitNotice) deliver(p *Proc, _ uint64) (any, bool) {
	p.mu.Lock()
	make, revoked := p.extraLocked().exits, n.revoked
	p.mu.Unlock()
	if make == nil {
		make = n.make
	}
	if revoked {
		return nil, false
	}
	return make(n.from, n.why), true
}

// revokeExitsLocked takes back the signal of q's death that came over a link and that p has not come to. What q has sent itself stays.
func (p *Proc) revokeExitsLocked(q *Proc) {
	for m := range p.queue.notices {
		if n, ok := m.(*exitNotice); ok && n.link && n.from == q {
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
	does := p.exitSignalLocked(from, why, parent, false)
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

func (p *Proc) exitSignalLocked(from *Proc, why exit.Reason, parent, link bool) (does signalled) {
	if p.phase >= terminating {
		return does
	}
	switch {
	case p.traps && parent:
		p.queue.push(envelope{kind: kindExit, msg: &exitNotice{from: from, why: why, link: link}, from: from})
	case p.traps:
		p.queue.push(envelope{kind: kindNotice, msg: &exitNotice{from: from, why: why, link: link, make: p.more.exits}, from: from})
	case why.Kind() == exit.Normal:
		return does
	default:
		if p.exitAsked == nil {
			p.takeBackLocked()
			p.exitAsked = asked(why)
			does.cancel = true
		}
	}
	does.wake = p.wakeLocked()
	return does
}

// AskExit sends p the exit signal of its parent, whoever that is.
func (p *Proc) AskExit(why exit.Reason) { p.exitSignal(p.parent, why, true) }

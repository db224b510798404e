// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"time"

	"mabeam.dev/actors/exit"
)

// Status is a view of a process that is taken without its help.
type Status struct {
	ID        uint64        // incarnation
	Path      string        // from the root of its tree
	Kind      string        // as given at the start
	State     string        // starting, running, terminating, dead
	Parent    string        // path; empty for a root
	Queue     int           // user messages that wait
	HighWater int           // most that ever waited
	Handled   uint64        // messages and notices handled
	InHand    string        // type of the message in hand; empty between turns
	Since     time.Duration // age of the turn that is running, or time since the last one began; 0 in a system without events
	Links     int
	Monitors  int // that this process holds on others
	Timers    int
	Stashed   int
	Waiting   bool // its turn waits for another process
	Why       exit.Reason
}

// Status takes the view.
func (p *Proc) Status() Status {
	st := Status{ID: p.id, Path: p.Path(), Kind: p.trait.kind}
	if p.parent != nil {
		st.Parent = p.parent.Path()
	}
	now := p.sys.age()
	p.mu.Lock()
	defer p.mu.Unlock()
	st.State = [...]string{"starting", "running", "terminating", "dead", "dead"}[p.phase]
	st.Queue, st.HighWater, st.Handled = int(p.users), int(p.highWater), p.handled
	if p.sys.stamps {
		st.Since = now - time.Duration(p.turnAt)
	}
	if p.inTurn {
		st.InHand = messageType(p.cur)
	}
	if p.phase == dead {
		st.Why = p.whyLocked()
	}
	st.Waiting = p.calling()
	if x := p.more; x != nil {
		st.Timers, st.Stashed = len(x.timers), len(x.stash)
		st.Waiting = st.Waiting || len(x.blocked) > 0
	}
	for t := p.ties; t != nil; t = p.afterLocked(t) {
		switch {
		case t.mon == nil:
			st.Links++
		case t.ends[0].of == p:
			st.Monitors++
		}
	}
	return st
}

// Linked returns whom the process is linked to, oldest link first, at most limit of them: a supervisor may have a million.
func (p *Proc) Linked(limit int) (peers []*Proc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for t := p.ties; t != nil && len(peers) < limit; t = p.afterLocked(t) {
		if t.mon == nil {
			peers = append(peers, t.peer(p))
		}
	}
	return peers
}

// Inspect asks the behaviour for its own view, between two messages and ahead of those that wait.
func (p *Proc) Inspect(ctx context.Context, caller *Proc) (any, error) {
	switch {
	case caller == p:
		return nil, ErrCallSelf
	case caller != nil && caller.void.Load():
		return nil, ErrFenced
	}
	slot, gen := p.sys.openFor(caller, p.sys.deadline(ctx, false))
	p.mu.Lock()
	if p.phase > running {
		p.mu.Unlock()
		return nil, slot.giveUp(gen, p.sys.gone())
	}
	p.takeBackLocked()
	x := p.extraLocked()
	x.inspects = append(x.inspects, slotRef{slot, gen})
	wake := p.wakeLocked()
	p.mu.Unlock()
	if wake {
		p.sys.ready(p)
	}
	return slot.await(ctx, caller, p, gen)
}

// look answers inspections in the process's own turn. A view that panics is a crash like any other.
func (p *Proc) look(looks []slotRef) {
	finished := false
	defer func() {
		if finished {
			return
		}
		broke, ok := caught(recover(), "Inspect")
		if !ok {
			broke = &exit.CrashError{Cause: exit.ErrGoexit, Message: "Inspect"}
		}
		why := p.crashed(broke)
		for _, s := range looks {
			s.slot.fail(s.gen, &EndedError{Reason: why})
		}
		p.die(why)
	}()
	view := p.body.Inspect()
	finished = true
	for _, s := range looks {
		s.slot.Reply(s.gen, view)
	}
}

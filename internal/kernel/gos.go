// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"runtime/debug"

	"mabeam.dev/actors/exit"
)

// Go runs fn on a goroutine that belongs to the process: its context is the process's, its result arrives as a message (nil for none),
// its panic is a crash of the process. An ordered stop waits for it; a crash or kill leaves it behind, counted.
func (p *Proc) Go(fn func(ctx context.Context) any) {
	ctx := p.Context()
	p.mu.Lock()
	if p.phase >= fenced {
		p.mu.Unlock()
		return
	}
	p.extraLocked().gos++
	p.mu.Unlock()
	p.sys.quiet.add()
	p.sys.goFor(p, func() { p.runGo(ctx, fn) }) // awaited by awaitGo, or counted by finish
}

func (p *Proc) runGo(ctx context.Context, fn func(context.Context) any) {
	var result any
	finished := false
	defer func() {
		if !finished {
			broke := &exit.CrashError{Cause: exit.ErrGoexit, Message: "Go"}
			if r := recover(); r != nil {
				broke = &exit.CrashError{Cause: &exit.PanicError{Value: r}, Message: "Go", Stack: debug.Stack()}
			}
			p.demandExit(p.crashed(broke))
		} else if result != nil {
			_ = p.post(envelope{kind: kindNotice, msg: &ready{result}, from: nil}, nil) // void if the process has ended
		}
		p.endGo()
		p.sys.quiet.done()
	}()
	result = fn(ctx)
	finished = true
}

// ready is a notice whose message is made already.
type ready struct{ msg any }

func (r *ready) deliver(*Proc, uint64) (any, bool) { return r.msg, true }

// endGo ends one goroutine's share and wakes a process that waits for the last.
func (p *Proc) endGo() {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.more
	x.gos--
	if x.gos == 0 && x.goneGo != nil {
		x.goneGo.wake(p.sys)
		x.goneGo = nil
	}
	if p.phase >= fenced {
		p.sys.counters.LeftGo.Add(-1)
	}
}

// awaitGo waits for the goroutines of Go before an ordered stop; a kill ends the wait. It returns the reason of the stop, which a panic
// in one of them replaces.
func (p *Proc) awaitGo(why exit.Reason) exit.Reason {
	if w := p.lastGo(); w != nil {
		_ = p.sys.block(context.Background(), p, p, "goroutines", w) // ErrFenced: finish finds the goroutines
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more != nil && p.more.broken != nil { // also by one that ended before anybody waited
		return *p.more.broken
	}
	return why
}

// lastGo returns what the end of the last goroutine wakes; nil when none runs, or when nobody is to wait any more.
func (p *Proc) lastGo() *wait {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more == nil || p.more.gos == 0 || p.phase >= fenced {
		return nil
	}
	p.more.goneGo = p.sys.waitFor()
	return p.more.goneGo
}

// demandExit makes the process end with why after the turn in hand, whether or not it traps exits.
func (p *Proc) demandExit(why exit.Reason) {
	p.mu.Lock()
	if p.phase >= terminating {
		if x := p.extraLocked(); x.broken == nil {
			x.broken = &why // awaitGo passes it on
		}
		p.mu.Unlock()
		return
	}
	if p.exitAsked == nil {
		p.takeBackLocked()
		p.exitAsked = asked(why)
	}
	wake := p.wakeLocked()
	p.mu.Unlock()
	p.interrupt(why)
	if wake {
		p.sys.ready(p)
	}
}

// Notify sends p a message that make builds in p's turn.
func (p *Proc) Notify(make func() any) {
	_ = p.post(envelope{kind: kindNotice, msg: &late{make}}, nil) // a dead process has no use for it
}

// late is a notice whose message is made at delivery.
type late struct{ make func() any }

func (l *late) deliver(*Proc, uint64) (any, bool) { return l.make(), true }

// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"mabeam.dev/actors"
)

// load is what waits to be written, in the two measures that are bounded.
type load struct{ appends, bytes int }

func (l load) plus(o load) load { return load{l.appends + o.appends, l.bytes + o.bytes} }

func (l load) within(limit load) bool { return l.appends <= limit.appends && l.bytes <= limit.bytes }

// loadOf measures a request.
func loadOf(appends []Append) load {
	l := load{appends: len(appends)}
	for i := range appends {
		l.bytes += appends[i].Size()
	}
	return l
}

// groupSize tells how many of the waiting requests, oldest first, the next commit takes: as many as stay within the limit, and at least
// one, since a request that is too large for a group must be written, too. Requests are never split, and none overtakes another.
func groupSize(waiting []load, limit load) int {
	var sum load
	for i, l := range waiting {
		sum = sum.plus(l)
		if i > 0 && !sum.within(limit) {
			return i
		}
	}
	return len(waiting)
}

// gate bounds what is on its way to a journal: callers pass it before they send, the journal opens it again when it answers. It exists
// because a mailbox counts messages and cannot count bytes.
type gate struct {
	limit load
	sys   atomic.Pointer[actors.System] // of the journal's process; nil before its first start
	mu    struct {
		sync.Mutex
		life    uint64 // rises when all that was inside is void
		inside  load
		waiting []*waiter // oldest first
	}
}

// waiter is a caller that waits for room. The channel is closed by the one who admits it, who then calls admitted if there is one.
type waiter struct {
	load  load
	life  uint64
	entry chan struct{}

	admitted func()
}

// ticket is the right to be inside. It is given back once, by whoever knows first that the request is over.
type ticket struct {
	gate *gate
	load load
	life uint64
	back atomic.Bool
}

// enter takes room for a request. Without wait it gives ErrBusy at once if there is none; else it waits for its turn until ctx ends. A
// request larger than the whole limit enters when it is alone.
func (g *gate) enter(ctx context.Context, l load, wait bool) (*ticket, error) {
	g.mu.Lock()
	if len(g.mu.waiting) == 0 && g.fitsLocked(l) {
		g.mu.inside = g.mu.inside.plus(l)
		t := &ticket{gate: g, load: l, life: g.mu.life}
		g.mu.Unlock()
		return t, nil
	}
	if !wait {
		inside := g.mu.inside
		g.mu.Unlock()
		return nil, fmt.Errorf("%w: %d appends with %d bytes are waiting", ErrBusy, inside.appends, inside.bytes)
	}
	w := &waiter{load: l, entry: make(chan struct{})}
	g.mu.waiting = append(g.mu.waiting, w)
	sys := g.sys.Load()
	if sys == nil || !sys.Simulated() {
		g.mu.Unlock()
		select {
		case <-w.entry:
			return &ticket{gate: g, load: l, life: w.life}, nil
		case <-ctx.Done():
			g.leave(w)
			return nil, fmt.Errorf("%w: %w", ErrBusy, context.Cause(ctx))
		}
	}
	until, over := context.WithCancel(ctx)
	defer over()
	w.admitted = over
	g.mu.Unlock()
	err := sys.Sleep(until, -1) // which a simulator knows of
	select {
	case <-w.entry:
		return &ticket{gate: g, load: l, life: w.life}, nil
	default:
		g.leave(w)
		return nil, fmt.Errorf("%w: %w", ErrBusy, err)
	}
}

// leave takes back a wait, even if the entry came at the same moment.
func (g *gate) leave(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.mu.waiting, w); i >= 0 {
		g.mu.waiting = slices.Delete(g.mu.waiting, i, i+1)
	} else if w.life == g.mu.life {
		g.mu.inside = g.mu.inside.plus(load{-w.load.appends, -w.load.bytes})
	}
	g.admitLocked()
}

// giveBack makes room again; the second call, and one from a former life, do nothing.
func (t *ticket) giveBack() {
	if t == nil || t.back.Swap(true) {
		return
	}
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	if t.life == t.gate.mu.life {
		t.gate.mu.inside = t.gate.mu.inside.plus(load{-t.load.appends, -t.load.bytes})
		t.gate.admitLocked()
	}
}

// renew empties the gate: a new incarnation of the journal has started, and what the former one had not answered is void.
func (g *gate) renew() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mu.life++
	g.mu.inside = load{}
	g.admitLocked()
}

func (g *gate) fitsLocked(l load) bool {
	return g.mu.inside.appends == 0 || g.mu.inside.plus(l).within(g.limit)
}

func (g *gate) admitLocked() {
	for len(g.mu.waiting) > 0 && g.fitsLocked(g.mu.waiting[0].load) {
		w := g.mu.waiting[0]
		g.mu.waiting = g.mu.waiting[1:]
		g.mu.inside = g.mu.inside.plus(w.load)
		w.life = g.mu.life
		close(w.entry)
		if w.admitted != nil {
			w.admitted()
		}
	}
}

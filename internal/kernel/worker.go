// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"runtime"
	"slices"
	"sync"
)

// dispatcher runs ready processes on warm workers: goroutines whose stacks have grown once and are kept. As many run as there are
// ready processes, so a process that blocks never holds up another; idle ones beyond a small number end.
//
// A few processes, those that come to rest most often of late, have a seat: they keep the worker that ran their last turn, so that
// the next message finds it under the process's own lock and neither sender nor worker comes here. The other idle workers lie on one
// stack for everybody. Seats go round: at times a process that comes to rest without one gets the seat of another, whose worker goes to
// the stack.
//
// A burst that makes very many processes ready does not start a goroutine for each: only a few at a time are on their way to their first
// turn, and what is ready besides waits in line. Whoever sets out starts the next, so that those that block hold nobody up, and a worker that
// comes to rest takes the first in line.
//
// It implements protoactor's Dispatcher, which is how a process's mailbox gets it.
type dispatcher struct {
	maxIdle  int // parked workers, kept and on the stack
	maxSeats int // of these, most that are kept
	mu       struct {
		sync.Mutex
		idle   []*worker // parked, most recently used last
		seats  []*Proc   // processes that may keep a worker
		next   int       // the seat that is given away next
		rests  uint      // processes that came to rest without a seat
		closed bool
		fresh  int     // workers that are started and have not set out
		line   []*Proc // ready, while there are maxFresh of those
	}
	start func(w *worker, p *Proc) // starts a worker: go run, but in a test
}

// maxFresh is how many workers are started at a time: enough to keep cores busy, and little memory.
const maxFresh = 64

// seatEvery is how many rests without a seat make one seat go to another process: often enough that those which are busy get theirs
// soon, and seldom enough that what it costs is nothing for each.
const seatEvery = 8

// worker is a goroutine that runs one process at a time. Its channel has room for the one process it may be handed while parked: whoever
// took it from where it was kept sends, nobody closes but those who end it. It is in one place at a time: busy, on the stack, or kept by a
// process.
type worker struct{ work chan *Proc }

func newDispatcher() *dispatcher {
	cores := runtime.GOMAXPROCS(0)
	d := &dispatcher{maxIdle: 16 + 8*cores, maxSeats: 8 + 4*cores}
	d.start = func(w *worker, p *Proc) {
		go d.run(w, p) // ends when parked in excess, or by close
	}
	return d
}

// ready runs one turn of p as soon as a worker is free; it never blocks.
func (d *dispatcher) ready(p *Proc) {
	d.mu.Lock()
	if n := len(d.mu.idle); n > 0 {
		w := d.mu.idle[n-1]
		d.mu.idle[n-1] = nil
		d.mu.idle = d.mu.idle[:n-1]
		d.mu.Unlock()
		w.work <- p
		return
	}
	if d.mu.fresh == maxFresh {
		d.mu.line = append(d.mu.line, p)
		d.mu.Unlock()
		return
	}
	d.mu.fresh++
	d.mu.Unlock()
	d.start(&worker{work: make(chan *Proc, 1)}, p)
}

// setOut lets the next in line follow a worker that begins its first turn.
func (d *dispatcher) setOut() {
	d.mu.Lock()
	next := d.nextLocked()
	if next == nil {
		d.mu.fresh--
	}
	d.mu.Unlock()
	if next != nil {
		d.start(&worker{work: make(chan *Proc, 1)}, next)
	}
}

// nextLocked takes the first in line; nil if there is none.
func (d *dispatcher) nextLocked() *Proc {
	if len(d.mu.line) == 0 {
		return nil
	}
	p := d.mu.line[0]
	d.mu.line[0] = nil
	if d.mu.line = d.mu.line[1:]; len(d.mu.line) == 0 {
		d.mu.line = nil
	}
	return p
}

// handTo is ready for a process whose worker, if it kept one, was taken from it.
func (d *dispatcher) handTo(w *worker, p *Proc) {
	if w != nil {
		w.work <- p
		return
	}
	d.ready(p)
}

func (d *dispatcher) run(w *worker, p *Proc) {
	d.setOut()
	for ok := true; ok; p, ok = <-w.work {
		for p != nil {
			if kept := p.turn(w); kept {
				break
			}
			next, stays := d.park(w, p)
			if !stays {
				return
			}
			p = next
		}
	}
}

// park puts a worker that p has not kept on the stack, unless somebody waits in line: then the worker goes on with next. If it does not stay
// it is to end.
func (d *dispatcher) park(w *worker, p *Proc) (next *Proc, stays bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if next = d.nextLocked(); next != nil {
		return next, true
	}
	if d.mu.closed {
		return nil, false
	}
	d.mu.rests++
	if (len(d.mu.seats) < d.maxSeats || d.mu.rests%seatEvery == 0) && d.seatLocked(w, p) {
		return nil, true
	}
	return nil, d.stackLocked(w)
}

// stackLocked puts a worker on the stack if there is room.
func (d *dispatcher) stackLocked(w *worker) bool {
	if d.mu.closed || len(d.mu.idle)+len(d.mu.seats) >= d.maxIdle {
		return false
	}
	d.mu.idle = append(d.mu.idle, w)
	return true
}

// seatLocked gives p a free seat, or that of another process; kept says that it keeps w from now on.
func (d *dispatcher) seatLocked(w *worker, p *Proc) (kept bool) {
	seated, kept := p.sit(w)
	switch {
	case !seated:
		return false
	case len(d.mu.seats) < d.maxSeats:
		d.mu.seats = append(d.mu.seats, p)
		return kept
	}
	at := d.mu.next % len(d.mu.seats)
	d.mu.next = at + 1
	other := d.mu.seats[at]
	d.mu.seats[at] = p
	if w := other.stand(); w != nil && !d.stackLocked(w) {
		close(w.work)
	}
	return kept
}

// leave takes the seat of a process that has ended; w is the worker that it kept, or nil.
func (d *dispatcher) leave(p *Proc, w *worker) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := slices.Index(d.mu.seats, p); at >= 0 { // it is not when the seat has just been given away
		d.mu.seats = slices.Delete(d.mu.seats, at, at+1)
	}
	if w != nil && !d.stackLocked(w) {
		close(w.work)
	}
}

// close ends the idle workers; the busy ones end with their turn.
func (d *dispatcher) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mu.closed = true
	for _, w := range d.mu.idle {
		close(w.work)
	}
	for _, p := range d.mu.seats {
		if w := p.stand(); w != nil {
			close(w.work)
		}
	}
	d.mu.idle, d.mu.seats = nil, nil
}

// Schedule runs fn on a goroutine of its own. Protoactor's interface asks for it; the kernel's mailbox hands over processes instead.
func (d *dispatcher) Schedule(fn func()) {
	go fn() // ends with fn; nothing of ours comes this way
}

// Throughput is how many messages a turn may handle.
func (d *dispatcher) Throughput() int { return turnQuantum }

// sit lets the process keep a worker, and keep w if it has not become busy again; seated is false if it may already, or has ended.
func (p *Proc) sit(w *worker) (seated, kept bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seated || p.phase >= fenced {
		return false, false
	}
	p.seated = true
	if !p.scheduled {
		p.kept = w
	}
	return true, !p.scheduled
}

// stand ends that and returns the worker that the process kept, if any.
func (p *Proc) stand() *worker {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.kept
	p.seated, p.kept = false, nil
	return w
}

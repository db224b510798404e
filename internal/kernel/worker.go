// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"runtime"
	"sync"
)

// dispatcher runs ready processes on warm workers: goroutines whose stacks have grown once and are kept. As many run as there are
// ready processes, so a process that blocks never holds up another; idle ones beyond a small number end.
//
// It implements protoactor's Dispatcher, which is how a process's mailbox gets it.
type dispatcher struct {
	maxIdle int
	mu      struct {
		sync.Mutex
		idle   []*worker // parked, most recently used last
		closed bool
	}
}

// worker is a goroutine that runs one process at a time. Its channel has room for the one process it may be handed while parked:
// ready sends, nobody closes but close.
type worker struct{ work chan *Proc }

func newDispatcher() *dispatcher {
	return &dispatcher{maxIdle: 16 + 8*runtime.GOMAXPROCS(0)}
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
	d.mu.Unlock()
	w := &worker{work: make(chan *Proc, 1)}
	go d.run(w, p) // ends when parked in excess, or by close
}

func (d *dispatcher) run(w *worker, p *Proc) {
	for ok := true; ok; p, ok = <-w.work {
		p.turn()
		if !d.park(w) {
			return
		}
	}
}

// park puts the worker on the idle list; false means that it is to end.
func (d *dispatcher) park(w *worker) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mu.closed || len(d.mu.idle) >= d.maxIdle {
		return false
	}
	d.mu.idle = append(d.mu.idle, w)
	return true
}

// close ends the idle workers; the busy ones end with their turn.
func (d *dispatcher) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mu.closed = true
	for _, w := range d.mu.idle {
		close(w.work)
	}
	d.mu.idle = nil
}

// Schedule runs fn on a goroutine of its own. Protoactor's interface asks for it; the kernel's mailbox hands over processes instead.
func (d *dispatcher) Schedule(fn func()) {
	go fn() // ends with fn; nothing of ours comes this way
}

// Throughput is how many messages a turn may handle.
func (d *dispatcher) Throughput() int { return turnQuantum }

// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"sync"
)

// Gate holds goroutines at a place until it is opened. They do not count as activity for [System.WaitQuiet], and a kill does not end the
// wait: it stands for code that blocks where the runtime cannot reach it.
type Gate struct {
	sys *System
	mu  struct {
		sync.Mutex
		open  bool
		waits []*wait
	}
}

// NewGate returns a closed gate.
func (s *System) NewGate() *Gate { return &Gate{sys: s} }

// Wait returns when the gate is open.
func (g *Gate) Wait() {
	w := g.sys.waitFor()
	g.mu.Lock()
	if g.mu.open {
		g.mu.Unlock()
		return
	}
	g.mu.waits = append(g.mu.waits, w)
	if w.state.CompareAndSwap(waitNew, waitInTurn) {
		g.sys.quiet.done() // counted in again by Open
	}
	g.mu.Unlock()
	_ = g.sys.sleep(context.Background(), nil, nil, "a gate", w.done) // a context that does not end
}

// Open lets everybody through, now and later.
func (g *Gate) Open() {
	g.mu.Lock()
	waits := g.mu.waits
	g.mu.open, g.mu.waits = true, nil
	g.mu.Unlock()
	for _, w := range waits {
		w.wake(g.sys)
	}
}

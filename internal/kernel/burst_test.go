// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A burst starts a few workers at a time, and each that sets out starts the next: so all get one if all block, in the order in which they
// became ready.
func TestABurstStartsAFewWorkersAtATime(t *testing.T) {
	d := newDispatcher()
	var started []*Proc
	d.start = func(_ *worker, p *Proc) { started = append(started, p) }
	procs := make([]*Proc, 10*maxFresh)
	for i := range procs {
		procs[i] = &Proc{id: uint64(i)}
		d.ready(procs[i])
	}
	assert.Len(t, started, maxFresh)
	for i := range procs {
		d.setOut() // and blocks
		assert.Len(t, started, min(len(procs), maxFresh+i+1))
	}
	assert.Equal(t, procs, started)
	assert.Zero(t, d.mu.fresh)
}

// A worker that comes to rest while others wait in line goes on with the first of them, also when the dispatcher has been closed.
func TestAWorkerAtRestTakesTheFirstInLine(t *testing.T) {
	d := newDispatcher()
	d.start = func(*worker, *Proc) {}
	procs := make([]*Proc, maxFresh+3)
	for i := range procs {
		procs[i] = &Proc{id: uint64(i)}
		d.ready(procs[i])
	}
	w := &worker{work: make(chan *Proc, 1)}
	for i, close := range []bool{false, false, true} {
		if close {
			d.close()
		}
		next, stays := d.park(w, procs[0])
		assert.Same(t, procs[maxFresh+i], next)
		assert.True(t, stays)
	}
	next, stays := d.park(w, procs[0])
	assert.Nil(t, next)
	assert.False(t, stays, "it has been closed, and nobody waits")
}

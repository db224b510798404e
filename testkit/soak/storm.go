// SPDX-License-Identifier: Apache-2.0

package soak

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"mabeam.dev/actors"
)

const (
	drivers  = 3                     // goroutines that send
	patience = 20 * time.Millisecond // of senders and callers that wait
	turning  = 50 * time.Millisecond // how long a handler hangs at most
	burst    = 150                   // messages that overload a worker
)

// errWaited is the cause with which the waits of the load end.
var errWaited = errors.New("soak: waited long enough")

// storm has the drivers send their share and waits for them.
func (r *run) storm(ctx context.Context, messages int) {
	done := make(chan struct{}) // closed when the drivers have ended
	var load, chaos sync.WaitGroup
	r.gate.Store(r.sys.NewGate())
	chaos.Go(func() { r.turn(done) }) // awaited below
	for i := range r.drivers {
		load.Go(func() { r.drivers[i].send(ctx, messages/len(r.drivers)) }) // awaited below
	}
	load.Wait()
	close(done)
	chaos.Wait()
	r.gate.Load().Open() // whoever still comes to it passes
}

// turn lets hanging handlers go on, all together and again and again, and kills some of their processes before.
func (r *run) turn(done <-chan struct{}) {
	ticker := time.NewTicker(turning)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
		}
		for n := len(r.hanging) / 2; n > 0; n-- {
			(<-r.hanging).Kill()
			r.kills.Add(1)
		}
		r.gate.Swap(r.sys.NewGate()).Open()
	}
}

// hung notes a process whose handler hangs.
func (r *run) hung(p actors.PID) {
	select {
	case r.hanging <- p:
	default: // enough are known
	}
}

// driver is one sender. It belongs to its goroutine.
type driver struct {
	run *run
	id  int
	rng *rand.Rand
	n   uint64 // messages so far
}

// send sends a number of messages, and kills now and then.
func (d *driver) send(ctx context.Context, messages int) {
	for end := d.n + uint64(messages); d.n < end; {
		d.misfortune()
		to := *d.run.slots[d.rng.IntN(len(d.run.slots))].Load()
		do := d.action()
		if do == hang && d.rng.IntN(4) == 0 {
			d.tell(to, hang)
			for range burst {
				d.tell(to, nothing)
			}
			continue
		}
		d.one(ctx, to, do)
	}
}

// action draws what a message is to do.
func (d *driver) action() action {
	switch n := d.rng.IntN(1000); {
	case n < 4:
		return crash
	case n < 6:
		return panics
	case n < 7:
		return goexit
	case n < 9:
		return stop
	case n < 13:
		return hang
	case n < 60:
		return forward
	case n < 70:
		return work
	case n < 200:
		return busy
	}
	return nothing
}

// misfortune kills a worker or, more seldom, a supervisor.
func (d *driver) misfortune() {
	r := d.run
	n := d.rng.IntN(100_000)
	if n >= 306 {
		return
	}
	region, group := d.rng.IntN(r.shape.regions), d.rng.IntN(r.shape.groups)
	switch {
	case n == 0:
		r.supervisor(region, -1).Kill()
	case n < 6:
		r.supervisor(region, group).Kill()
	default:
		r.slots[d.rng.IntN(len(r.slots))].Load().PID().Kill()
	}
	r.kills.Add(1)
}

func (d *driver) next(do action) message {
	d.n++
	return message{do: do, from: d.id, n: d.n}
}

func (d *driver) tell(to actors.Ref[message], do action) {
	d.run.ledger.sent.Add(1)
	to.Tell(d.next(do))
}

// one sends one message in one of the ways there are.
func (d *driver) one(ctx context.Context, to actors.Ref[message], do action) {
	books := &d.run.ledger
	switch n := d.rng.IntN(100); {
	case n < 55:
		d.tell(to, do)
	case n < 75:
		books.sent.Add(1)
		books.told(to.TryTell(d.next(do)))
	case n < 88:
		ctx, cancel := context.WithTimeoutCause(ctx, patience, errWaited)
		defer cancel()
		books.sent.Add(1)
		books.told(to.TellContext(ctx, d.next(do)))
	default:
		ctx, cancel := context.WithTimeoutCause(ctx, patience, errWaited)
		defer cancel()
		d.run.call(ctx, to, d.next(do))
	}
}

// call calls a worker and keeps the books.
func (r *run) call(ctx context.Context, to actors.Ref[message], m message) {
	m.call = &call{}
	r.ledger.calls.Add(1)
	got, err := actors.Call(ctx, to, func(reply actors.Reply[uint64]) message {
		m.reply = reply
		return m
	})
	var ended *actors.CallError
	if err != nil && ctx.Err() != nil && !errors.As(err, &ended) && !errors.Is(err, actors.ErrMailboxFull) && !errors.Is(err, actors.ErrNoProc) {
		err = errWaited // also a stop of the calling process
	}
	r.ledger.outcome(m.call, m.n, got, err)
}

// SPDX-License-Identifier: Apache-2.0

package soak

import (
	"context"
	"errors"
	"runtime"
	"time"

	"mabeam.dev/actors"
)

// errCrash is what workers crash with.
var errCrash = errors.New("soak: a crash on purpose")

// worker is one incarnation of a process of the tree.
type worker struct {
	run  *run
	slot int
	last [drivers]uint64 // the newest message of each driver
}

// Init says where the process is to be found.
func (w *worker) Init(ctx *actors.Context[message]) error {
	self := ctx.Self()
	w.run.slots[w.slot].Store(&self)
	w.run.incarnations.Add(1)
	return nil
}

// Receive keeps the books and does what the message says.
func (w *worker) Receive(ctx *actors.Context[message], m message) (err error) {
	if m.do == tick {
		return nil
	}
	books := &w.run.ledger
	books.begin(m)
	returned := false
	defer func() {
		switch {
		case ctx.PID().Fenced():
			books.void.Add(1)
		case returned && (err == nil || errors.Is(err, actors.Stop)):
			books.inOrder.Add(1)
		default:
			books.byCrash.Add(1)
		}
	}()
	if m.from >= 0 {
		if m.n <= w.last[m.from] {
			books.violation("%s handled message %d of sender %d after message %d", ctx.PID(), m.n, m.from, w.last[m.from])
		}
		w.last[m.from] = m.n
	}
	err = w.act(ctx, m)
	returned = true
	return err
}

func (w *worker) act(ctx *actors.Context[message], m message) error {
	switch m.do {
	case nothing, tick:
	case busy:
		for range 20 {
			runtime.Gosched()
		}
	case crash:
		return errCrash
	case panics:
		panic(errCrash)
	case goexit:
		runtime.Goexit()
	case stop:
		m.reply.Send(m.n)
		return actors.Stop
	case hang:
		w.run.hangs.Add(1)
		w.run.hung(ctx.PID())
		w.run.gate.Load().Wait()
	case forward:
		w.pass(ctx, m)
	case work:
		ctx.After(time.Hour, message{do: tick})
		ctx.Do(func(context.Context) { runtime.Gosched() })
	}
	m.reply.Send(m.n)
	return nil
}

// pass sends something on to a worker behind this one: never back, so that nobody waits in a circle.
func (w *worker) pass(ctx *actors.Context[message], m message) {
	rest := len(w.run.slots) - w.slot - 1
	if rest == 0 {
		return
	}
	to := *w.run.slots[w.slot+1+int(m.n%uint64(rest))].Load()
	next := message{do: busy, from: passer, n: m.n}
	books := &w.run.ledger
	switch m.n % 4 {
	case 0:
		books.sent.Add(1)
		to.From(ctx).Tell(next)
	case 1:
		books.sent.Add(1)
		books.told(to.From(ctx).TryTell(next))
	case 2:
		wait, cancel := ctx.WithTimeout(patience)
		defer cancel()
		books.sent.Add(1)
		books.told(asked(ctx, to.TellContext(wait, next)))
	default:
		wait, cancel := ctx.WithTimeout(patience)
		defer cancel()
		w.run.call(wait, to, next)
	}
}

// asked maps the end of a wait that a stop of the process has cut short.
func asked(ctx *actors.Context[message], err error) error {
	if err != nil && ctx.Err() != nil {
		return errWaited
	}
	return err
}

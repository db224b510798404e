// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"errors"
	"fmt"
	"io"

	"mabeam.dev/actors"
)

// Message is what the journal's process takes. Messages are made by [Journal] alone.
type Message interface{ journal() }

// write asks for appends.
type write struct {
	appends []Append
	ticket  *ticket
	refused error // set if there was no room; then appends is empty, and the answer is only this, in its place among the others
	reply   actors.Reply[[]Outcome]
}

// keep asks for a snapshot to be kept.
type keep struct {
	snap  Snap
	reply actors.Reply[struct{}]
}

// flush is the process's own message: it queues behind the appends that wait in the mailbox, so when it comes they have all been taken.
type flush struct{}

func (write) journal() {}
func (keep) journal()  {}
func (await) journal() {}
func (flush) journal() {}

// journalActor is one incarnation. All its state belongs to the process.
type journalActor struct {
	journal *Journal
	waiting []write // taken and not yet committed, oldest first
	loads   []load  // of waiting
	armed   bool    // a flush is on its way
	ahead   waiters // who waits for the head to rise
}

// Init refuses to run on a poisoned store: restarting cannot mend a disk, so the supervisor is to give up and pass the fault on.
func (a *journalActor) Init(ctx *actors.Context[Message]) error {
	if cause := a.journal.store.Stats().Poisoned; cause != nil {
		return fmt.Errorf("%w (%w)", ErrPoisoned, cause)
	}
	a.journal.gate.sys.Store(actors.SystemOf(ctx))
	a.journal.gate.renew()
	pid := ctx.PID()
	a.journal.pid.Store(&pid)
	return nil
}

// Receive takes a request or writes what was taken.
func (a *journalActor) Receive(ctx *actors.Context[Message], msg Message) error {
	switch m := msg.(type) {
	case write:
		a.waiting = append(a.waiting, m)
		a.loads = append(a.loads, loadOf(m.appends))
		a.arm(ctx)
		return nil
	case keep:
		err := a.journal.store.PutSnapshot(context.WithoutCancel(ctx), m.snap)
		if err != nil {
			m.reply.Fail(err)
			return a.fatal(err)
		}
		m.reply.Send(struct{}{})
		return nil
	case await:
		return a.ahead.add(ctx, a.journal.store, m)
	case upkeep:
		return a.carryOut(ctx, m)
	case flush:
		a.armed = false
		if err := a.commit(ctx); err != nil {
			return err
		}
		a.arm(ctx)
		return nil
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
}

// Terminate writes what was taken before an ordered stop. After a crash the requests fail with it instead.
func (a *journalActor) Terminate(ctx *actors.Context[Message], why actors.Reason) error {
	for len(a.waiting) > 0 && !why.Abnormal() {
		if err := a.commit(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (a *journalActor) arm(ctx *actors.Context[Message]) {
	if !a.armed && len(a.waiting) > 0 {
		a.armed = true
		ctx.Self().Tell(flush{})
	}
}

// commit writes one group and answers its requests. The context only identifies the process: a commit that has begun is not cut off.
func (a *journalActor) commit(ctx *actors.Context[Message]) error {
	n := groupSize(a.loads, load{a.journal.o.GroupAppends, a.journal.o.GroupBytes})
	var group []Append
	for _, w := range a.waiting[:n] {
		group = append(group, w.appends...)
	}
	err := a.name(ctx, group)
	var out []Outcome
	if err == nil && len(group) > 0 {
		out, err = a.journal.store.AppendGroup(context.WithoutCancel(ctx), group)
	}
	for i, w := range a.waiting[:n] {
		w.ticket.giveBack()
		switch {
		case w.refused != nil:
			w.reply.Fail(w.refused)
		case err != nil:
			w.reply.Fail(err)
		default:
			w.reply.Send(out[:len(w.appends):len(w.appends)])
			out = out[len(w.appends):]
		}
		a.waiting[i] = write{} // let go of the events
	}
	a.waiting, a.loads = a.waiting[n:], a.loads[n:]
	if len(a.waiting) == 0 {
		a.waiting, a.loads = nil, nil // memory given back after a burst
	}
	if err == nil {
		err = a.ahead.answer(ctx, a.journal.store)
	}
	return a.fatal(err)
}

// fatal gives the error that ends the process, if it is one: after it the store acknowledges nothing more.
func (a *journalActor) fatal(err error) error {
	if errors.Is(err, ErrPoisoned) || errors.Is(err, ErrClosed) {
		return err
	}
	return nil
}

// name gives ids to the events that have none.
func (a *journalActor) name(ctx *actors.Context[Message], group []Append) error {
	for i := range group {
		for k := range group[i].Events {
			e := &group[i].Events[k]
			if !e.ID.IsZero() {
				continue
			}
			var entropy [10]byte
			if _, err := io.ReadFull(a.journal.o.Entropy, entropy[:]); err != nil {
				return fmt.Errorf("events: make an id: %w", err)
			}
			e.ID = MakeID(ctx.Now(), entropy)
		}
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// The types of the events in the stream of an auction.
const (
	auctionCreated  = "market.auction.created"  // the spec; the first
	auctionInput    = "market.auction.input"    // inputs that were accepted, one a line
	auctionSettling = "market.auction.settling" // the transaction that settles; a successor posts the same
)

// outageGrace is how late a timer may be before its delay counts as an outage.
const outageGrace = time.Second

// auctioneerActor is one incarnation. All its state belongs to the process, which blocks in the journal and the ledger: meanwhile the mailbox
// fills, and what is in it makes the next batch.
type auctioneerActor struct {
	h        *Auctioneer
	ref      string // of its holds
	m        *auction.Machine
	version  uint64 // of the stream
	epoch    uint64 // of the ledger's ref
	count    uint64 // of holds and releases of this incarnation
	holds    []ledger.Hold
	set      map[string]money.Amount // of holds in the currency, by owner
	settling *ledger.Transaction
	kept     bool // it is not posted yet: somebody is under review
	waiting  []auctionPlace
	armed    bool      // work is on its way
	solving  bool      // a solver is at work
	doubled  int       // how often its budget was
	crashed  int       // how often a solver has, since the last that did not
	due      time.Time // of the timer that was set last
	pause    time.Duration
}

// Init publishes who lives, and reads the journal in the next turn.
func (a *auctioneerActor) Init(ctx *actors.Context[AuctioneerMessage]) error {
	pid := ctx.PID()
	a.h.pid.Store(&pid)
	ctx.Continue(auctionWake{})
	return nil
}

// Receive takes an input, or does what is to be done.
func (a *auctioneerActor) Receive(ctx *actors.Context[AuctioneerMessage], msg AuctioneerMessage) error {
	switch m := msg.(type) {
	case auctionPlace:
		if len(a.waiting) >= waitingLimit {
			m.reply.Fail(fmt.Errorf("market: auction %q: %d bids wait: %w", a.h.o.Spec.ID, len(a.waiting), actors.ErrMailboxFull))
			return nil
		}
		a.waiting = append(a.waiting, m)
		a.arm(ctx)
		return nil
	case auctionWake:
		return a.wake(ctx)
	case auctionWork:
		a.armed = false
		return a.work(ctx)
	case auctionDue:
		return a.onTime(ctx)
	case auctionSolve:
		return a.solved(ctx, m)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
}

func (a *auctioneerActor) arm(ctx *actors.Context[AuctioneerMessage]) {
	if !a.armed && len(a.waiting) > 0 {
		a.armed = true
		ctx.Self().Tell(auctionWork{})
	}
}

// wake makes the auction that the journal tells, takes the ledger's ref over, and goes on where its predecessor stopped.
func (a *auctioneerActor) wake(ctx *actors.Context[AuctioneerMessage]) error {
	begin := ctx.Now()
	if err := a.patiently(ctx, func() error { return a.read(ctx) }); err != nil {
		return err
	}
	if err := a.patiently(ctx, func() (err error) {
		if a.epoch, err = a.h.o.Ledger.Take(ctx, a.ref); err != nil {
			return err
		}
		holds, err := a.h.o.Ledger.Reconcile(ctx, a.ref)
		a.keep(holds)
		return err
	}); err != nil {
		return err
	}
	telemetry.Emit(ctx.Events(), ProcessRecovered{Process: a.h.o.Name, Family: "market.auction", Stream: a.h.o.Stream, Version: a.version, Took: ctx.Now().Sub(begin)})
	if in, ok := a.m.Timer(); ok && a.m.State() != auction.Scheduled && ctx.Now().Sub(in.When()) > outageGrace {
		down := ctx.Now().Sub(a.m.Last())
		if a.m.Spec().Kind == auction.Dutch {
			down = ctx.Now().Sub(in.When())
		}
		if err := a.commit(ctx, auction.Outage{At: ctx.Now(), Down: min(down, auction.MaxLength)}); err != nil {
			return err
		}
	}
	return a.advance(ctx)
}

// patiently repeats what ended for want of a journal or a ledger, with longer and longer pauses. It ends with other errors and with
// the process.
func (a *auctioneerActor) patiently(ctx *actors.Context[AuctioneerMessage], do func() error) error {
	for pause := a.pause; ; pause = min(2*pause, lastPause) {
		err := do()
		if err == nil || ctx.Err() != nil || !errors.Is(err, ErrUnavailable) && !errors.Is(err, actors.ErrMailboxFull) {
			return err
		}
		if err := ctx.System().Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// read makes the machine. An append of an earlier incarnation may still be on its way: one that no version allows is answered after it.
func (a *auctioneerActor) read(ctx *actors.Context[AuctioneerMessage]) error {
	j, stream := a.h.o.Journal, a.h.o.Stream
	if _, err := j.Append(ctx, stream, math.MaxInt64, Event{Type: auctionInput}); !errors.Is(err, ErrVersion) {
		return fmt.Errorf("market: auction %q: %w: %w", a.h.o.Spec.ID, ErrUnavailable, err)
	}
	a.m, a.settling, a.version = nil, nil, 0
	err := j.Read(ctx, stream, 0, func(version uint64, ev Event) error {
		a.version = version
		return a.replay(ev)
	})
	if err != nil || a.m != nil {
		return err
	}
	spec := a.h.o.Spec
	data, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	if err := a.append(ctx, Event{auctionCreated, data}); err != nil {
		return err
	}
	a.m, err = auction.New(spec)
	return err
}

func (a *auctioneerActor) replay(ev Event) error {
	switch ev.Type {
	case auctionCreated:
		var spec auction.Spec
		if err := json.Unmarshal(ev.Data, &spec); err != nil {
			return fmt.Errorf("market: decode auction: %w", err)
		}
		var err error
		a.m, err = auction.New(spec)
		return err
	case auctionSettling:
		a.settling = new(ledger.Transaction)
		return json.Unmarshal(ev.Data, a.settling)
	}
	for _, data := range lines(ev.Data) {
		in, err := auction.Decode(data)
		if err == nil {
			_, err = a.m.Step(in)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// append makes events durable. If that is in doubt the process ends, and its successor reads what became of it.
func (a *auctioneerActor) append(ctx context.Context, list ...Event) error {
	if len(list) == 0 {
		return nil
	}
	next, err := a.h.o.Journal.Append(ctx, a.h.o.Stream, a.version, list...)
	if errors.Is(err, ErrVersion) {
		return actors.StopWith(err)
	}
	if err != nil {
		return err
	}
	a.version = next
	return nil
}

func (a *auctioneerActor) publish() {
	v := a.m.View()
	a.h.seen.Store(&v)
}

// onTime feeds the auction what is due by time.
func (a *auctioneerActor) onTime(ctx *actors.Context[AuctioneerMessage]) error {
	a.due = time.Time{}
	if in, ok := a.m.Timer(); ok && !ctx.Now().Before(in.When()) {
		if err := a.commit(ctx, stamped(in, ctx.Now())); err != nil {
			return err
		}
	}
	return a.advance(ctx)
}

// advance does what the state asks for: it decides, charges, settles, gives back and sets the next timer.
func (a *auctioneerActor) advance(ctx *actors.Context[AuctioneerMessage]) error {
	if a.solving && a.m.State() == auction.Closing {
		return nil
	}
	a.publish()
	for waits := false; !waits; {
		was := a.m.State()
		var err error
		switch was {
		case auction.Closing:
			if p := a.m.Problem(); len(p.Offers) > 0 {
				a.solve(ctx, p)
				return nil
			}
			err = a.decision(ctx, auction.Decide{At: ctx.Now()})
		case auction.Decided:
			if a.owes() {
				err = a.commit(ctx, auction.Charge{At: ctx.Now()})
			} else {
				err = a.settle(ctx)
			}
		case auction.Settling:
			err = a.charge(ctx)
		}
		if err != nil {
			return err
		}
		waits = a.m.State() == was
	}
	if len(a.waiting) == 0 || a.m.State().Terminal() { // else with the holds of the next batch
		if err := a.giveBack(ctx); err != nil {
			return err
		}
	}
	if a.m.State().Terminal() {
		return actors.Stop
	}
	due, ok := a.payBy()
	ok = ok && !a.kept // else the exchange says when to go on
	if in, timed := a.m.Timer(); timed {
		due, ok = in.When(), true
	}
	if ok && !due.Equal(a.due) {
		a.due = due
		ctx.At(due, auctionDue{})
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/auction"
	"mabeam.dev/supervision"
)

// AuctioneerOptions set up an auctioneer. Name, Stream, Journal, Ledger and Spec must be set.
type AuctioneerOptions struct {
	// Name is the process's name.
	Name string
	// Stream is where the auction's log is. What it has been begun with counts, whatever Spec says.
	Stream  string
	Journal Journal
	// Ledger holds what bids could cost and pays for what was sold, under the ref "auction/" and the id of the auction.
	Ledger *Ledger
	// Spec is the rules.
	Spec auction.Spec
	// Solver decides combinatorial auctions; others need none. One that crashes is asked again, and where the rules ask for a proof and the answer is
	// not proven, again with its budget doubled (Problem.Doubled): three times at most, and then nothing is sold.
	Solver auction.Solver
	// PayWithin is how long winners have to pay what their deposit (Spec.DepositPerMillion) leaves open; 0 means that they must have it when the auction
	// is decided. It is taken at the decision or, where it is not there then, at the end of the time.
	PayWithin time.Duration

	limit    *turnstile // how fast bids may come; nil is no limit
	reviewed *reviewed  // who is paid nothing for now; nil is nobody
}

// Auctioneer is the handle of the process that holds one auction. It outlives restarts of the process and may be used from any goroutine. The
// process ends by itself when the auction has.
type Auctioneer struct {
	o    AuctioneerOptions
	pid  atomic.Pointer[actors.PID] // the living incarnation; set by its Init
	seen atomic.Pointer[auction.View]
	ref  actors.Ref[AuctioneerMessage]
}

// AuctioneerMessage is what auctioneers take. Their handles make the messages.
type AuctioneerMessage interface{ auctioneer() }

type (
	// auctionPlace asks for an input.
	auctionPlace struct {
		in    auction.Input
		reply actors.Reply[auction.Result]
	}
	auctionWake  struct{} // read the journal, before anything is done
	auctionWork  struct{} // queues behind what was placed: do it all
	auctionDue   struct{} // a timer
	auctionSolve struct { // what the solver said
		answer auction.Answer
		err    error
	}
)

func (auctionPlace) auctioneer() {}
func (auctionWake) auctioneer()  {}
func (auctionWork) auctioneer()  {}
func (auctionDue) auctioneer()   {}
func (auctionSolve) auctioneer() {}

// NewAuctioneer makes the handle, or returns everything that is wrong. A supervisor starts the process from Child.
func NewAuctioneer(o AuctioneerOptions) (*Auctioneer, error) {
	var problems []error
	bad := func(wrong bool, what string) {
		if wrong {
			problems = append(problems, fmt.Errorf("market: auctioneer %q: %s", o.Name, what))
		}
	}
	bad(o.Name == "", "no name")
	bad(o.Stream == "", "no stream")
	bad(o.Journal == nil, "no journal")
	bad(o.Ledger == nil, "no ledger")
	bad(o.Spec.Kind == auction.Combinatorial && o.Solver == nil, "no solver")
	bad(o.PayWithin < 0 || o.PayWithin > auction.MaxLength, fmt.Sprintf("winners pay within %v, want 0 to %v", o.PayWithin, auction.MaxLength))
	if err := errors.Join(append(problems, o.Spec.Validate())...); err != nil {
		return nil, err
	}
	a := &Auctioneer{o: o}
	a.ref = actors.Resolved[AuctioneerMessage](actors.PID{}, o.Name, func() actors.PID {
		if pid := a.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return a, nil
}

// Name gives the name under which the process is to be started.
func (a *Auctioneer) Name() string { return a.o.Name }

// Behavior makes a new incarnation's behaviour. One lives at a time.
func (a *Auctioneer) Behavior() actors.Behavior[AuctioneerMessage] {
	return &auctioneerActor{h: a, ref: "auction/" + a.o.Spec.ID, pause: firstPause}
}

// ProcessOptions are the options the process is to be started with.
func (a *Auctioneer) ProcessOptions() []actors.Option {
	return []actors.Option{actors.Kind("market.auction")}
}

// Child describes the process for a dynamic supervisor: restarted after a crash, from its journal, and forgotten when the auction is over.
func (a *Auctioneer) Child() supervision.Child {
	c := supervision.Worker(a.o.Name, a.Behavior, a.ProcessOptions()...)
	c.Restart = supervision.Transient
	return c
}

// View returns what everybody may know, as far as it is durable; false before the process was first ready. It asks no process, and answers
// when the auction is over, too.
func (a *Auctioneer) View() (auction.View, bool) {
	if v := a.seen.Load(); v != nil {
		return *v, true
	}
	return auction.View{}, false
}

// place has an input accepted and returns when it is durable.
func (a *Auctioneer) place(ctx context.Context, in auction.Input) (auction.Result, error) {
	r, err := actors.CallForever(ctx, a.ref, func(reply actors.Reply[auction.Result]) AuctioneerMessage { return auctionPlace{in, reply} })
	var died *actors.CallError
	if errors.Is(err, actors.ErrNoProc) || errors.Is(err, actors.ErrStopped) || errors.As(err, &died) {
		if v := a.seen.Load(); v != nil && v.State.Terminal() {
			return r, fmt.Errorf("market: auction %q: %v: %w", a.o.Spec.ID, v.State, auction.ErrClosed)
		}
		return r, fmt.Errorf("market: auction %q: %w: %w", a.o.Spec.ID, ErrUnavailable, err)
	}
	return r, err
}

// Announce sets the owner's lots, or a buyer's ceiling, aside and makes the auction open at its time (Spec.StartAt).
func (a *Auctioneer) Announce(ctx context.Context) (auction.Result, error) {
	return a.place(ctx, auction.Announce{})
}

// Open sets the owner's lots, or a buyer's ceiling, aside and opens the auction. Weights rank the bids of a weighted one.
func (a *Auctioneer) Open(ctx context.Context, weights ...auction.Weight) (auction.Result, error) {
	return a.place(ctx, auction.Start{Weights: weights})
}

// Bid sets aside what the bid could cost, and places it. The stamp is that of the process. Give it a key: after ErrUnavailable the same bid is
// to be placed again, and counts once. When the auction is over it is auction.ErrClosed, whatever became of the bid before: the View tells. Errors
// are those of auction.Machine.Step and of ledger.Book.Apply.
func (a *Auctioneer) Bid(ctx context.Context, b auction.Bid) (auction.Result, error) {
	return a.place(ctx, b)
}

// Accept takes pieces at the price of the clock, as Bid places a bid.
func (a *Auctioneer) Accept(ctx context.Context, in auction.Accept) (auction.Result, error) {
	return a.place(ctx, in)
}

// Reveal tells what a commitment stands for.
func (a *Auctioneer) Reveal(ctx context.Context, in auction.Reveal) (auction.Result, error) {
	return a.place(ctx, in)
}

// Withdraw takes a bid back; what was held for it is available again.
func (a *Auctioneer) Withdraw(ctx context.Context, in auction.Withdraw) (auction.Result, error) {
	return a.place(ctx, in)
}

// Cancel calls the auction off; everything goes back. With bids, an operator has to, with a reason.
func (a *Auctioneer) Cancel(ctx context.Context, in auction.Cancel) (auction.Result, error) {
	return a.place(ctx, in)
}

// Suspend stops the auction where it is; what is held stays so.
func (a *Auctioneer) Suspend(ctx context.Context, reason string) (auction.Result, error) {
	return a.place(ctx, auction.Suspend{Reason: reason})
}

// Resume goes on with an auction that stood still for some time.
func (a *Auctioneer) Resume(ctx context.Context, down time.Duration) (auction.Result, error) {
	return a.place(ctx, auction.Resume{Down: down})
}

// stamped is an input with the time of the process.
func stamped(in auction.Input, now time.Time) auction.Input {
	switch in := in.(type) {
	case auction.Announce:
		in.At = now
		return in
	case auction.Start:
		in.At = now
		return in
	case auction.Bid:
		in.At = now
		return in
	case auction.Accept:
		in.At = now
		return in
	case auction.Reveal:
		in.At = now
		return in
	case auction.Withdraw:
		in.At = now
		return in
	case auction.Cancel:
		in.At = now
		return in
	case auction.Suspend:
		in.At = now
		return in
	case auction.Resume:
		in.At = now
		return in
	case auction.Tick:
		in.At = now
		return in
	case auction.Close:
		in.At = now
		return in
	}
	return in
}

// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/telemetry"
)

// Create makes an auction, in Draft, and returns when it is durable and its auctioneer is up. Without an id it is given one. The same spec under
// the same id is the same auction, whenever it comes, and another spec is auction.ErrIdempotencyConflict. A spec that cannot be is refused with
// all its mistakes, each an *auction.SpecError, and every new one with ErrHalted while the market is halted.
func (x *Exchange) Create(ctx context.Context, spec auction.Spec) (Auction, error) {
	if spec.ID != "" {
		if _, err := x.index.find(spec.ID); errors.Is(err, ErrUnknownAuction) { // it may be over for so long that it was forgotten
			if was, err := x.past(ctx, spec.ID); err == nil {
				if !sameSpec(was.Spec, spec) {
					return Auction{}, fmt.Errorf("market: create auction %.100q: %w", spec.ID, auction.ErrIdempotencyConflict)
				}
				if was.View.State.Terminal() {
					return was, nil
				}
			} else if !errors.Is(err, ErrUnknownAuction) {
				return Auction{}, err
			}
		}
	}
	a, err := x.book.ask(ctx, exchangeCommand{step: &exchangeStep{Kind: stepCreate, Spec: &spec}})
	if err != nil {
		return Auction{}, err
	}
	if err := x.ensure(ctx, a.row); err != nil {
		return Auction{}, err
	}
	return a.row.public(), nil
}

// Brake refuses new auctions with ErrHalted from now on, or no more. Those that are there go on, and the repetition of a creation is answered.
func (x *Exchange) Brake(ctx context.Context, on bool) error {
	kind := stepGo
	if on {
		kind = stepBrake
	}
	_, err := x.book.ask(ctx, exchangeCommand{step: &exchangeStep{Kind: kind}})
	return err
}

// ensure waits until the auctioneer is up.
func (x *Exchange) ensure(ctx context.Context, r *listed) error {
	if r.halted != "" || r.over() {
		return nil
	}
	_, err := actors.CallForever(ctx, x.floor.ref, func(reply actors.Reply[struct{}]) floorMessage { return floorEnsure{r.spec.ID, reply} })
	return x.book.judge(err)
}

// at has an auctioneer do something. An auction that is over answers what it answered, or refuses.
func (x *Exchange) at(ctx context.Context, id string, in auction.Input, do func(*Auctioneer) (auction.Result, error)) (auction.Result, error) {
	r, err := x.index.find(id)
	switch {
	case errors.Is(err, ErrUnknownAuction):
		return x.late(ctx, id, in)
	case err != nil:
		return auction.Result{}, err
	case r.over():
		return x.late(ctx, id, in)
	case x.related(r.spec.Owner, bidderOf(in)):
		return auction.Result{}, fmt.Errorf("market: auction %.100q: %.100q: %w", id, bidderOf(in), auction.ErrRelatedParty)
	case r.halted != "":
		return auction.Result{}, fmt.Errorf("market: auction %.100q: %s: %w", id, r.halted, auction.ErrSuspended)
	}
	begin := x.now()
	result, err := do(r.runs)
	if bidderOf(in) != "" {
		telemetry.Emit(x.bus(), BidAnswered{r.log.about, fault.CodeOf(err), x.now().Sub(begin)})
	}
	if v, ok := r.runs.View(); ok {
		r.log.moved(x.bus(), v)
	}
	if (errors.Is(err, ErrUnavailable) || errors.Is(err, auction.ErrClosed)) && r.over() {
		return x.late(ctx, id, in)
	}
	return result, err
}

// related reports whether a bidder belongs to the party of an owner, without being the owner.
func (x *Exchange) related(owner, bidder string) bool {
	return bidder != owner && x.party[owner] != 0 && x.party[owner] == x.party[bidder]
}

// late answers an input for an auction that is over, from its journal: a repetition gets the first answer, and everything else its refusal.
func (x *Exchange) late(ctx context.Context, id string, in auction.Input) (auction.Result, error) {
	m, err := x.fold(ctx, id)
	if err != nil {
		return auction.Result{}, err
	}
	if !m.State().Terminal() { // of another exchange, or called off without its auctioneer
		return auction.Result{}, fmt.Errorf("market: auction %.100q: %w", id, auction.ErrClosed)
	}
	return m.Step(in)
}

// Open sets aside what the owner sells or may have to pay, and opens the auction. Weights rank the bids of a weighted one. An auction that is open
// already, or further, answers as a Duplicate.
func (x *Exchange) Open(ctx context.Context, id string, weights ...auction.Weight) (auction.Result, error) {
	r, err := x.at(ctx, id, auction.Start{Weights: weights}, func(a *Auctioneer) (auction.Result, error) { return a.Open(ctx, weights...) })
	var state *auction.StateError
	if errors.As(err, &state) && state.Have >= auction.Open && state.Have < auction.Suspended {
		return auction.Result{Duplicate: true}, nil
	}
	return r, err
}

// Announce makes a draft wait for the time of its spec, at which it opens.
func (x *Exchange) Announce(ctx context.Context, id string) (auction.Result, error) {
	return x.at(ctx, id, auction.Announce{}, func(a *Auctioneer) (auction.Result, error) { return a.place(ctx, auction.Announce{}) })
}

// Bid sets aside what the bid could cost, and places it; see Auctioneer.Bid. Give it a key: after ErrUnavailable the same bid is to be placed
// again, and counts once, even if the auction has ended since. One that comes faster than the exchange allows is an *integrity.LimitedError.
func (x *Exchange) Bid(ctx context.Context, id string, in auction.Bid) (auction.Result, error) {
	return x.at(ctx, id, in, func(a *Auctioneer) (auction.Result, error) { return a.Bid(ctx, in) })
}

// Accept takes pieces at the price of the clock, as Bid places a bid.
func (x *Exchange) Accept(ctx context.Context, id string, in auction.Accept) (auction.Result, error) {
	return x.at(ctx, id, in, func(a *Auctioneer) (auction.Result, error) { return a.Accept(ctx, in) })
}

// Reveal tells what a commitment stands for.
func (x *Exchange) Reveal(ctx context.Context, id string, in auction.Reveal) (auction.Result, error) {
	return x.at(ctx, id, in, func(a *Auctioneer) (auction.Result, error) { return a.Reveal(ctx, in) })
}

// Withdraw takes a bid back; what was held for it is available again.
func (x *Exchange) Withdraw(ctx context.Context, id string, in auction.Withdraw) (auction.Result, error) {
	return x.at(ctx, id, in, func(a *Auctioneer) (auction.Result, error) { return a.Withdraw(ctx, in) })
}

// Suspend stops an auction where it is; what is held stays so. Its auctioneer goes on living.
func (x *Exchange) Suspend(ctx context.Context, id, reason string) (auction.Result, error) {
	return x.at(ctx, id, auction.Suspend{Reason: reason}, func(a *Auctioneer) (auction.Result, error) { return a.Suspend(ctx, reason) })
}

// Resume goes on with an auction that was suspended, and stood still for some time; or that was halted, for which its rule of outages says what
// that time counts.
func (x *Exchange) Resume(ctx context.Context, id string, down time.Duration) (auction.Result, error) {
	r, err := x.index.find(id)
	if err == nil && r.halted != "" && r.end == nil {
		a, err := x.book.ask(ctx, exchangeCommand{step: &exchangeStep{Kind: stepResume, ID: id}})
		if err != nil {
			return auction.Result{}, err
		}
		return auction.Result{}, x.ensure(ctx, a.row)
	}
	return x.at(ctx, id, auction.Resume{Down: down}, func(a *Auctioneer) (auction.Result, error) { return a.Resume(ctx, down) })
}

// Cancel calls an auction off; everything goes back. With bids, an operator has to, with a reason. So it is with one that is halted: the refund then
// needs no auctioneer.
func (x *Exchange) Cancel(ctx context.Context, id string, in auction.Cancel) (auction.Result, error) {
	r, err := x.index.find(id)
	if err == nil && r.halted != "" && r.end == nil {
		return auction.Result{}, x.refund(ctx, r, in)
	}
	return x.at(ctx, id, in, func(a *Auctioneer) (auction.Result, error) { return a.Cancel(ctx, in) })
}

// refund calls a halted auction off: its auctioneer is fenced out of the ledger, and what is held goes back. An auction that has settled is over
// as what it is.
func (x *Exchange) refund(ctx context.Context, r *listed, in auction.Cancel) error {
	id := r.spec.ID
	if !in.Operator || in.Reason == "" {
		return fmt.Errorf("market: cancel auction %.100q: an operator has to, with a reason: %w", id, auction.ErrUnauthorized)
	}
	ref := "auction/" + id
	epoch, err := x.o.Ledger.Take(ctx, ref)
	if err != nil {
		return err
	}
	holds, err := x.o.Ledger.Reconcile(ctx, ref)
	if err != nil {
		return err
	}
	end := r.view()
	if r.refund == "" && len(holds) == 0 {
		m, settling, err := x.read(ctx, id)
		if err != nil && !errors.Is(err, ErrUnknownAuction) {
			return err
		}
		if settling { // all holds end with the settlement, and only with it
			end = m.View()
			end.State = auction.Settled
			if !end.Outcome.Sold {
				end.State = auction.NoSale
			}
			if _, err := x.book.ask(ctx, exchangeCommand{step: &exchangeStep{Kind: stepEnd, ID: id, View: &end}}); err != nil {
				return err
			}
			return fmt.Errorf("market: cancel auction %.100q: %w", id, &auction.StateError{Have: end.State, Event: "cancel"})
		}
	}
	if _, err := x.book.ask(ctx, exchangeCommand{step: &exchangeStep{Kind: stepRefund, ID: id, Reason: in.Reason}}); err != nil {
		return err
	}
	if len(holds) > 0 {
		ids := make([]string, len(holds))
		for i, h := range holds {
			ids[i] = h.ID
		}
		if _, err := x.o.Ledger.Post(ctx, ledger.Release(fmt.Sprintf("%s/refund/%d", ref, epoch), ids, ledger.Fence{Ref: ref, Epoch: epoch})); err != nil {
			return err
		}
	}
	end.State, end.Outcome = auction.Cancelled, nil
	_, err = x.book.ask(ctx, exchangeCommand{step: &exchangeStep{Kind: stepEnd, ID: id, View: &end}})
	return err
}

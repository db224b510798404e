// SPDX-License-Identifier: Apache-2.0

package market

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// inputLimit is how many bytes an input may be when it is encoded. A batch of them fits into one event.
const inputLimit = 256 << 10

// placed is an input of a batch on its way through the stages.
type placed struct {
	auctionPlace
	prepared auction.Prepared
	bidder   string // who needs a hold; empty for nobody
	refused  error  // why the ledger has not set aside what the bid was thought to need
	needed   money.Amount
	result   auction.Result
	err      error
}

// work takes what waits through the stages: what the bids could cost is set aside, each is decided with what was, what was accepted is made
// durable, and then all are answered. After a crash in between callers hear of that instead: what was set aside and is explained by no bid
// goes back when the successor wakes.
func (a *auctioneerActor) work(ctx *actors.Context[AuctioneerMessage]) error {
	batch := a.take(ctx)
	if err := a.reserve(ctx, batch); err != nil {
		return err
	}
	data, err := a.decide(ctx, batch)
	if err != nil {
		return err
	}
	if len(data) > 0 {
		if err := a.append(ctx, Event{auctionInput, data}); err != nil {
			return err
		}
		a.publish()
	}
	for i := range batch {
		if p := &batch[i]; p.err != nil {
			p.reply.Fail(p.err)
		} else {
			p.reply.Send(p.result)
		}
	}
	a.arm(ctx)
	return a.advance(ctx)
}

// take prepares the inputs that wait, as many as one append holds.
func (a *auctioneerActor) take(ctx *actors.Context[AuctioneerMessage]) []placed {
	now := ctx.Now().UTC()
	n, size := 0, 0
	batch := make([]placed, min(len(a.waiting), BatchLimit))
	passed := map[auction.Request]bool{}
	for ; n < len(batch) && size < inputLimit; n++ {
		p := &batch[n]
		p.auctionPlace = a.waiting[n]
		a.waiting[n] = auctionPlace{} // let go of it
		p.bidder = bidderOf(p.in)
		p.prepared, p.err = auction.Prepare(stamped(p.in, now))
		if bytes := len(p.prepared.Encoded()); bytes > inputLimit {
			p.err = &auction.SizeError{What: "bytes", Limit: inputLimit}
		} else {
			size += bytes
		}
		if p.err == nil {
			p.err = a.limited(p.prepared, now, passed)
		}
	}
	if a.waiting = a.waiting[n:]; len(a.waiting) == 0 {
		a.waiting = nil
	}
	return batch[:n]
}

// reserve gives back what nothing asks for any more and tops up what the bids could cost, with one call. A bid that would be refused now needs
// nothing; should one before it let it through, decide sets aside what it needs.
func (a *auctioneerActor) reserve(ctx *actors.Context[AuctioneerMessage], batch []placed) error {
	var list []ledger.Transaction
	keep, ids := a.unneeded()
	if len(ids) > 0 {
		list = append(list, a.fenced(ledger.Release(a.fresh(), ids)))
	}
	released := len(list)
	var holds []ledger.Hold
	var of []*placed // by holds
	if len(ids) > 0 {
		a.keep(keep)
	}
	planned := map[string]money.Amount{}
	currency := a.m.Spec().Currency
	for i := range batch {
		p := &batch[i]
		if p.err != nil || p.bidder == "" {
			continue
		}
		need, err := a.m.NeedOf(p.prepared)
		more := need - a.held(p.bidder, currency) - planned[p.bidder]
		if err != nil || more <= 0 {
			continue
		}
		planned[p.bidder] += more
		h := ledger.Hold{ID: a.fresh(), Owner: p.bidder, Ref: a.ref, Asset: currency, Amount: more}
		list = append(list, a.fenced(ledger.Set(h.ID, h)))
		holds, of = append(holds, h), append(of, p)
		p.needed = need
	}
	if len(list) == 0 {
		return nil
	}
	posted, err := a.postAll(ctx, list)
	if err != nil {
		return err
	}
	for _, r := range posted[:released] {
		if r.Err != nil {
			return r.Err // the holds are this process's: nobody else closes them
		}
	}
	for i, r := range posted[released:] {
		if r.Err != nil {
			of[i].refused = r.Err
		} else {
			a.add(holds[i])
		}
	}
	return nil
}

// decide lets the inputs happen in order, each with what its bidder has set aside, and returns the encoding of those that were accepted. They are
// not durable yet.
func (a *auctioneerActor) decide(ctx *actors.Context[AuctioneerMessage], batch []placed) (data []byte, err error) {
	for i := range batch {
		p := &batch[i]
		if p.err == nil {
			p.result, p.err = a.accept(ctx, p)
		}
		if a.lost(ctx, p.err) {
			return nil, actors.StopWith(p.err)
		}
		if p.err != nil {
			telemetry.Emit(ctx.Events(), CommandRefused{Process: a.h.o.Name, Family: "market.auction", Code: fault.CodeOf(p.err)})
		} else if !p.result.Duplicate {
			data = line(data, p.prepared)
		}
	}
	return data, nil
}

// accept lets an input happen. What its bidder has set aside is mostly there; what is lacking is set aside now.
func (a *auctioneerActor) accept(ctx *actors.Context[AuctioneerMessage], p *placed) (auction.Result, error) {
	switch p.in.(type) {
	case auction.Announce, auction.Start:
		if _, err := a.m.NeedOf(p.prepared); err != nil {
			return auction.Result{}, err
		}
		if err := a.holdLots(ctx); err != nil {
			return auction.Result{}, err
		}
	}
	currency := a.m.Spec().Currency
	r, need, err := a.m.Take(p.prepared, a.held(p.bidder, currency))
	if !errors.Is(err, auction.ErrUncovered) {
		return r, err
	}
	if p.refused != nil && need >= p.needed {
		return r, p.refused
	}
	if err := a.hold(ctx, p.bidder, auction.Need{Asset: currency, Amount: need}); err != nil {
		return r, err
	}
	r, _, err = a.m.Take(p.prepared, a.held(p.bidder, currency))
	return r, err
}

// line adds an input to an event: one a line.
func line(data []byte, p auction.Prepared) []byte {
	if len(data) > 0 {
		data = append(data, '\n')
	}
	return append(data, p.Encoded()...)
}

// lines gives the inputs of an event.
func lines(data []byte) [][]byte { return bytes.Split(data, []byte{'\n'}) }

// commit lets an input of the process's own happen, durably. A refusal is a mistake of this package, and a crash.
func (a *auctioneerActor) commit(ctx *actors.Context[AuctioneerMessage], in auction.Input) error {
	batch := []placed{{auctionPlace: auctionPlace{in: in}}}
	p := &batch[0]
	if p.prepared, p.err = auction.Prepare(in); p.err == nil {
		p.result, p.err = a.accept(ctx, p)
	}
	if a.lost(ctx, p.err) {
		return actors.StopWith(p.err)
	}
	if p.err != nil {
		return fmt.Errorf("market: auction %q: %w", a.h.o.Spec.ID, p.err)
	}
	if err := a.append(ctx, Event{auctionInput, line(nil, p.prepared)}); err != nil {
		return err
	}
	a.publish()
	return nil
}

// lost reports whether an error says that somebody else holds the auction, or that the process ends.
func (a *auctioneerActor) lost(ctx context.Context, err error) bool {
	return err != nil && (errors.Is(err, ledger.ErrFenced) || ctx.Err() != nil)
}

func bidderOf(in auction.Input) string {
	switch in := in.(type) {
	case auction.Bid:
		return in.Bidder
	case auction.Accept:
		return in.Bidder
	case auction.Reveal:
		return in.Bidder
	}
	return ""
}

// unneeded finds the holds that nothing asks for any more: of outbid and withdrawn bids, of bids that no predecessor accepted, and all of them
// when the auction is over.
func (a *auctioneerActor) unneeded() (keep []ledger.Hold, ids []string) {
	over := a.m.State().Terminal()
	spec := a.m.Spec()
	kept := map[string]money.Amount{}
	gone := 0
	for i, h := range a.holds { // the older ones are kept first
		needed := false
		switch {
		case over:
		case h.Owner == spec.Owner:
			needed = true
		case kept[h.Owner] < a.m.Exposure(h.Owner):
			kept[h.Owner] += h.Amount
			needed = true
		}
		switch {
		case needed && gone > 0:
			keep = append(keep, h)
		case !needed:
			if gone++; gone == 1 {
				keep = slices.Clone(a.holds[:i])
			}
			ids = append(ids, h.ID)
		}
	}
	return keep, ids
}

// giveBack closes the holds that nothing asks for any more.
func (a *auctioneerActor) giveBack(ctx *actors.Context[AuctioneerMessage]) error {
	keep, ids := a.unneeded()
	if len(ids) == 0 {
		return nil
	}
	if err := a.post(ctx, ledger.Release(a.fresh(), ids)); a.lost(ctx, err) {
		return actors.StopWith(err)
	} else if err != nil {
		return err
	}
	a.keep(keep)
	return nil
}

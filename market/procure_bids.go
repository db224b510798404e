// SPDX-License-Identifier: Apache-2.0

package market

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/work"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
)

// taskless stands for the tasks of a call while rules are checked.
var taskless = []bidding.Task{{ID: "a"}}

// clockTicks is how many steps a price clock takes to the ceiling.
const clockTicks = 32

// escrow is the owner that an agent bids through.
func escrow(agent string) string { return "escrow:" + agent }

// AgentOf is the agent that a bidder in an auction of tasks stands for; other owners stand for themselves.
func AgentOf(bidder string) string { return strings.TrimPrefix(bidder, "escrow:") }

// spec is the rules of a call's auction: a function of the options and of what the call says for ever.
func (p *Procurer) spec(c work.Call) auction.Spec {
	s := auction.Spec{
		ID: c.ID, Kind: p.o.Kind, Owner: p.o.Owner, Reverse: true, Service: true, Currency: c.Terms.Currency, Duration: p.o.Window, MaxBidders: -1,
		Weighted: p.o.Weighted && (p.o.Kind == auction.FirstPrice || p.o.Kind == auction.Vickrey),
	}
	for _, b := range c.Bids {
		s.Invited = append(s.Invited, escrow(b.Agent))
	}
	if p.o.Kind != auction.Combinatorial {
		s.Goods, s.Reserve, s.Units = []money.Asset{"task"}, c.Terms.Ceiling, int64(len(c.Tasks))
	}
	switch p.o.Kind {
	case auction.English:
		s.English = auction.EnglishRules{Increment: auction.Increment{Absolute: 1}, Proxy: true}
	case auction.Dutch:
		step := max(1, c.Terms.Ceiling/clockTicks)
		s.Dutch = auction.DutchRules{Start: step, Floor: c.Terms.Ceiling, Step: step, Interval: max(time.Millisecond, p.o.Window/clockTicks)}
	case auction.Combinatorial:
		for i := range c.Tasks {
			s.Goods = append(s.Goods, money.Asset(fmt.Sprintf("task/%d", i)))
			s.Reserves = append(s.Reserves, c.Terms.Ceiling)
		}
		s.Combinatorial = auction.CombinatorialRules{Payment: p.o.Payment, AcceptGap: p.o.AcceptGap}
	case auction.FirstPrice, auction.Vickrey, auction.Uniform, auction.GSP:
	}
	return s
}

// accounts opens those of the bidders.
func (p *Procurer) accounts(ctx context.Context, c work.Call) error {
	for _, b := range c.Bids {
		if _, open := p.known.Load(b.Agent); open || len(b.Offer.Bundles) == 0 {
			continue
		}
		t := ledger.Transaction{Key: "open/" + escrow(b.Agent), Accounts: []ledger.Account{ledger.Available(b.Agent), ledger.Available(escrow(b.Agent))}}
		if _, err := p.o.Exchange.Ledger().Post(ctx, t); err != nil {
			return err
		}
		p.known.Store(b.Agent, true)
	}
	return nil
}

// weights are of the bidders by their reputation at this moment.
func (p *Procurer) weights(c work.Call) []auction.Weight {
	if !p.o.Weighted {
		return nil
	}
	var all []auction.Weight
	for _, b := range c.Bids {
		score, err := p.o.Reputation.Score(reputation.Agent(b.Agent), "", p.o.System.Now())
		if err != nil {
			continue // who has no weight weighs half
		}
		all = append(all, auction.Weight{Bidder: escrow(b.Agent), Weight: million/2 + int64(score.Overall*million)})
	}
	return all
}

// bid places what was offered. What is refused for good counts as no bid; above reports that it was refused for its price.
func (p *Procurer) bid(ctx context.Context, c work.Call, s auction.Spec) (above bool, err error) {
	if p.o.Kind == auction.Dutch {
		return p.watchClock(ctx, c, s)
	}
	for _, b := range c.Bids {
		in, ok := p.bidOf(b, s)
		if !ok {
			continue
		}
		_, err := p.o.Exchange.Bid(ctx, s.ID, in)
		switch {
		case errors.Is(err, auction.ErrBelowReserve):
			above = true
		case undone(err):
			return above, err
		}
	}
	return above, nil
}

// undone reports whether an error leaves open what has happened.
func undone(err error) bool {
	return errors.Is(err, ErrUnavailable) || errors.Is(err, actors.ErrMailboxFull) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// bidOf is an offer in the form of the auction's kind.
func (p *Procurer) bidOf(b work.Bid, s auction.Spec) (auction.Bid, bool) {
	in := auction.Bid{Key: "bid", Bidder: escrow(b.Agent), Asset: s.Currency}
	switch p.o.Kind {
	case auction.Combinatorial:
		for _, x := range b.Offer.Bundles {
			in.Bundles = append(in.Bundles, auction.Bundle{Goods: x.Tasks, Price: x.Price, Group: 0})
		}
		return in, len(in.Bundles) > 0
	case auction.Uniform:
		in.Values = marginal(b.Offer, b.Slots)
		return in, len(in.Values) > 0
	case auction.English, auction.FirstPrice, auction.Vickrey, auction.Dutch, auction.GSP:
	}
	price, ok := alone(b.Offer)
	in.Amount = price
	return in, ok
}

// alone is the least that is asked for one task.
func alone(o bidding.Offer) (least money.Amount, ok bool) {
	for _, b := range o.Bundles {
		if len(b.Tasks) == 1 && (!ok || b.Price < least) {
			least, ok = b.Price, true
		}
	}
	return least, ok
}

// marginal is what the first, the second... of equal tasks costs, never less than the one before: who has a price for many alone is held to it for each.
func marginal(o bidding.Offer, slots int) []money.Amount {
	least := make([]money.Amount, slots+1)
	for _, b := range o.Bundles {
		if n := len(b.Tasks); n <= slots && (least[n] == 0 || b.Price < least[n]) {
			least[n] = b.Price
		}
	}
	var values []money.Amount
	for n := 1; n <= slots && least[n] > 0; n++ {
		v := least[n] - least[n-1]
		if n > 1 {
			v = max(v, values[n-2])
		}
		values = append(values, v)
	}
	return values
}

// watchClock has the cheapest offer taken as soon as the price has risen to it. Of equal ones the first by name is as good as any.
func (p *Procurer) watchClock(ctx context.Context, c work.Call, s auction.Spec) (above bool, err error) {
	type ask struct {
		agent string
		price money.Amount
	}
	var asks []ask
	for _, b := range c.Bids {
		if price, ok := alone(b.Offer); ok {
			asks = append(asks, ask{b.Agent, price})
			above = above || price > s.Reserve
		}
	}
	if len(asks) == 0 {
		return false, nil
	}
	first := slices.MinFunc(asks, func(a, b ask) int { return cmp.Or(cmp.Compare(a.price, b.price), cmp.Compare(a.agent, b.agent)) })
	for {
		a, err := p.o.Exchange.Get(ctx, s.ID)
		if err != nil {
			return above, err
		}
		v := a.View
		switch {
		case v.State.Terminal() || v.State == auction.Decided || v.State == auction.Closing:
			return above, nil
		case v.State == auction.Open && v.Price >= first.price:
			_, err := p.o.Exchange.Accept(ctx, s.ID, auction.Accept{
				Key: "bid", Bidder: escrow(first.agent), Asset: s.Currency, Quantity: 1, Seen: v.Tick, Limit: first.price,
			})
			if undone(err) {
				return above, err
			}
			return above, nil
		}
		if err := p.o.System.Sleep(ctx, max(time.Millisecond, s.Dutch.Interval/4)); err != nil {
			return above, err
		}
	}
}

// endPause is the wait between two looks at an auction whose auctioneer has ended and whose end is not known yet.
const endPause = 25 * time.Millisecond

// end waits until an auction is over.
func (p *Procurer) end(ctx context.Context, id string) (auction.View, error) {
	for {
		r, err := p.o.Exchange.index.find(id)
		if errors.Is(err, ErrUnknownAuction) {
			a, err := p.o.Exchange.past(ctx, id)
			if err == nil && !a.View.State.Terminal() {
				err = fmt.Errorf("market: auction %.100q: %w", id, ErrUnavailable)
			}
			return a.View, err
		}
		if err != nil {
			return auction.View{}, err
		}
		if v := r.view(); v.State.Terminal() {
			return v, nil
		}
		if r.halted == "" && r.runs != nil {
			if pid := r.runs.pid.Load(); pid != nil {
				if _, err := pid.Await(ctx); err != nil {
					return auction.View{}, err
				}
				if v := r.view(); v.State.Terminal() {
					return v, nil
				}
			}
		}
		if err := p.o.System.Sleep(ctx, endPause); err != nil {
			return auction.View{}, err
		}
	}
}

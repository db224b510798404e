// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/listing"
)

// Observation is one thing that is settled, as monitors see it. Exactly one field is set.
type Observation struct {
	Sale   *integrity.Sale   `json:"sale,omitempty"`
	Tender *integrity.Tender `json:"tender,omitempty"`
	Trade  *integrity.Trade  `json:"trade,omitempty"`
	Rated  *integrity.Rated  `json:"rated,omitempty"`
	Served *Served           `json:"served,omitempty"`
	Paid   *Paid             `json:"paid,omitempty"`
}

// Served is how somebody's deal ended, by what was measured.
type Served struct {
	// Provider is who, Deal the settlement; Outcome is 0 to 1.
	Provider, Deal string
	Outcome        float64
	At             time.Time
}

// Paid is money that somebody got from somebody else, "" for the outside, or an act of To alone where From is To.
type Paid struct {
	From, To string
	At       time.Time
}

// Source is where monitors learn what was settled: a stream of the journal.
type Source interface {
	// Stream names it.
	Stream() string
	// Observe gives what is behind a version, in order with its version; one version may bring several. The versions of what says nothing to
	// monitors come without an observation. It ends with the error of yield.
	Observe(ctx context.Context, from uint64, yield func(version uint64, o *Observation) error) error
}

// Auctions is the Source of an exchange: its ascending sales and its sealed procurements that are over. Amounts of sealed bids are read when they are
// no secret any more.
func Auctions(x *Exchange) Source { return auctionSource{x} }

type auctionSource struct{ x *Exchange }

func (s auctionSource) Stream() string { return s.x.o.Stream }

func (s auctionSource) serves(g Detector) bool { return g == Bidding || g == Tendering }

func (s auctionSource) Observe(ctx context.Context, from uint64, yield func(uint64, *Observation) error) error {
	return s.x.o.Journal.Read(ctx, s.Stream(), from, func(version uint64, ev Event) error {
		if ev.Type != exchangeBatch {
			return yield(version, nil)
		}
		var e exchangeEvent
		if err := json.Unmarshal(ev.Data, &e); err != nil {
			return fmt.Errorf("market: decode exchange: %w", err)
		}
		seen := false
		for _, step := range e.Steps {
			if step.Kind != stepEnd {
				continue
			}
			o, err := s.past(ctx, step.ID, e.At)
			if err != nil {
				return err
			}
			if o != nil {
				seen = true
				if err := yield(version, o); err != nil {
					return err
				}
			}
		}
		if !seen {
			return yield(version, nil)
		}
		return nil
	})
}

// past is what an auction that is over has to say; nil if that is nothing.
func (s auctionSource) past(ctx context.Context, id string, at time.Time) (*Observation, error) {
	var spec auction.Spec
	var bids []auction.Bid
	begin := at
	err := s.x.o.Journal.Read(ctx, s.x.o.Auctions+id, 0, func(_ uint64, ev Event) error {
		switch ev.Type {
		case auctionCreated:
			return json.Unmarshal(ev.Data, &spec)
		case auctionInput:
			in, err := auction.Decode(ev.Data)
			if err != nil {
				return err
			}
			switch in := in.(type) {
			case auction.Start:
				begin = in.At
			case auction.Bid:
				bids = append(bids, in)
			case auction.Reveal:
				for i := range bids {
					if bids[i].Bidder == in.Bidder {
						bids[i].Amount = in.Amount
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	m, err := s.x.fold(ctx, id)
	if err != nil {
		return nil, err
	}
	out, ok := m.Outcome()
	sealed := spec.Kind == auction.FirstPrice || spec.Kind == auction.Vickrey
	switch {
	case !ok:
		return nil, nil
	case spec.Kind == auction.English && !spec.Reverse:
		sale := &integrity.Sale{ID: id, Seller: spec.Owner, Start: begin, End: at, Step: max(1, spec.English.Increment.Absolute)}
		for _, b := range bids {
			sale.Bids = append(sale.Bids, integrity.Bid{Bidder: b.Bidder, Amount: b.Amount, At: b.At})
		}
		if out.Sold {
			sale.Winner = out.Awards[0].Bidder
		}
		return &Observation{Sale: sale}, nil
	case sealed && spec.Reverse:
		tender := &integrity.Tender{ID: id, At: at}
		last := map[string]int{}
		for _, b := range bids {
			b.Bidder = AgentOf(b.Bidder) // an agent's tasks and its other dealings are one history
			if b.Amount <= 0 {
				continue
			}
			if i, again := last[b.Bidder]; again {
				tender.Offers[i].Price = float64(b.Amount)
				continue
			}
			last[b.Bidder] = len(tender.Offers)
			tender.Offers = append(tender.Offers, integrity.Offer{Bidder: b.Bidder, Price: float64(b.Amount)})
		}
		return &Observation{Tender: tender}, nil
	}
	return nil, nil
}

// Payments is the Source of a ledger: who pays whom, and who acts when.
func Payments(l *Ledger) Source { return paymentSource{l} }

type paymentSource struct{ l *Ledger }

func (s paymentSource) Stream() string { return s.l.o.stream }

func (s paymentSource) serves(g Detector) bool { return g == Identity }

func (s paymentSource) Observe(ctx context.Context, from uint64, yield func(uint64, *Observation) error) error {
	return s.l.o.journal.Read(ctx, s.Stream(), from, func(version uint64, ev Event) error {
		if ev.Type != ledgerBatch {
			return yield(version, nil)
		}
		b, err := ledger.DecodeBatch(ev.Data)
		if err != nil {
			return err
		}
		seen := false
		for i := range b.Transactions {
			for _, p := range paid(&b.Transactions[i], b.At) {
				seen = true
				if err := yield(version, &Observation{Paid: &p}); err != nil {
					return err
				}
			}
		}
		if !seen {
			return yield(version, nil)
		}
		return nil
	})
}

// paid is what a transaction says of who pays whom: where one owner pays, it is the funder; what is held is an act of its owner.
func paid(t *ledger.Transaction, at time.Time) (all []Paid) {
	for _, h := range t.Hold {
		all = append(all, Paid{h.Owner, h.Owner, at})
	}
	for _, p := range t.Postings {
		if who, ok := strings.CutSuffix(string(p.Account), "/available"); ok && AgentOf(who) != who && p.Amount < 0 {
			return all // work that is paid: it says nothing of who belongs to whom, and whoever gives work acts when others do
		}
	}
	payer, payers := "", 0
	for _, p := range t.Postings {
		if who, ok := strings.CutSuffix(string(p.Account), "/available"); ok && p.Amount < 0 {
			payer, payers = who, payers+1
		} else if p.Amount < 0 && p.Account != ledger.World {
			payers = 2 // common money: nobody's
		}
	}
	for _, p := range t.Postings {
		if who, ok := strings.CutSuffix(string(p.Account), "/available"); ok && p.Amount > 0 && payers <= 1 {
			all = append(all, Paid{payer, who, at})
		}
	}
	return all
}

// Services is the Source of a process of deals: how deals ended, and what was said of them. The journal has commands only, so it is folded again, once
// for each incarnation of the monitor that looks at ratings.
func Services(d *Deals) Source {
	var k *tillKeeper[dealCommand, dealAnswer]
	return &foldedSource{
		journal: d.o.journal, stream: d.o.stream, group: Rating,
		reset:   func() { k, _ = d.new().(*tillKeeper[dealCommand, dealAnswer]); k.reset() },
		restore: func(ctx context.Context, latest uint64) uint64 { return restored(ctx, &d.o, k, latest) },
		fold:    func(ev Event) ([]Observation, error) { return endsIn(k, ev) },
	}
}

// endsIn takes an event of deals in, and returns which of them ended with it.
func endsIn(k *tillKeeper[dealCommand, dealAnswer], ev Event) (all []Observation, err error) {
	if ev.Type != k.family+".batch" {
		return nil, nil
	}
	if err := k.replay(ev); err != nil {
		return nil, err
	}
	core := k.core.(*dealCore)
	changed := core.changed
	core.changed = nil
	for _, c := range changed {
		says := core.evidence(c.Deal)
		if !c.Settled || says == nil {
			continue
		}
		outcome := says.Outcome()
		all = append(all, Observation{Served: &Served{Provider: c.Provider, Deal: c.Deal, Outcome: outcome, At: k.now}})
		d, err := core.m.Deal(c.Deal)
		if err == nil && d.Rated && d.State == listing.Paid {
			all = append(all, Observation{Rated: &integrity.Rated{Deal: c.Deal, From: d.Buyer, To: d.Provider, Rating: d.Rating, Outcome: outcome, At: k.now}})
		}
	}
	return all, nil
}

// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
	"mabeam.dev/telemetry"
)

// dealCommand is one thing to do; exactly one field but Judged is set.
type dealCommand struct {
	Agree    *listing.Terms   `json:"agree,omitempty"`
	Buy      *dealBuy         `json:"buy,omitempty"`
	Step     *dealStep        `json:"step,omitempty"`
	List     *listing.Listing `json:"list,omitempty"`
	Withdraw *dealWithdraw    `json:"withdraw,omitempty"`
	Expire   bool             `json:"expire,omitempty"`
	Review   *dealReview      `json:"review,omitempty"`
	Halt     *bool            `json:"halt,omitempty"`
	// Judged is what was known of the provider at the time.
	Judged *listing.Judgement `json:"judged,omitempty"`
}

type dealBuy struct {
	ID, Listing, Buyer string
	Limit              money.Amount
}

// dealStep is a step of a deal: which of the fields count depends on Do.
type dealStep struct {
	Deal     string            `json:"deal"`
	Do       string            `json:"do"` // begin, deliver, accept, dispute, resolve, cancel, abandon, expire or verify
	By       string            `json:"by,omitempty"`
	Delivery *listing.Delivery `json:"delivery,omitempty"`
	Rating   *float64          `json:"rating,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Share    int64             `json:"share,omitempty"`
	Good     bool              `json:"good,omitempty"` // what a check has found
}

type dealWithdraw struct{ Listing, Provider string }

// dealReview holds what a provider is to be paid back, or lets it go.
type dealReview struct {
	Provider string
	Hold     bool
}

type dealAnswer struct {
	deal    listing.Deal
	deals   []listing.Deal
	listing listing.Listing
	matches []listing.Match
	says    *reputation.Deal
}

// The errands of deals.
const (
	errandVerify   = "verify"
	errandEvidence = "evidence"
)

// dealCore is the state of a process of deals.
type dealCore struct {
	name    string
	rules   listing.Spec
	asset   money.Asset
	live    func(provider string, at time.Time) listing.Judgement // asked once for each command, and for questions
	verify  bool                                                  // there is a check
	rate    bool                                                  // there are trackers of reputation
	m       *listing.Market
	now     time.Time
	judged  *listing.Judgement
	made    map[string]string // what a deal or a listing was made with, by subject
	last    map[string]string // the last step of a deal, by subject
	paid    map[string]string // the transaction that ended a deal
	review  map[string]bool   // providers that wait
	halted  bool
	changed []DealChanged
}

func (c *dealCore) reset() {
	*c = dealCore{
		name: c.name, rules: c.rules, asset: c.asset, live: c.live, verify: c.verify, rate: c.rate,
		made: map[string]string{}, last: map[string]string{}, paid: map[string]string{}, review: map[string]bool{},
	}
	m, err := listing.New(c.rules, c.judge)
	if err != nil {
		panic(err) // they were validated with the options
	}
	c.m = m
}

// judge is what is known of a provider: as it was written down with the command that is carried out, or now for a question.
func (c *dealCore) judge(provider string) listing.Judgement {
	if c.judged == nil {
		return c.live(provider, c.now)
	}
	return *c.judged
}

// fingerprint is a command as a text, to know it again.
func fingerprint(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return "" // of a number that is none: it is refused
	}
	return string(data)
}

func (c *dealCore) step(at time.Time, do *dealCommand) (stepped[dealAnswer], error) {
	now := at.UnixNano()
	c.now = at
	switch {
	case do.Agree != nil:
		return c.make(do, *do.Agree, "deal/"+do.Agree.ID, do.Agree.Provider, do.Agree.Asset, func() ([]move, error) {
			return converted(c.m.Agree(now, *do.Agree))
		})
	case do.Buy != nil:
		offered, _, err := c.m.Listing(do.Buy.Listing)
		if err != nil && c.made["deal/"+do.Buy.ID] == "" {
			return stepped[dealAnswer]{}, err
		}
		return c.make(do, *do.Buy, "deal/"+do.Buy.ID, offered.Provider, offered.Asset, func() ([]move, error) {
			return converted(c.m.Buy(now, do.Buy.ID, do.Buy.Listing, do.Buy.Buyer, do.Buy.Limit))
		})
	case do.List != nil:
		return c.make(do, *do.List, "listing/"+do.List.ID, do.List.Provider, do.List.Asset, func() ([]move, error) {
			return converted(c.m.List(now, *do.List))
		})
	case do.Withdraw != nil:
		return stepped[dealAnswer]{}, c.m.Withdraw(do.Withdraw.Provider, do.Withdraw.Listing)
	case do.Expire:
		c.m.Expire(now)
		return stepped[dealAnswer]{}, nil
	case do.Review != nil:
		known := c.review[do.Review.Provider] == do.Review.Hold
		if c.review[do.Review.Provider] = do.Review.Hold; !do.Review.Hold {
			delete(c.review, do.Review.Provider)
		}
		return stepped[dealAnswer]{known: known}, nil
	case do.Halt != nil:
		known := c.halted == *do.Halt
		c.halted = *do.Halt
		return stepped[dealAnswer]{known: known}, nil
	case do.Step != nil:
		return c.advance(now, *do.Step)
	}
	return stepped[dealAnswer]{}, &listing.InputError{Field: "command", Why: "is empty"}
}

// converted names the moves of listings as a till does.
func converted(all []listing.Move, err error) ([]move, error) {
	var list []move
	for _, m := range all {
		list = append(list, move(m))
	}
	return list, err
}

// make begins a deal or a listing, or knows it again.
func (c *dealCore) make(do *dealCommand, what any, subject, provider string, asset money.Asset, begin func() ([]move, error)) (stepped[dealAnswer], error) {
	print := fingerprint(what)
	if was := c.made[subject]; was != "" && was == print {
		return stepped[dealAnswer]{answer: c.answer(subject), subject: subject, known: true}, nil
	}
	if c.halted {
		return stepped[dealAnswer]{}, fmt.Errorf("market: deals %q: %s: %w", c.name, subject, ErrHalted)
	}
	if do.Judged == nil {
		j := c.live(provider, c.now)
		do.Judged = &j
	}
	c.judged = do.Judged
	defer func() { c.judged = nil }()
	moves, err := begin()
	if err != nil {
		return stepped[dealAnswer]{}, err
	}
	c.made[subject] = print
	r := stepped[dealAnswer]{answer: c.answer(subject), subject: subject}
	if len(moves) > 0 {
		r.order = &order{Subject: subject, Asset: asset, Moves: moves, Draws: true}
	} else {
		c.m.Listed(strings.TrimPrefix(subject, "listing/"), true) // deals always cost something
	}
	c.note(subject)
	return r, nil
}

// advance takes a step of a deal.
func (c *dealCore) advance(now int64, s dealStep) (stepped[dealAnswer], error) {
	subject := "deal/" + s.Deal
	print := fingerprint(s)
	var moves []move
	var err error
	d, unknown := c.m.Deal(s.Deal)
	if unknown == nil && d.Verified && c.verify && (s.Do == "accept" || s.Do == "dispute") {
		return stepped[dealAnswer]{}, fmt.Errorf("listing: %s deal %q, which is checked: %w", s.Do, s.Deal, listing.ErrNotYours)
	}
	switch s.Do {
	case "begin":
		err = c.m.Begin(now, s.Deal, s.By)
	case "deliver":
		if s.Delivery == nil {
			s.Delivery = &listing.Delivery{}
		}
		err = c.m.Deliver(now, s.Deal, s.By, *s.Delivery)
	case "accept":
		moves, err = converted(c.m.Accept(s.Deal, s.By, s.Rating))
	case "dispute":
		err = c.m.Dispute(now, s.Deal, s.By, s.Reason)
	case "resolve":
		moves, err = converted(c.m.Resolve(s.Deal, s.By, s.Share))
	case "cancel":
		moves, err = converted(c.m.Cancel(s.Deal, s.By))
	case "abandon":
		moves, err = converted(c.m.Abandon(s.Deal, s.By, s.Reason))
	case "expire":
		moves, err = converted(c.m.Expired(now, s.Deal))
	case "verify":
		if s.Good {
			moves, err = converted(c.m.Accept(s.Deal, d.Buyer, nil))
		} else {
			err = c.m.Dispute(now, s.Deal, d.Buyer, s.Reason)
		}
	default:
		err = &listing.InputError{Field: "step", Why: fmt.Sprintf("%.20q is none", s.Do)}
	}
	if err != nil {
		var state *listing.StateError
		if errors.As(err, &state) && c.last[subject] == print {
			return stepped[dealAnswer]{answer: c.answer(subject), subject: subject, known: true}, nil
		}
		return stepped[dealAnswer]{}, err
	}
	c.last[subject] = print
	r := stepped[dealAnswer]{answer: c.answer(subject), subject: subject}
	switch {
	case len(moves) > 0:
		r.order = &order{Subject: subject, Asset: d.Asset, Moves: moves}
	case s.Do == "deliver" && d.Verified && c.verify:
		r.order = &order{Subject: subject, Errand: errandVerify}
	}
	c.note(subject)
	return r, nil
}

func (c *dealCore) done(at time.Time, b *bill, refused bool) (dealAnswer, *order) {
	if id, ok := strings.CutPrefix(b.Subject, "listing/"); ok {
		c.m.Listed(id, !refused)
		if refused {
			delete(c.made, b.Subject)
		}
		return c.answer(b.Subject), nil
	}
	id := strings.TrimPrefix(b.Subject, "deal/")
	d, err := c.m.Deal(id)
	if err != nil || b.Errand != "" {
		return c.answer(b.Subject), nil
	}
	if d.State == listing.Ordered {
		c.m.Ready(at.UnixNano(), id, !refused)
		if refused {
			delete(c.made, b.Subject)
		}
		c.note(b.Subject)
		return c.answer(b.Subject), nil
	}
	c.m.Settled(id)
	c.paid[id] = b.Tx.Key
	c.note(b.Subject)
	if _, ok := c.m.Outcome(id); ok && c.rate {
		return c.answer(b.Subject), &order{Subject: b.Subject, Errand: errandEvidence}
	}
	return c.answer(b.Subject), nil
}

func (c *dealCore) due(at time.Time) []dealCommand {
	var all []dealCommand
	for _, id := range c.m.Due(at.UnixNano(), BatchLimit) {
		all = append(all, dealCommand{Step: &dealStep{Deal: id, Do: "expire"}})
	}
	if c.m.Overdue(at.UnixNano()) {
		all = append(all, dealCommand{Expire: true})
	}
	return all
}

// waits keeps what a provider under review is to be paid back.
func (c *dealCore) waits(b *bill) bool {
	d, err := c.m.Deal(strings.TrimPrefix(b.Subject, "deal/"))
	return err == nil && b.Errand == "" && d.Over() && c.review[d.Provider]
}

func (c *dealCore) answer(subject string) dealAnswer {
	if id, ok := strings.CutPrefix(subject, "listing/"); ok {
		l, _, err := c.m.Listing(id)
		if err != nil {
			return dealAnswer{}
		}
		return dealAnswer{listing: l}
	}
	d, err := c.m.Deal(strings.TrimPrefix(subject, "deal/"))
	if err != nil {
		return dealAnswer{}
	}
	return dealAnswer{deal: d}
}

// note remembers that a deal has changed, for those who listen.
func (c *dealCore) note(subject string) {
	if d, err := c.m.Deal(strings.TrimPrefix(subject, "deal/")); err == nil {
		c.changed = append(c.changed, DealChanged{Process: c.name, Deal: d.ID, State: d.State, Settled: d.Settled, Buyer: d.Buyer, Provider: d.Provider, Price: d.Price, Asset: d.Asset})
	}
}

func (c *dealCore) tell(bus *telemetry.Bus) {
	for _, e := range c.changed {
		telemetry.Emit(bus, e)
	}
	c.changed = nil
}

// evidence is what a deal that is over says of both sides.
func (c *dealCore) evidence(id string) *reputation.Deal {
	d, err := c.m.Deal(id)
	if _, ok := c.m.Outcome(id); !ok || err != nil {
		return nil
	}
	at := func(nanos int64) time.Time { return time.Unix(0, nanos).UTC() }
	e := reputation.Deal{
		Transaction: c.paid[id], Provider: reputation.Agent(d.Provider), Client: reputation.Agent(d.Buyer), Domain: d.Domain,
		Value: d.Price, Typical: d.Typical, Due: at(d.Due), Promised: d.Promised, Settled: at(d.Until),
	}
	if d.State == listing.Paid || d.State == listing.Resolved && d.Share >= 500_000 {
		e.Delivered, e.Measured, e.Settled = at(d.DeliveredAt), d.Measured, at(d.DeliveredAt)
		if d.Actual > 0 {
			e.Quoted, e.Actual = d.Price, d.Actual
		}
	}
	if d.Rated {
		e.OfProvider = reputation.Rating{Given: true, Value: d.Rating}
	}
	return &e
}

// deals lists those for which a filter is true, by id.
func (c *dealCore) deals(filter func(*listing.Deal) bool) []listing.Deal {
	var all []listing.Deal
	for _, subject := range slices.Sorted(maps.Keys(c.made)) {
		if id, ok := strings.CutPrefix(subject, "deal/"); ok {
			if d, err := c.m.Deal(id); err == nil && filter(&d) {
				all = append(all, d)
			}
		}
	}
	return all
}

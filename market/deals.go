// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
)

// ErrHalted is returned for new business while a market is halted. What was begun goes on.
var ErrHalted = fault.New(4640, "market: halted")

// Verifier checks what was delivered: the outcome of a task, say.
type Verifier interface {
	// Verify reports whether the work of a deal is good, and otherwise why not. It must give the same answer whenever it is asked again. An error
	// means that nobody knows yet: it is asked again until the time for an answer is over.
	Verify(ctx context.Context, d listing.Deal) (good bool, reason string, err error)
}

// DealChanged is the event: a deal has come to another state, durably.
type DealChanged struct {
	Process  string        // that keeps the deal
	Deal     string        // its id
	State    listing.State // where it is now
	Settled  bool          // the money has moved
	Buyer    string        // who pays
	Provider string        // who delivers
	Price    money.Amount  // what was agreed
	Asset    money.Asset   // what it is paid in
}

// EventName returns "market.deal_changed".
func (DealChanged) EventName() string { return "market.deal_changed" }

// LogAttrs names the deal and its state.
func (e DealChanged) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("deal", e.Deal), slog.String("state", string(e.State)), slog.Bool("settled", e.Settled)}
}

// DealsOptions set up a process of deals. Name, Stream, Journal and Ledger must be set.
type DealsOptions struct {
	// Name is the process's name, Stream where its commands are; the keys of its transactions begin with it.
	Name, Stream string
	Journal      Journal
	Ledger       *Ledger
	// Snapshots, if it is set, shortens recoveries; SnapshotEvery is how many commands, and ends of payments, lie between two, 0 means 10,000.
	Snapshots     Snapshots
	SnapshotEvery int
	// Rules are fees and times; the zero value is listing.DefaultSpec. They are part of the state: they must not change while deals are open.
	Rules listing.Spec
	// Asset is what listings and deals that name none are in; "" is "credit".
	Asset money.Asset
	// Reputation, if it is set, learns what each deal that is over says of both sides, and judges providers.
	Reputation *Reputation
	// Verifier, if it is set, accepts or disputes what was delivered of deals whose terms want that.
	Verifier Verifier
	// Tick is how often times that are over, and bills that nobody carried out, are looked after; 0 means 1 s.
	Tick time.Duration
}

// Deals is the handle of the process that keeps a marketplace and its deals. It outlives restarts and may be used from any goroutine.
//
// Every change of state is in the journal together with the money that it moves, before any of it moves: the buyer's price and the provider's
// deposit wait in holds of the ref "deal/" and the id, and the end of a deal is one transaction. A caller that dies in between, or a process that
// does, changes nothing of that: a courier finishes it. A step that is repeated is done once. The money of each deal is exactly divided.
type Deals struct {
	*tillDesk[dealCommand, dealAnswer]
	asset money.Asset
}

// NewDeals makes the handle, or returns everything that is missing. A supervisor starts the processes from Child; until then everything is
// ErrUnavailable.
func NewDeals(o DealsOptions) (*Deals, error) {
	if o.Rules == (listing.Spec{}) {
		o.Rules = listing.DefaultSpec()
	}
	if o.Asset == "" {
		o.Asset = "credit"
	}
	d := &Deals{asset: o.Asset}
	judge := func(string, time.Time) listing.Judgement { return listing.Judgement{} }
	if o.Reputation != nil {
		judge = o.Reputation.judgement
	}
	var err error
	d.tillDesk, err = newTill(tillOptions{
		desk:   deskOptions{name: o.Name, stream: o.Stream, family: "market.deals", journal: o.Journal, ticks: o.Tick, snapshots: o.Snapshots, every: o.SnapshotEvery},
		ledger: o.Ledger,
		errand: func(ctx context.Context, b bill) error { return d.errand(ctx, b, o) },
	}, func() till[dealCommand, dealAnswer] {
		return &dealCore{name: o.Name, rules: o.Rules, asset: o.Asset, live: judge, verify: o.Verifier != nil, rate: o.Reputation != nil}
	})
	if err := errors.Join(err, o.Rules.Validate(), o.Asset.Validate()); err != nil {
		return nil, err
	}
	return d, nil
}

// Fund makes a deal that was agreed on elsewhere, and returns when the money of both sides is set aside. Without it nothing was made, and the error
// is that of the ledger: ledger.ErrInsufficientFunds for one. Repeated with the same terms it is the same deal.
func (d *Deals) Fund(ctx context.Context, t listing.Terms) (listing.Deal, error) {
	if t.Asset == "" {
		t.Asset = d.asset
	}
	return d.deal(ctx, dealCommand{Agree: &t})
}

// deal performs a command about one.
func (d *Deals) deal(ctx context.Context, c dealCommand) (listing.Deal, error) {
	a, err := d.perform(ctx, c)
	return a.deal, err
}

func (d *Deals) take(ctx context.Context, s dealStep) (listing.Deal, error) {
	return d.deal(ctx, dealCommand{Step: &s})
}

// Begin says that the provider works on a deal.
func (d *Deals) Begin(ctx context.Context, id, provider string) (listing.Deal, error) {
	return d.take(ctx, dealStep{Deal: id, Do: "begin", By: provider})
}

// Deliver says that the work is done.
func (d *Deals) Deliver(ctx context.Context, id, provider string, what listing.Delivery) (listing.Deal, error) {
	return d.take(ctx, dealStep{Deal: id, Do: "deliver", By: provider, Delivery: &what})
}

// Accept says that the work is good, and returns when the provider is paid, or is going to be. A rating of the provider is 0 to 1; nil is none.
func (d *Deals) Accept(ctx context.Context, id, buyer string, rating *float64) (listing.Deal, error) {
	return d.take(ctx, dealStep{Deal: id, Do: "accept", By: buyer, Rating: rating})
}

// Dispute says that the work is not good.
func (d *Deals) Dispute(ctx context.Context, id, buyer, reason string) (listing.Deal, error) {
	return d.take(ctx, dealStep{Deal: id, Do: "dispute", By: buyer, Reason: reason})
}

// Resolve ends a dispute: the provider's share of price and deposit is in millionths. The one who decides is neither side.
func (d *Deals) Resolve(ctx context.Context, id, by string, share int64) (listing.Deal, error) {
	return d.take(ctx, dealStep{Deal: id, Do: "resolve", By: by, Share: share})
}

// Cancel gives a deal up before work began.
func (d *Deals) Cancel(ctx context.Context, id, buyer string) (listing.Deal, error) {
	return d.take(ctx, dealStep{Deal: id, Do: "cancel", By: buyer})
}

// Abandon says that the provider will not deliver: everything is the buyer's. It is for whoever knows that the provider is gone, too.
func (d *Deals) Abandon(ctx context.Context, id, provider, reason string) (listing.Deal, error) {
	return d.take(ctx, dealStep{Deal: id, Do: "abandon", By: provider, Reason: reason})
}

// HoldBack keeps what a provider is to be paid until Release, for a review; the deals themselves go on.
func (d *Deals) HoldBack(ctx context.Context, provider string) error {
	_, err := d.perform(ctx, dealCommand{Review: &dealReview{provider, true}})
	return err
}

// Release lets go what HoldBack has kept.
func (d *Deals) Release(ctx context.Context, provider string) error {
	_, err := d.perform(ctx, dealCommand{Review: &dealReview{provider, false}})
	return err
}

// Halt refuses new listings and deals from now on, or no more. What was begun goes on.
func (d *Deals) Halt(ctx context.Context, halted bool) error {
	_, err := d.perform(ctx, dealCommand{Halt: &halted})
	return err
}

// question asks something of the state in its turn: everything in the answer is durable.
func (d *Deals) question(ctx context.Context, ask func(c *dealCore) (dealAnswer, error)) (dealAnswer, error) {
	a, err := d.ask(ctx, tillCommand[dealCommand, dealAnswer]{ask: func(state till[dealCommand, dealAnswer], now time.Time) (dealAnswer, error) {
		c := state.(*dealCore)
		c.now = now
		return ask(c)
	}})
	return a.answer, err
}

// Deal returns one, also when it is over.
func (d *Deals) Deal(ctx context.Context, id string) (listing.Deal, error) {
	a, err := d.question(ctx, func(c *dealCore) (dealAnswer, error) {
		deal, err := c.m.Deal(id)
		return dealAnswer{deal: deal}, err
	})
	return a.deal, err
}

// Open returns the deals whose money has not moved yet, by id.
func (d *Deals) Open(ctx context.Context) ([]listing.Deal, error) {
	a, err := d.question(ctx, func(c *dealCore) (dealAnswer, error) {
		return dealAnswer{deals: c.deals(func(d *listing.Deal) bool { return !d.Settled })}, nil
	})
	return a.deals, err
}

// errand does what is no money.
func (d *Deals) errand(ctx context.Context, b bill, o DealsOptions) error {
	id := b.Subject[len("deal/"):]
	if b.Errand == errandEvidence {
		a, err := d.question(ctx, func(c *dealCore) (dealAnswer, error) { return dealAnswer{says: c.evidence(id)}, nil })
		if err != nil || a.says == nil {
			return err
		}
		err = o.Reputation.Settle(ctx, *a.says)
		if errors.Is(err, reputation.ErrInvalidEvidence) || errors.Is(err, reputation.ErrNoEvidence) || errors.Is(err, reputation.ErrConflict) {
			return nil // it will never be evidence, and is not to be asked about for ever
		}
		return err
	}
	deal, err := d.Deal(ctx, id)
	if err != nil || deal.State != listing.Delivered {
		return err
	}
	good, reason, err := o.Verifier.Verify(ctx, deal)
	if err != nil {
		return fmt.Errorf("market: deals %q: verify %q: %w", o.Name, id, err)
	}
	_, err = d.take(ctx, dealStep{Deal: id, Do: "verify", Good: good, Reason: reason})
	var over *listing.StateError
	if errors.As(err, &over) {
		return nil // it was decided meanwhile
	}
	return err
}

// judgement is what trackers have measured of a provider, as the market uses it: nothing while they are down.
func (r *Reputation) judgement(provider string, at time.Time) listing.Judgement {
	score, err := r.Score(reputation.Agent(provider), "", at)
	if err != nil {
		return listing.Judgement{}
	}
	return listing.Judgement{Reputation: score.Overall, Quality: score.Estimates[reputation.Performance].Lower}
}

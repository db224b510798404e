// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/stake"
)

// InsuranceOptions set up an insurance pool. All but Rules.Load, Asset and Tick must be set.
type InsuranceOptions struct {
	// Name is the process's name, Stream where its commands are; the keys of its transactions begin with it.
	Name, Stream string
	Journal      Journal
	Ledger       *Ledger
	// Snapshots, if it is set, shortens recoveries; SnapshotEvery is how many commands, and ends of payments, lie between two, 0 means 10,000.
	Snapshots     Snapshots
	SnapshotEvery int
	// Deals tells how deals end: nobody's word.
	Deals *Deals
	// Rules are those of the pool. They are part of the state.
	Rules stake.PoolSpec
	// Asset is what the pool is in; "" is "credit".
	Asset money.Asset
	// Tick is how often bills that nobody carried out are looked after; 0 means 1 s.
	Tick time.Duration
}

// Insurance is the handle of the process that keeps an insurance pool. It outlives restarts and may be used from any goroutine. A policy pays once,
// by how its deal ended, and never more than the limit; the pool sells none that it could not stand for.
type Insurance struct {
	*tillDesk[poolCommand, poolAnswer]
	deals *Deals
}

// NewInsurance makes the handle, or returns everything that is missing. A supervisor starts the processes from Child.
func NewInsurance(o InsuranceOptions) (*Insurance, error) {
	if o.Asset == "" {
		o.Asset = "credit"
	}
	i := &Insurance{deals: o.Deals}
	var err, missing error
	if o.Deals == nil {
		missing = fmt.Errorf("market: insurance %q: no deals", o.Name)
	}
	_, rules := stake.NewPool(o.Rules)
	i.tillDesk, err = newTill(tillOptions{
		desk:   deskOptions{name: o.Name, stream: o.Stream, family: "market.insurance", journal: o.Journal, ticks: o.Tick, snapshots: o.Snapshots, every: o.SnapshotEvery},
		ledger: o.Ledger,
	}, func() till[poolCommand, poolAnswer] { return &poolCore{rules: o.Rules, asset: o.Asset} })
	if err := errors.Join(err, missing, rules, o.Asset.Validate()); err != nil {
		return nil, err
	}
	return i, nil
}

// Fund adds capital under a key of the caller, and returns what the pool has.
func (i *Insurance) Fund(ctx context.Context, key, owner string, amount money.Amount) (funds money.Amount, err error) {
	a, err := i.perform(ctx, poolCommand{Fund: &poolFund{key, owner, amount}})
	return a.funds, err
}

// Buy makes a policy about a deal that is open, and returns when the premium is paid. The history of the provider that sets the premium is what the
// deals have seen of it, whatever the cover says. ErrCapacity of package stake where the pool cannot stand for it.
func (i *Insurance) Buy(ctx context.Context, c stake.Cover) error {
	a, err := i.deals.question(ctx, func(d *dealCore) (dealAnswer, error) {
		deal, err := d.m.Deal(c.Deal)
		var all []listing.Deal
		if err == nil {
			all = d.deals(func(of *listing.Deal) bool {
				return of.Provider == deal.Provider && of.Settled && of.State != listing.Cancelled
			})
		}
		return dealAnswer{deal: deal, deals: all}, err
	})
	switch {
	case err != nil:
		return err
	case a.deal.Over():
		return &stake.InputError{Field: "Deal", Why: "is over"}
	case a.deal.Buyer != c.Holder || c.Provider != "" && c.Provider != a.deal.Provider:
		return &stake.InputError{Field: "Holder or Provider", Why: "is not that of the deal"}
	}
	c.Provider, c.Deals, c.Failures = a.deal.Provider, int64(len(a.deals)), 0
	for _, d := range a.deals {
		if failed(&d) {
			c.Failures++
		}
	}
	_, err = i.perform(ctx, poolCommand{Buy: &c})
	return err
}

// failed reports whether a deal that is over has failed its buyer.
func failed(d *listing.Deal) bool {
	return d.State == listing.Refunded || d.State == listing.Resolved && d.Share < 500_000
}

// loss is what a buyer has paid for work that was not good.
func loss(d *listing.Deal) (money.Amount, error) {
	if d.State != listing.Resolved {
		return 0, nil // the escrow has paid everything back
	}
	return money.MulDiv(d.Price, d.Share, 1_000_000, money.Down)
}

// Claim ends a policy by the end of its deal, and pays the loss that it covers. While the deal is open it is a *listing.StateError; a policy that
// was claimed before is a *stake.StateError, unless it is the same claim again.
func (i *Insurance) Claim(ctx context.Context, policy string) (paid money.Amount, err error) {
	a, err := i.question(ctx, func(c *poolCore) (poolAnswer, error) {
		cover, _, err := c.p.Policy(policy)
		return poolAnswer{cover: cover}, err
	})
	if err != nil {
		return 0, err
	}
	d, err := i.deals.Deal(ctx, a.cover.Deal)
	if err != nil {
		return 0, err
	}
	if !d.Settled {
		return 0, &listing.StateError{Deal: d.ID, Have: d.State, Step: "claim for"}
	}
	lost, err := loss(&d)
	if err != nil {
		return 0, err
	}
	r, err := i.perform(ctx, poolCommand{Claim: &poolClaim{policy, stake.Outcome{Deal: d.ID, Failed: failed(&d), Loss: lost}}})
	return r.paid, err
}

// State returns what the pool has, and what it may have to pay at most.
func (i *Insurance) State(ctx context.Context) (funds, limits money.Amount, err error) {
	a, err := i.question(ctx, func(c *poolCore) (poolAnswer, error) {
		return poolAnswer{funds: c.p.Funds(), limits: c.p.Limits()}, nil
	})
	return a.funds, a.limits, err
}

func (i *Insurance) question(ctx context.Context, ask func(c *poolCore) (poolAnswer, error)) (poolAnswer, error) {
	a, err := i.ask(ctx, tillCommand[poolCommand, poolAnswer]{ask: func(state till[poolCommand, poolAnswer], _ time.Time) (poolAnswer, error) {
		return ask(state.(*poolCore))
	}})
	return a.answer, err
}

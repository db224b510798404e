// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"

	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
)

// List offers something, and returns when the fee for it is paid: until then nobody finds it. Below the gate of the rules it is a
// *listing.ReputationError.
func (d *Deals) List(ctx context.Context, l listing.Listing) (listing.Listing, error) {
	if l.Asset == "" {
		l.Asset = d.asset
	}
	a, err := d.perform(ctx, dealCommand{List: &l})
	return a.listing, err
}

// Withdraw ends a listing of a provider; its deals go on.
func (d *Deals) Withdraw(ctx context.Context, provider, id string) error {
	_, err := d.perform(ctx, dealCommand{Withdraw: &dealWithdraw{id, provider}})
	return err
}

// Find returns the listings that fit a request now, the best first.
func (d *Deals) Find(ctx context.Context, r listing.Request) ([]listing.Match, error) {
	a, err := d.question(ctx, func(c *dealCore) (dealAnswer, error) { return dealAnswer{matches: c.m.Find(c.now.UnixNano(), r)}, nil })
	return a.matches, err
}

// Buy makes a deal about a listing, at its price but not above a limit, 0 for none, and returns when the price is set aside.
func (d *Deals) Buy(ctx context.Context, id, offered, buyer string, limit money.Amount) (listing.Deal, error) {
	return d.deal(ctx, dealCommand{Buy: &dealBuy{id, offered, buyer, limit}})
}

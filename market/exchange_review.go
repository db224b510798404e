// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
)

// ErrUnderReview is returned for a payment to somebody whose payments are kept back until a case is decided. It is to be repeated.
var ErrUnderReview = fault.New(4592, "market: payments wait for a review")

// PayoutHeld is the event: an auction is decided and does not settle yet, because it would pay somebody who is under review. Everything that was held
// for it stays so.
type PayoutHeld struct {
	Process string // the auctioneer
	Owner   string // who would be paid
}

// EventName returns "market.payout_held".
func (PayoutHeld) EventName() string { return "market.payout_held" }

// LogLevel is Warn.
func (PayoutHeld) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names who would be paid.
func (e PayoutHeld) LogAttrs() []slog.Attr { return []slog.Attr{slog.String("owner", e.Owner)} }

// reviewed are the owners who are paid nothing for now. The process of an exchange replaces the set when a change is durable; auctioneers read it.
type reviewed struct {
	set atomic.Pointer[map[string]bool]
}

// has reports whether somebody is under review. A nil set has nobody.
func (r *reviewed) has(owner string) bool {
	if r == nil {
		return false
	}
	set := r.set.Load()
	return set != nil && (*set)[owner]
}

func (r *reviewed) replace(all map[string]bool) {
	set := maps.Clone(all)
	r.set.Store(&set)
}

// waits is who of those that a transaction pays in a currency is under review; empty if nobody is.
func (r *reviewed) waits(t *ledger.Transaction, v *auction.Spec) string {
	for i := range t.Close {
		for _, p := range t.Close[i].Pay {
			if who, ok := strings.CutSuffix(string(p.Account), "/available"); ok && p.Asset == v.Currency && r.has(who) {
				return who
			}
		}
	}
	return ""
}

// HoldBack keeps what somebody is to be paid until Release, for a review, and returns when that is durable: an auction that would pay it is decided and
// does not settle, and what is held for the auction stays so; a task's deal stays in escrow. Everything else goes on. It is Deals.HoldBack for auctions.
func (x *Exchange) HoldBack(ctx context.Context, owner string) error {
	return x.review(ctx, stepReview, owner)
}

// Release lets go what HoldBack has kept.
func (x *Exchange) Release(ctx context.Context, owner string) error {
	return x.review(ctx, stepClear, owner)
}

func (x *Exchange) review(ctx context.Context, kind, owner string) error {
	_, err := x.book.ask(ctx, exchangeCommand{step: &exchangeStep{Kind: kind, Owner: owner}})
	return err
}

// UnderReview reports whether what somebody is to be paid is kept. It asks no process.
func (x *Exchange) UnderReview(owner string) bool { return x.reviewed.has(owner) }

// let publishes who is under review, and has auctions settle that have waited for somebody who is not any more. One that comes to wait meanwhile
// sees what is published.
func (k *exchangeKeeper) let() {
	k.x.reviewed.replace(k.review)
	for _, r := range slices.SortedFunc(maps.Values(k.rows), byNumber) {
		if r.runs == nil {
			continue
		}
		if v, ok := r.runs.View(); ok && (v.State == auction.Decided || v.State == auction.Settling) {
			r.runs.ref.Tell(auctionDue{})
		}
	}
}

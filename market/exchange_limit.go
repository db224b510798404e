// SPDX-License-Identifier: Apache-2.0

package market

import (
	"strconv"
	"sync"
	"time"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/integrity"
)

// turnstile lets bids of an exchange through as fast as its limit allows, counted over all of its auctions. The buckets are in memory: a restart of
// auctioneers leaves them as they are, and one of the whole program fills them.
type turnstile struct {
	party map[string]int // of a bidder, from 1; those of one party share a bucket
	mu    struct {
		sync.Mutex
		limiter *integrity.Limiter
		taken   int // since full buckets were forgotten
	}
}

// newTurnstile makes one whose buckets are full.
func newTurnstile(r integrity.Rate, party map[string]int) (*turnstile, error) {
	l, err := integrity.NewLimiter(r)
	if err != nil {
		return nil, err
	}
	t := &turnstile{party: party}
	t.mu.limiter = l
	return t, nil
}

// pruneEvery is how many bids lie between two looks for buckets that can be forgotten.
const pruneEvery = 10_000

// pass lets a bid through or returns an *integrity.LimitedError.
func (t *turnstile) pass(bidder string, now time.Time) error {
	group := ""
	if p := t.party[bidder]; p != 0 {
		group = "party " + strconv.Itoa(p)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mu.taken++; t.mu.taken >= pruneEvery {
		t.mu.taken = 0
		t.mu.limiter.Prune(now)
	}
	return t.mu.limiter.Take(bidder, group, now)
}

// limited is the error for an input of a batch that comes too fast. Bids and acceptances count, whether they are taken or refused; a repetition of what
// was taken, or of what is let through in this batch, is free. Revealing and withdrawing are never too fast.
func (a *auctioneerActor) limited(p auction.Prepared, now time.Time, passed map[auction.Request]bool) error {
	if a.h.o.limit == nil {
		return nil
	}
	switch p.Input().(type) {
	case auction.Bid, auction.Accept:
	default:
		return nil
	}
	r, keyed := p.Request()
	if keyed && (passed[r] || a.m.Known(p)) {
		return nil
	}
	err := a.h.o.limit.pass(bidderOf(p.Input()), now)
	if err == nil && keyed {
		passed[r] = true
	}
	return err
}

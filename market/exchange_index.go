// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"mabeam.dev/market/auction"
)

// listed is an auction as an exchange knows it. It is immutable: what changes is replaced.
type listed struct {
	number  uint64 // in the order of creation, from 1
	spec    auction.Spec
	created time.Time
	halted  string        // why it was stopped by the exchange; its auctioneer is not up
	refund  string        // why it is being called off while it is halted
	end     *auction.View // once it is over
	log     *auctionLog   // of the process; as long as runs
	runs    *Auctioneer   // until it is over; nil if it cannot be run with the exchange's options
}

// view is what everybody may know now.
func (r *listed) view() auction.View {
	if r.end != nil {
		return *r.end
	}
	v := auction.View{ID: r.spec.ID, Kind: r.spec.Kind}
	if r.runs != nil {
		if now, ok := r.runs.View(); ok {
			v = now
		}
	}
	if r.halted != "" && !v.State.Terminal() {
		v.State = auction.Suspended
	}
	return v
}

// over reports whether nothing happens any more, as far as anybody can know.
func (r *listed) over() bool { return r.view().State.Terminal() }

// public is the auction as everybody may see it.
func (r *listed) public() Auction {
	a := Auction{Number: r.number, Created: r.created, Halted: r.halted, View: r.view(), Spec: r.spec}
	if a.Spec.Hidden && a.View.Outcome == nil {
		a.Spec.Reserve, a.Spec.Reserves = 0, nil
	}
	return a
}

// Auction is an auction of an exchange, as everybody may know it.
type Auction struct {
	// Number counts the auctions of an exchange in the order of their creation, from 1.
	Number uint64
	// Spec is the rules; a hidden reserve is 0 in it until the decision. It is not to be changed.
	Spec    auction.Spec
	Created time.Time
	// Halted says why the exchange has stopped the auction; empty if it has not. What is held stays so.
	Halted string
	// View is where the auction is, durable. It is Draft until the auctioneer was first up.
	View auction.View
}

// index is what readers see of the auctions: nothing that is not durable. The process replaces rows between its turns; readers hold the lock for a
// look-up, or to copy what they go through.
type index struct {
	mu struct {
		sync.RWMutex
		ready bool
		rows  map[string]*listed
		order []*listed // by number; nil where one was forgotten
		gone  int       // of them
	}
}

// replace publishes all auctions.
func (i *index) replace(rows map[string]*listed) {
	order := make([]*listed, 0, len(rows))
	all := make(map[string]*listed, len(rows))
	for id, r := range rows {
		all[id] = r
		order = append(order, r)
	}
	slices.SortFunc(order, byNumber)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.mu.ready, i.mu.rows, i.mu.order, i.mu.gone = true, all, order, 0
}

// change publishes some rows; a nil row is forgotten.
func (i *index) change(ids []string, rows map[string]*listed) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, id := range ids {
		r, was := rows[id], i.mu.rows[id]
		at, found := 0, false
		if was != nil {
			at, found = i.placeLocked(was.number)
		}
		switch {
		case r == nil && was == nil:
		case r == nil:
			delete(i.mu.rows, id)
			if found {
				i.mu.order[at] = &listed{number: was.number}
				i.mu.gone++
			}
		case was == nil:
			i.mu.rows[id] = r
			i.mu.order = append(i.mu.order, r)
		default:
			i.mu.rows[id] = r
			i.mu.order[at] = r
		}
	}
	if i.mu.gone > 1000 && i.mu.gone > len(i.mu.order)/2 {
		i.mu.order = slices.DeleteFunc(i.mu.order, func(r *listed) bool { return r.spec.ID == "" })
		i.mu.gone = 0
	}
}

func byNumber(a, b *listed) int {
	switch {
	case a.number < b.number:
		return -1
	case a.number > b.number:
		return 1
	}
	return 0
}

func (i *index) placeLocked(number uint64) (int, bool) {
	return slices.BinarySearchFunc(i.mu.order, number, func(r *listed, n uint64) int { return byNumber(r, &listed{number: n}) })
}

// find returns the row of an auction.
func (i *index) find(id string) (*listed, error) {
	i.mu.RLock()
	defer i.mu.RUnlock()
	if !i.mu.ready {
		return nil, fmt.Errorf("market: exchange: not started: %w", ErrUnavailable)
	}
	r := i.mu.rows[id]
	if r == nil {
		return nil, fmt.Errorf("market: auction %.100q: %w", id, ErrUnknownAuction)
	}
	return r, nil
}

// all returns the rows of one moment, by number.
func (i *index) all() ([]*listed, error) {
	i.mu.RLock()
	defer i.mu.RUnlock()
	if !i.mu.ready {
		return nil, fmt.Errorf("market: exchange: not started: %w", ErrUnavailable)
	}
	out := make([]*listed, 0, len(i.mu.order)-i.mu.gone)
	for _, r := range i.mu.order {
		if r.spec.ID != "" {
			out = append(out, r)
		}
	}
	return out, nil
}

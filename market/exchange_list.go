// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

// Order is how a list of auctions is ordered. Auctions that are equal in that are in the order of their creation.
type Order uint8

// The orders.
const (
	ByNumber Order = iota // as they were created
	ByClose               // those that close first; those without a time behind all others
	ByPrice               // the lowest price first
)

// ErrCursor is returned for a cursor that comes from no answer to the same question.
var ErrCursor = fault.New(1890, "market: not a cursor of this list")

// Filter says which auctions are asked for: those that all of its fields let through. The zero Filter is all of them.
type Filter struct {
	States []auction.State
	Kinds  []auction.Kind
	Owner  string
	// Good is one that is sold.
	Good money.Asset
	// Sales and Procurements leave out the other direction.
	Sales, Procurements bool
	// Live leaves out what is over.
	Live bool
	// From and To bound the time of creation: not before, and before. CloseFrom and CloseTo bound that of the close.
	From, To           time.Time
	CloseFrom, CloseTo time.Time

	Order      Order
	Descending bool
	// Limit is how many come at once; 0 means 100, and more than 1,000 means that.
	Limit int
	// After is the cursor of the page before.
	After string
}

// Page is a part of a list.
type Page struct {
	Auctions []Auction
	// Next is the cursor of the next page; empty at the end.
	Next string
	// Total is how many the filter lets through, at the moment of this page.
	Total int
}

// List returns auctions, without their processes. Pages are each of their own moment: what changes its place between two pages may be missing or come
// twice, unless the order is ByNumber. Auctions that have been over for long are not in it.
func (x *Exchange) List(f Filter) (Page, error) {
	rows, err := x.index.all()
	if err != nil {
		return Page{}, err
	}
	after, err := f.cursor()
	if err != nil {
		return Page{}, err
	}
	type entry struct {
		place place
		row   Auction
	}
	var all []entry
	for _, r := range rows {
		if a := r.public(); f.passes(a) {
			all = append(all, entry{f.place(a), a})
		}
	}
	total := len(all)
	slices.SortFunc(all, func(a, b entry) int { return f.compare(a.place, b.place) })
	if after != nil {
		at, found := slices.BinarySearchFunc(all, *after, func(e entry, p place) int { return f.compare(e.place, p) })
		if found {
			at++
		}
		all = all[at:]
	}
	limit := min(f.Limit, 1000)
	if limit <= 0 {
		limit = 100
	}
	page := Page{Total: total}
	if len(all) > limit {
		page.Next = fmt.Sprintf("%d.%d.%d", f.Order, all[limit-1].place.key, all[limit-1].place.number)
		all = all[:limit]
	}
	for _, e := range all {
		page.Auctions = append(page.Auctions, e.row)
	}
	return page, nil
}

// passes reports whether a filter lets an auction through.
func (f *Filter) passes(a Auction) bool {
	closes := a.View.CloseAt
	switch {
	case len(f.States) > 0 && !slices.Contains(f.States, a.View.State),
		len(f.Kinds) > 0 && !slices.Contains(f.Kinds, a.View.Kind),
		f.Owner != "" && f.Owner != a.Spec.Owner,
		f.Good != "" && !slices.Contains(a.Spec.Goods, f.Good),
		f.Sales && a.Spec.Reverse, f.Procurements && !a.Spec.Reverse,
		f.Live && a.View.State.Terminal(),
		!f.From.IsZero() && a.Created.Before(f.From), !f.To.IsZero() && !a.Created.Before(f.To),
		!f.CloseFrom.IsZero() && (closes.IsZero() || closes.Before(f.CloseFrom)), !f.CloseTo.IsZero() && (closes.IsZero() || !closes.Before(f.CloseTo)):
		return false
	}
	return true
}

// place is where an auction is in a list.
type place struct {
	key    int64
	number uint64
}

func (f *Filter) place(a Auction) place {
	p := place{number: a.Number}
	switch f.Order {
	case ByNumber:
	case ByClose:
		if p.key = 1<<63 - 1; !a.View.CloseAt.IsZero() {
			p.key = a.View.CloseAt.UnixNano()
		}
	case ByPrice:
		p.key = int64(a.View.Price)
	}
	return p
}

func (f *Filter) compare(a, b place) int {
	c := 0
	switch {
	case a.key < b.key || a.key == b.key && a.number < b.number:
		c = -1
	case a != b:
		c = 1
	}
	if f.Descending {
		c = -c
	}
	return c
}

// cursor reads where the page before has ended; nil if there was none.
func (f *Filter) cursor() (*place, error) {
	if f.After == "" {
		return nil, nil
	}
	parts := strings.Split(f.After, ".")
	if len(parts) == 3 && parts[0] == strconv.Itoa(int(f.Order)) {
		key, err1 := strconv.ParseInt(parts[1], 10, 64)
		number, err2 := strconv.ParseUint(parts[2], 10, 64)
		if err1 == nil && err2 == nil {
			return &place{key, number}, nil
		}
	}
	return nil, fmt.Errorf("market: list auctions: cursor %.40q: %w", f.After, ErrCursor)
}

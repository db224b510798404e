// SPDX-License-Identifier: Apache-2.0

package market

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/market/pricing"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// ErrStalePrice is returned with a price whose latest trade is older than prices may be.
var ErrStalePrice = fault.New(4633, "market: the price is stale")

// Tape gives the trades of one book. A Book is one.
type Tape interface {
	// Trades returns the trades behind a number, the earliest first; missed says that some are not remembered any more.
	Trades(after orderbook.ID) (all []Trade, missed bool, err error)
	// View says, among others, what is traded for what.
	View() (BookView, error)
}

// PricesOptions set up a price service. Name and Tapes must be set.
type PricesOptions struct {
	// Name is the process's name.
	Name string
	// Tapes are what prices rest on; several of the same two assets make one price.
	Tapes []Tape
	// Window is how far back trades count; 0 means a day. Stale is how old the latest one may be; 0 means an hour.
	Window, Stale time.Duration
	// Every is how often tapes are read; 0 means a second.
	Every time.Duration
	// Same gives one name to all names of one owner, so that they count as one counterparty; nil takes names as they are.
	Same func(owner string) string
}

// Prices is the handle of the process that reads tapes and publishes prices. It outlives restarts of the process and may be used from any
// goroutine. It has no state of its own: a restart reads the tapes again.
type Prices struct {
	o    PricesOptions
	seen atomic.Pointer[[]Priced]
}

// Pair is what is traded for what.
type Pair struct{ Base, Quote money.Asset }

// Priced is the price of a pair, and what it rests on.
type Priced struct {
	Pair Pair
	// Price has averages, an index in which every two counterparties have one vote, and its interval of confidence.
	pricing.Price
	// At is when it was computed.
	At time.Time
	// Missed says that there were more trades in the window than the tapes remember.
	Missed bool
}

// PriceMoved is the event: the index of a pair has changed.
type PriceMoved struct {
	Pair         Pair         // which one
	Index        money.Amount // of now
	Pairs, Sales int          // it rests on
}

// EventName returns "market.price_moved".
func (PriceMoved) EventName() string { return "market.price_moved" }

// NewPrices makes the handle, or returns everything that is wrong. The process is started by a supervisor from Child.
func NewPrices(o PricesOptions) (*Prices, error) {
	var problems []error
	bad := func(wrong bool, what string) {
		if wrong {
			problems = append(problems, fmt.Errorf("market: prices %q: %s", o.Name, what))
		}
	}
	bad(o.Name == "", "no name")
	bad(len(o.Tapes) == 0 || slices.Contains(o.Tapes, nil), "no tapes, or one that is nil")
	bad(o.Window < 0 || o.Stale < 0 || o.Every < 0, "a time is negative")
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if o.Window == 0 {
		o.Window = 24 * time.Hour
	}
	if o.Stale == 0 {
		o.Stale = time.Hour
	}
	if o.Every == 0 {
		o.Every = time.Second
	}
	if o.Same == nil {
		o.Same = func(owner string) string { return owner }
	}
	return &Prices{o: o}, nil
}

// Name gives the name under which the process is to be started.
func (p *Prices) Name() string { return p.o.Name }

// Child describes the process for a supervisor.
func (p *Prices) Child() supervision.Child {
	return supervision.Worker(p.o.Name, func() actors.Behavior[PricesMessage] { return &pricesActor{h: p} }, actors.Kind("market.prices"))
}

// Price returns the price of a pair at a moment, without asking the process: pricing.ErrNoPrice where nothing was traded in the window, and never
// a default. Where the latest trade is too old, the price comes with ErrStalePrice. ErrUnavailable before the tapes were first read.
func (p *Prices) Price(base, quote money.Asset, at time.Time) (Priced, error) {
	all := p.seen.Load()
	if all == nil {
		return Priced{}, fmt.Errorf("market: prices %q: %w", p.o.Name, ErrUnavailable)
	}
	for _, v := range *all {
		if v.Pair != (Pair{base, quote}) {
			continue
		}
		switch age := at.Sub(time.Unix(0, v.AsOf)); {
		case age > p.o.Window:
			return Priced{}, fmt.Errorf("market: price of %s in %s: %w", base, quote, pricing.ErrNoPrice)
		case age > p.o.Stale:
			return v, fmt.Errorf("market: price of %s in %s: %v old: %w", base, quote, age, ErrStalePrice)
		}
		return v, nil
	}
	return Priced{}, fmt.Errorf("market: price of %s in %s: %w", base, quote, pricing.ErrNoPrice)
}

// All returns all prices as they were when they were computed, in the order of the tapes.
func (p *Prices) All() []Priced {
	if all := p.seen.Load(); all != nil {
		return slices.Clone(*all)
	}
	return nil
}

// PricesMessage is what the process of prices takes: only its own.
type PricesMessage interface{ prices() }

// readTapes is the process's own: time has passed.
type readTapes struct{}

func (readTapes) prices() {}

// pricesActor is one incarnation. What it remembers belongs to the process.
type pricesActor struct {
	h      *Prices
	read   []orderbook.ID // of each tape, until where
	lost   []int64        // of each tape, when trades were missed
	sales  map[Pair][]pricing.Sale
	before map[Pair]money.Amount
}

// Init begins to read, from the beginning.
func (a *pricesActor) Init(ctx *actors.Context[PricesMessage]) error {
	a.read, a.lost = make([]orderbook.ID, len(a.h.o.Tapes)), make([]int64, len(a.h.o.Tapes))
	a.sales, a.before = map[Pair][]pricing.Sale{}, map[Pair]money.Amount{}
	ctx.Every(a.h.o.Every, readTapes{})
	ctx.Continue(readTapes{})
	return nil
}

// Receive reads what is new on the tapes, and publishes what it comes to.
func (a *pricesActor) Receive(ctx *actors.Context[PricesMessage], msg PricesMessage) error {
	if _, ok := msg.(readTapes); !ok {
		return &actors.UnknownMessageError{Message: msg}
	}
	now := ctx.Now()
	since := now.Add(-a.h.o.Window).UnixNano()
	var pairs []Pair
	gaps := map[Pair]bool{}
	for i, tape := range a.h.o.Tapes {
		v, err := tape.View()
		if errors.Is(err, ErrUnavailable) {
			continue // not up yet
		}
		if err != nil {
			return err
		}
		pair := Pair{v.Base, v.Quote}
		all, missed, err := tape.Trades(a.read[i])
		if err != nil {
			return err
		}
		if missed && len(all) > 0 {
			a.lost[i] = all[0].At // those that are missed were before it
		}
		for _, t := range all {
			a.read[i] = t.ID
			a.sales[pair] = append(a.sales[pair], pricing.Sale{At: t.At, Price: t.Price, Quantity: t.Quantity, Buyer: a.h.o.Same(t.Buyer), Seller: a.h.o.Same(t.Seller)})
		}
		if !slices.Contains(pairs, pair) {
			pairs = append(pairs, pair)
		}
		gaps[pair] = gaps[pair] || a.lost[i] > since
	}
	out := make([]Priced, 0, len(pairs))
	for _, pair := range pairs {
		if p, ok := a.price(ctx.Events(), pair, now, since); ok {
			p.Missed = gaps[pair]
			out = append(out, p)
		}
	}
	a.h.seen.Store(&out)
	return nil
}

// price computes the price of a pair, and forgets what no window has any more. Trades of one owner with itself under two names say nothing.
func (a *pricesActor) price(bus *telemetry.Bus, pair Pair, now time.Time, since int64) (Priced, bool) {
	sales := slices.DeleteFunc(a.sales[pair], func(s pricing.Sale) bool { return s.At < since || s.Buyer == s.Seller })
	slices.SortStableFunc(sales, func(x, y pricing.Sale) int { return int(max(-1, min(1, x.At-y.At))) })
	a.sales[pair] = sales
	last := now.UnixNano()
	if n := len(sales); n > 0 {
		last = max(last, sales[n-1].At)
	}
	p, err := pricing.Of(sales, last, int64(a.h.o.Window))
	if err != nil {
		delete(a.before, pair)
		return Priced{}, false // nothing was traded: whoever asks hears that
	}
	if a.before[pair] != p.Index {
		a.before[pair] = p.Index
		telemetry.Emit(bus, PriceMoved{Pair: pair, Index: p.Index, Pairs: p.Pairs, Sales: p.Sales})
	}
	return Priced{Pair: pair, Price: p, At: now}, true
}

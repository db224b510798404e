// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/telemetry"
)

// bookKeeper is the state of a book's process: the fold of its commands.
type bookKeeper struct {
	name, ref string
	begun     bookRules // of the options; the first event has those that count
	levels    int
	seen      *bookSeen

	rules   bookRules
	book    *orderbook.Book
	now     int64 // of the latest batch
	batches uint64
	owners  []string // by their numbers, from 1
	numbers map[string]orderbook.Owner
	purses  map[orderbook.ID]*purse
	keys    keyring[Placed]
	tape    []Trade // the latest, at least as many as the spec remembers

	next    []bookCommand  // of the next batch
	touched []orderbook.ID // by it, in order
	moved   []ledger.Transaction
	news    []Trade // not published
	orders  []OrderTaken
	phase   orderbook.Phase
	whole   bool // everything is to be published
	hasTook bool
	braked  bool
	taken   int // commands since the last snapshot
}

// purse is what is set aside for an order that trades, rests or waits.
type purse struct {
	owner   string
	side    orderbook.Side
	holds   []ledger.Hold
	pays    []ledger.Posting // of this batch
	touched bool
}

// left is what is set aside and not paid out.
func (p *purse) left() money.Amount {
	sum := money.Amount(0)
	for _, h := range p.holds {
		sum += h.Amount // the ledger has them all: they fit
	}
	for _, o := range p.pays {
		sum -= o.Amount
	}
	return sum
}

func (k *bookKeeper) reset() {
	if err := k.begin(k.begun); err != nil {
		panic(err) // the rules were validated with the options
	}
}

func (k *bookKeeper) begin(rules bookRules) error {
	b, err := orderbook.New(rules.Spec)
	if err != nil {
		return err
	}
	*k = bookKeeper{
		name: k.name, ref: k.ref, begun: k.begun, levels: k.levels, seen: k.seen,
		rules: rules, book: b, whole: true,
		numbers: map[string]orderbook.Owner{}, purses: map[orderbook.ID]*purse{}, keys: newKeyring[Placed](rules.Keys),
	}
	return nil
}

// cost is what an order needs, in the asset that it needs: the quote to buy, the base to sell.
func (k *bookKeeper) cost(o orderbook.Order) (money.Asset, money.Amount, error) {
	base, quote, err := k.rules.Fees.Hold(o)
	if o.Side == orderbook.Sell {
		return k.rules.Spec.Base, base, err
	}
	return k.rules.Spec.Quote, quote, err
}

// need is what a command could cost its owner more than is set aside.
func (k *bookKeeper) need(c bookCommand) (ledger.Hold, error) {
	if c.asks != nil || c.Act == actBrake {
		return ledger.Hold{}, nil
	}
	if err := k.check(&c); err != nil {
		return ledger.Hold{}, err
	}
	if k.braked || k.keys.has(c.Key) {
		return ledger.Hold{}, nil
	}
	switch c.Act {
	case actPlace:
		o := c.order(0)
		if err := k.book.Check(o); err != nil {
			return ledger.Hold{}, err
		}
		if k.book.Phase() == orderbook.Closed {
			return ledger.Hold{}, nil // it is refused, unless others of its batch open the book
		}
		asset, cost, err := k.cost(o)
		return ledger.Hold{Owner: c.Owner, Asset: asset, Amount: cost}, err
	case actReplace:
		p, o, ok := k.replaced(&c)
		if !ok {
			return ledger.Hold{}, nil // it is refused
		}
		if err := k.book.Check(o); err != nil {
			return ledger.Hold{}, err
		}
		asset, cost, err := k.cost(o)
		return ledger.Hold{Owner: c.Owner, Asset: asset, Amount: max(0, cost-p.left())}, err
	default:
		return ledger.Hold{}, nil
	}
}

// check refuses what no book takes.
func (k *bookKeeper) check(c *bookCommand) error {
	switch {
	case c.Key == "" || len(c.Key) > 200:
		return &BookError{k.name, "Key", "is not of 1 to 200 bytes"}
	case c.Owner == "" && (c.Act == actPlace || c.Act == actReplace || c.Act == actCancel):
		return &BookError{k.name, "Owner", "is missing"}
	}
	return nil
}

// replaced is an order of its owner as it is to be.
func (k *bookKeeper) replaced(c *bookCommand) (*purse, orderbook.Order, bool) {
	p := k.purses[c.Order]
	s, err := k.book.Find(c.Order)
	if p == nil || err != nil || p.owner != c.Owner {
		return nil, orderbook.Order{}, false
	}
	s.Price, s.Quantity = c.Price, c.Quantity
	return p, s.Order, true
}

func (k *bookKeeper) with(c bookCommand, h ledger.Hold) bookCommand {
	c.Hold, c.Held = h.ID, h.Amount
	return c
}

func (k *bookKeeper) took() bool { return k.hasTook }

func (k *bookKeeper) do(now time.Time, c bookCommand) (bookAnswer, error) {
	k.hasTook = false
	if c.asks != nil {
		return bookAnswer{standings: c.asks(k)}, nil
	}
	if c.Act == actBrake {
		return k.brake(now, c), nil
	}
	if was, ok, err := k.keys.find(c.Key, c.digest()); ok || err != nil {
		was.Duplicate = true
		if err != nil {
			return bookAnswer{}, fmt.Errorf("market: book %q: key %.64q: %w", k.name, c.Key, err)
		}
		return bookAnswer{placed: was}, nil
	}
	if k.braked && c.Act != actCancel && c.Act != actHalt {
		return bookAnswer{}, fmt.Errorf("market: book %q: %w", k.name, ErrHalted)
	}
	if k.short(&c) {
		return bookAnswer{}, errAgain
	}
	if len(k.next) == 0 {
		k.now = max(k.now, now.UnixNano())
	}
	p, err := k.apply(&c)
	if err != nil {
		return bookAnswer{}, err
	}
	k.next = append(k.next, c)
	k.hasTook = true
	return bookAnswer{placed: p}, nil
}

// brake pulls or releases the brake, unless it is so already.
func (k *bookKeeper) brake(now time.Time, c bookCommand) bookAnswer {
	if k.braked == (c.Quantity != 0) {
		return bookAnswer{placed: Placed{Duplicate: true}}
	}
	if len(k.next) == 0 {
		k.now = max(k.now, now.UnixNano())
	}
	k.braked = !k.braked
	k.taken++
	k.next = append(k.next, c)
	k.hasTook = true
	return bookAnswer{}
}

// short reports whether a command that the book may take needs more than is set aside: others of its batch have changed what it needs.
func (k *bookKeeper) short(c *bookCommand) bool {
	switch c.Act {
	case actPlace:
		_, cost, err := k.cost(c.order(0))
		return err == nil && c.Held < cost && k.book.Phase() != orderbook.Closed
	case actReplace:
		if p, o, ok := k.replaced(c); ok {
			_, cost, err := k.cost(o)
			return err == nil && p.left()+c.Held < cost
		}
	}
	return false
}

// apply lets a command happen. An error changes nothing.
func (k *bookKeeper) apply(c *bookCommand) (Placed, error) {
	var p Placed
	var events []orderbook.Event
	var double *orderbook.Clearing
	var err error
	switch c.Act {
	case actPlace:
		owner, known := k.numbers[c.Owner]
		if !known {
			owner = orderbook.Owner(len(k.owners) + 1)
		}
		if p.Order, events, err = k.book.Place(k.now, c.order(owner)); err != nil {
			return Placed{}, err
		}
		if !known {
			k.owners = append(k.owners, c.Owner)
			k.numbers[c.Owner] = owner
		}
		k.purses[p.Order] = &purse{owner: c.Owner, side: c.Side}
		k.fill(p.Order, c)
	case actCancel:
		p.Order = c.Order
		events, err = k.book.Cancel(k.now, k.numbers[c.Owner], c.Order)
	case actReplace:
		p.Order = c.Order
		if events, err = k.book.Amend(k.now, k.numbers[c.Owner], c.Order, c.Price, c.Quantity); err == nil {
			k.fill(c.Order, c)
		}
	case actHalt:
		events, err = k.book.Halt(k.now)
	case actCall:
		events, err = k.book.Call(k.now)
	case actUncross:
		events, err = k.book.Uncross(k.now, c.Price)
	case actDouble:
		var cleared orderbook.Clearing
		events, cleared, err = k.book.Double(k.now)
		double = &cleared
	default:
		err = &BookError{k.name, "Act", "is none"}
	}
	if err != nil {
		return Placed{}, err
	}
	for _, e := range events {
		if e.Act == orderbook.Traded && (p.Order == 0 || e.Order == p.Order || e.Resting == p.Order) {
			p.Filled += e.Quantity
			p.Cost += e.Price * money.Amount(e.Quantity) // no more than what somebody holds for it
		}
	}
	if s, err := k.book.Find(p.Order); err == nil {
		p.Left = s.Quantity
	}
	if c.Act == actPlace {
		k.orders = append(k.orders, OrderTaken{k.name, c.Side, p.outcome(c.Quantity)})
	}
	k.follow(events, double)
	k.keys.remember(c.Key, c.digest(), p)
	k.taken++
	return p, nil
}

// fill adds to the purse of an order what was set aside for a command.
func (k *bookKeeper) fill(id orderbook.ID, c *bookCommand) {
	if c.Hold == "" {
		return
	}
	p := k.purses[id]
	asset := k.rules.Spec.Quote
	if p.side == orderbook.Sell {
		asset = k.rules.Spec.Base
	}
	p.holds = append(p.holds, ledger.Hold{ID: c.Hold, Owner: c.Owner, Ref: k.ref, Asset: asset, Amount: c.Held})
	k.touch(id)
}

func (k *bookKeeper) replay(ev Event) error {
	if ev.Type != bookBatch {
		return fmt.Errorf("market: event %q is none of a book", ev.Type)
	}
	var e bookEvent
	if err := json.Unmarshal(ev.Data, &e); err != nil {
		return fmt.Errorf("market: decode book: %w", err)
	}
	if e.Begin != nil {
		if err := k.begin(*e.Begin); err != nil {
			return err
		}
	}
	k.now = e.At
	for i := range e.Commands {
		if c := &e.Commands[i]; c.Act == actBrake {
			k.braked = c.Quantity != 0
			k.taken++
			continue
		}
		if _, err := k.apply(&e.Commands[i]); err != nil {
			return fmt.Errorf("market: replay book: command %d: %w", i, err)
		}
	}
	k.settle()
	return nil
}

func (k *bookKeeper) size() int { return 0 } // a batch of commands is never too large for one append

func (k *bookKeeper) batch(time.Time) (Event, bool) {
	if len(k.next) == 0 {
		return Event{}, false
	}
	e := bookEvent{At: k.now, Commands: k.next}
	if k.batches == 0 {
		e.Begin = &k.rules
	}
	data, err := json.Marshal(e)
	if err != nil {
		panic(err) // texts and numbers only
	}
	k.next = k.next[:0]
	k.settle()
	return Event{bookBatch, data}, true
}

func (k *bookKeeper) tick(time.Time) {}

func (k *bookKeeper) since() int { return k.taken }

// size of the tape that is remembered.
func (k *bookKeeper) remembered() int { return k.book.Spec().Tape }

func (k *bookKeeper) publish(bus *telemetry.Bus) {
	v := BookView{
		Name: k.name, Base: k.rules.Spec.Base, Quote: k.rules.Spec.Quote, Phase: k.book.Phase(), At: time.Unix(0, k.now).UTC(),
		Buy: k.book.Depth(orderbook.Buy, k.levels, nil), Sell: k.book.Depth(orderbook.Sell, k.levels, nil),
	}
	if k.braked {
		v.Phase = orderbook.Closed
	}
	v.Last, _ = k.book.Last() // 0 where there is none
	v.Mid, _ = k.book.Mid()
	if n := len(k.tape); n > 0 {
		v.Trades = k.tape[n-1].ID
	}
	if k.whole {
		k.seen.replace(v, k.remembered(), k.tape[max(0, len(k.tape)-k.remembered()):])
	} else {
		k.seen.change(v, k.news)
		for _, o := range k.orders {
			telemetry.Emit(bus, o)
		}
		for _, t := range k.news {
			telemetry.Emit(bus, TradeMade{Book: k.name, Trade: t})
		}
		if v.Phase != k.phase {
			telemetry.Emit(bus, BookPhaseChanged{Book: k.name, Phase: v.Phase, Last: v.Last})
		}
	}
	k.whole, k.news, k.orders, k.phase = false, nil, nil, v.Phase
}

// standings are the orders of an owner, or all of them, by their ids.
func (k *bookKeeper) standings(owner string) (all []Standing) {
	for _, id := range slices.Sorted(maps.Keys(k.purses)) {
		p := k.purses[id]
		if s, err := k.book.Find(id); err == nil && (owner == "" || owner == p.owner) {
			all = append(all, Standing{id, p.owner, s.Order, p.left()})
		}
	}
	return all
}

func (k *bookKeeper) encode() []byte {
	s := bookSnapshot{Rules: k.rules, Braked: k.braked, Book: k.book.Encode(), Now: k.now, Batches: k.batches, Owners: k.owners, Keys: nil, Tape: k.tape}
	for _, id := range slices.Sorted(maps.Keys(k.purses)) {
		s.Orders = append(s.Orders, bookPurse{id, k.purses[id].owner, k.purses[id].holds[0]}) // between batches there is one
	}
	s.Keys = k.keys.encode()
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts and numbers only
	}
	k.taken = 0
	return data
}

func (k *bookKeeper) decode(state []byte) error {
	var s bookSnapshot
	if err := json.Unmarshal(state, &s); err != nil {
		return fmt.Errorf("market: decode book: %w", err)
	}
	b, err := orderbook.Decode(s.Rules.Spec, s.Book)
	if err != nil {
		return err
	}
	if err := k.begin(s.Rules); err != nil {
		return err
	}
	k.book, k.now, k.batches, k.owners, k.tape, k.phase = b, s.Now, s.Batches, s.Owners, s.Tape, b.Phase()
	k.braked = s.Braked
	for i, name := range s.Owners {
		k.numbers[name] = orderbook.Owner(i + 1)
	}
	for _, p := range s.Orders {
		o, err := b.Find(p.ID)
		if err != nil {
			return err
		}
		k.purses[p.ID] = &purse{owner: p.Owner, side: o.Side, holds: []ledger.Hold{p.Hold}}
	}
	k.keys.decode(s.Keys)
	return nil
}

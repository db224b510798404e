// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"fmt"

	"mabeam.dev/market/money"
)

// Phase is what a book does with orders.
type Phase uint8

// The phases.
const (
	Open    Phase = iota // they trade at once
	Closed               // they are refused: the book is halted
	Calling              // limits are collected, and trade together at the end of the call
)

// String returns the word for the phase.
func (p Phase) String() string {
	switch p {
	case Open:
		return "open"
	case Closed:
		return "closed"
	case Calling:
		return "calling"
	}
	return fmt.Sprintf("orderbook.Phase(%d)", uint8(p))
}

// Book is one book. It has one owner, who calls one method at a time.
type Book struct {
	spec   Spec
	phase  Phase
	now    int64 // the latest moment of a command
	orders ID    // the ids given out
	trades ID
	turns  uint64 // places in queues given out
	last   money.Amount
	// rests are the sides; waits are the orders that wait for their stops, by side.
	rests, waits [2]ladder
	slots        []slot
	free         []int32
	index        index
	fired        []slot // left their stops, and come to the book in this order
	events       []Event
	window       window
	tape         Tape
}

// slot is an order that rests or waits.
type slot struct {
	Order
	id         ID
	turn       uint64
	prev, next int32
	level      int32
	waiting    bool
}

// New returns an empty book that is open, or every mistake of the spec.
func New(spec Spec) (*Book, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	spec = spec.withDefaults()
	return &Book{
		spec:  spec,
		rests: [2]ladder{newLadder(), newLadder()}, waits: [2]ladder{newLadder(), newLadder()},
		index:  newIndex(),
		window: window{span: int64(spec.HaltWindow), move: spec.HaltMove},
		tape:   NewTape(spec.Tape),
	}, nil
}

// Spec returns what the book was made with, defaults filled in.
func (b *Book) Spec() Spec { return b.spec }

// Phase returns what the book does with orders now.
func (b *Book) Phase() Phase { return b.phase }

// Tape returns the trades that are remembered; it changes with the book.
func (b *Book) Tape() *Tape { return &b.tape }

// begin takes the moment of a command. Time does not go back: an earlier moment is the latest one again.
func (b *Book) begin(at int64) {
	b.now = max(b.now, at)
	b.events = b.events[:0]
}

func (b *Book) emit(e Event) {
	e.At = b.now
	b.events = append(b.events, e)
}

// tick is where a price stands in a ladder.
func (b *Book) tick(p money.Amount) uint64 {
	if b.spec.Tick == 1 {
		return uint64(p)
	}
	return uint64(p / b.spec.Tick)
}

// price is the price of a level.
func (b *Book) price(v *level) money.Amount { return money.Amount(v.tick) * b.spec.Tick }

// best returns the level that trades first on a side, or none.
func (b *Book) best(s Side) int32 {
	if s == Buy {
		return b.rests[Buy].highest
	}
	return b.rests[Sell].lowest
}

// worse returns the level that trades after one.
func (b *Book) worse(s Side, i int32) int32 {
	if s == Buy {
		return b.rests[Buy].levels[i].below
	}
	return b.rests[Sell].levels[i].above
}

// Place takes an order and does with it what can be done at once. The events are good until the next command; an error says why the order was
// refused, and changes nothing but the time of the book.
func (b *Book) Place(at int64, o Order) (ID, []Event, error) {
	if err := b.check(&o); err != nil {
		return 0, nil, err
	}
	b.begin(at)
	if err := b.admit(&o); err != nil {
		return 0, nil, err
	}
	if len(b.slots)-len(b.free) >= b.spec.Orders {
		return 0, nil, fmt.Errorf("orderbook: %d orders: %w", b.spec.Orders, ErrFull)
	}
	b.orders++
	b.turns++
	t := slot{Order: o, id: b.orders, turn: b.turns}
	b.emit(Event{Act: Placed, Order: t.id, Owner: o.Owner, Side: o.Side, Price: o.Price, Quantity: o.Quantity})
	switch {
	case b.phase == Calling:
		b.rest(&t)
	case o.Stop > 0 && !reached(o.Side, o.Stop, b.last):
		b.wait(&t)
	default:
		if o.Stop > 0 {
			b.emit(Event{Act: Triggered, Order: t.id, Owner: o.Owner, Side: o.Side, Price: o.Price, Quantity: o.Quantity})
		}
		b.execute(&t)
		b.cascade()
	}
	return t.id, b.events, nil
}

// admit refuses what cannot come to the book as it is now.
func (b *Book) admit(o *Order) error {
	switch {
	case b.phase == Closed:
		return fmt.Errorf("orderbook: %s/%s: %w", b.spec.Base, b.spec.Quote, ErrHalted)
	case b.phase == Calling:
		if o.Kind != Limit || o.Stop > 0 {
			return fmt.Errorf("orderbook: a call takes plain limits, not %v: %w", o.Kind, ErrPhase)
		}
		if id := b.crossesOwn(o); id != 0 {
			return fmt.Errorf("orderbook: order %d: %w", id, ErrSelfTrade)
		}
	case o.Kind == PostOnly:
		if i := b.best(o.Side.Other()); i != none && within(o, b.price(&b.rests[o.Side.Other()].levels[i])) {
			return fmt.Errorf("orderbook: %v at %v: %w", o.Side, o.Price, ErrWouldTrade)
		}
	case o.Kind == FOK:
		if !b.fillable(o) {
			return fmt.Errorf("orderbook: %v %d at %v: %w", o.Side, o.Quantity, o.Price, ErrUnfilled)
		}
	}
	return nil
}

// within reports whether an order trades at a price.
func within(o *Order, p money.Amount) bool {
	if o.Side == Buy {
		return p <= o.Price || o.Price == 0
	}
	return p >= o.Price
}

// rest puts an order behind those at its price.
func (b *Book) rest(t *slot) {
	b.store(t, &b.rests[t.Side], b.tick(t.Price))
	b.emit(Event{Act: Rested, Order: t.id, Owner: t.Owner, Side: t.Side, Price: t.Price, Quantity: t.Quantity})
}

// store keeps an order at a tick of a ladder.
func (b *Book) store(t *slot, l *ladder, tick uint64) {
	var i int32
	if n := len(b.free); n > 0 {
		i = b.free[n-1]
		b.free = b.free[:n-1]
	} else {
		b.slots = append(b.slots, slot{})
		i = int32(len(b.slots) - 1)
	}
	t.level = l.at(tick)
	v := &l.levels[t.level]
	t.prev, t.next = v.tail, none
	if v.tail == none {
		v.head = i
	} else {
		b.slots[v.tail].next = i
	}
	v.tail = i
	v.count++
	v.quantity += t.Quantity
	b.slots[i] = *t
	b.index.add(t.id, i)
}

// home is the ladder that an order is in.
func (b *Book) home(t *slot) *ladder {
	if t.waiting {
		return &b.waits[t.Side]
	}
	return &b.rests[t.Side]
}

// remove takes an order out.
func (b *Book) remove(i int32) {
	t := &b.slots[i]
	l := b.home(t)
	v := &l.levels[t.level]
	if t.prev == none {
		v.head = t.next
	} else {
		b.slots[t.prev].next = t.next
	}
	if t.next == none {
		v.tail = t.prev
	} else {
		b.slots[t.next].prev = t.prev
	}
	v.quantity -= t.Quantity
	if v.count--; v.count == 0 {
		l.drop(t.level)
	}
	b.index.remove(t.id)
	b.free = append(b.free, i)
}

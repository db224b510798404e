// SPDX-License-Identifier: Apache-2.0

package orderbook

import "mabeam.dev/market/money"

// execute trades an order with what rests, and then lets it rest or ends it.
func (b *Book) execute(t *slot) {
	why := b.match(t)
	switch {
	case t.Quantity == 0:
	case why == NoReason && (t.Kind == Limit || t.Kind == PostOnly):
		t.Stop = 0
		b.rest(t)
	default:
		if why == NoReason {
			why = NothingLeft
		}
		b.end(t, why)
	}
}

// end tells of an order that is in no ladder.
func (b *Book) end(t *slot, why Reason) {
	b.emit(Event{Act: Cancelled, Why: why, Order: t.id, Owner: t.Owner, Side: t.Side, Price: t.Price, Quantity: t.Quantity})
}

// match trades an order while it can, and returns why it may not go on; no reason where nothing more is to be had.
func (b *Book) match(t *slot) Reason {
	other := t.Side.Other()
	l := &b.rests[other]
	bounded := t.Funds > 0
	for t.Quantity > 0 {
		at := b.best(other)
		if at == none {
			return NoReason
		}
		p := b.price(&l.levels[at])
		if !within(&t.Order, p) {
			return NoReason
		}
		i := l.levels[at].head
		m := &b.slots[i]
		if m.Owner == t.Owner {
			if t.SelfTrade != CancelNewest {
				out := *m
				b.remove(i)
				b.end(&out, OwnOrder)
			}
			if t.SelfTrade != CancelOldest {
				return OwnOrder
			}
			continue
		}
		q := min(t.Quantity, m.Quantity)
		if bounded {
			afford := int64(t.Funds / p)
			if q = min(q, afford-afford%b.spec.Lot); q == 0 {
				return NoReason
			}
		}
		if b.window.tooFar(b.now, p) {
			b.close(PriceMove, p)
			return PriceMove
		}
		t.Quantity -= q
		if bounded {
			t.Funds -= p * money.Amount(q)
		}
		b.trade(Event{Side: t.Side, Order: t.id, Owner: t.Owner, Resting: m.id, Counterparty: m.Owner, Price: p, Quantity: q})
		b.fill(i, q)
	}
	return NoReason
}

// fill takes a traded quantity from a resting order, which goes when nothing is left of it.
func (b *Book) fill(i int32, q int64) {
	m := &b.slots[i]
	if m.Quantity == q {
		b.remove(i)
		return
	}
	m.Quantity -= q
	b.rests[m.Side].levels[m.level].quantity -= q
}

// trade tells of a trade and remembers it.
func (b *Book) trade(e Event) {
	b.trades++
	e.Act, e.Trade = Traded, b.trades
	b.emit(e)
	b.last = e.Price
	b.window.add(b.now, e.Price)
	b.tape.Add(Print{Trade: e.Trade, At: b.now, Price: e.Price, Quantity: e.Quantity})
}

// fillable reports whether an order could be traded wholly now. An own order on the way ends the search, or is passed by where the order
// would cancel it and go on.
func (b *Book) fillable(o *Order) bool {
	other := o.Side.Other()
	l := &b.rests[other]
	left := o.Quantity
	first := money.Amount(0)
	for at := b.best(other); at != none; at = b.worse(other, at) {
		p := b.price(&l.levels[at])
		if first == 0 {
			first = p
		}
		// Its own first trade counts for the halt as much as earlier ones.
		if !within(o, p) || b.window.tooFar(b.now, p) || b.window.apart(first, p) {
			return false
		}
		for i := l.levels[at].head; i != none; i = b.slots[i].next {
			if m := &b.slots[i]; m.Owner != o.Owner {
				if left -= m.Quantity; left <= 0 {
					return true
				}
			} else if o.SelfTrade != CancelOldest {
				return false
			}
		}
	}
	return false
}

// crossesOwn returns an order of the same owner on the other side that would trade with this one, or 0.
func (b *Book) crossesOwn(o *Order) ID {
	other := o.Side.Other()
	l := &b.rests[other]
	for at := b.best(other); at != none && within(o, b.price(&l.levels[at])); at = b.worse(other, at) {
		for i := l.levels[at].head; i != none; i = b.slots[i].next {
			if m := &b.slots[i]; m.Owner == o.Owner {
				return m.id
			}
		}
	}
	return 0
}

// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"fmt"

	"mabeam.dev/market/money"
)

// find returns the slot of an owner's order.
func (b *Book) find(owner Owner, id ID) (int32, error) {
	if i := b.index.find(id); i != none && b.slots[i].Owner == owner {
		return i, nil
	}
	return none, fmt.Errorf("orderbook: order %d of %d: %w", id, owner, ErrUnknownOrder)
}

// Cancel ends an order that rests or waits, in every phase. The events are good until the next command.
func (b *Book) Cancel(at int64, owner Owner, id ID) ([]Event, error) {
	i, err := b.find(owner, id)
	if err != nil {
		return nil, err
	}
	b.begin(at)
	t := &b.slots[i]
	b.end(t, ByOwner)
	b.remove(i)
	return b.events, nil
}

// Amend gives an order another price and another quantity, of what is still to be traded. It keeps its place in the queue if the price stays and
// the quantity does not grow, which can be had in every phase; otherwise it goes behind the others, and trades if it can. An error says
// why it stays as it was. The events are good until the next command.
func (b *Book) Amend(at int64, owner Owner, id ID, price money.Amount, quantity int64) ([]Event, error) {
	i, err := b.find(owner, id)
	if err != nil {
		return nil, err
	}
	t := b.slots[i]
	fewer := price == t.Price && quantity <= t.Quantity
	t.Price, t.Quantity = price, quantity
	if err := b.check(&t.Order); err != nil {
		return nil, err
	}
	b.begin(at)
	if !fewer {
		if b.phase == Closed || !t.waiting {
			if err := b.admit(&t.Order); err != nil {
				return nil, err
			}
		}
	}
	b.emit(Event{Act: Amended, Order: id, Owner: owner, Side: t.Side, Price: price, Quantity: quantity})
	if fewer {
		kept := &b.slots[i]
		b.home(kept).levels[kept.level].quantity -= kept.Quantity - quantity
		kept.Quantity = quantity
		return b.events, nil
	}
	b.remove(i)
	b.turns++
	t.turn = b.turns
	switch {
	case t.waiting:
		b.wait(&t)
	case b.phase == Calling:
		b.rest(&t)
	default:
		b.execute(&t)
		b.cascade()
	}
	return b.events, nil
}

// Standing is an order that rests or waits.
type Standing struct {
	ID ID
	// Order has in Quantity what is still to be traded. Its Stop is 0 unless it waits for it.
	Order
}

// Find returns an order that rests or waits, or ErrUnknownOrder.
func (b *Book) Find(id ID) (Standing, error) {
	i := b.index.find(id)
	if i == none {
		return Standing{}, fmt.Errorf("orderbook: order %d: %w", id, ErrUnknownOrder)
	}
	return Standing{id, b.slots[i].Order}, nil
}

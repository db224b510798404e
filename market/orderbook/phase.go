// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"fmt"

	"mabeam.dev/market/money"
)

// close halts the book.
func (b *Book) close(why Reason, p money.Amount) {
	b.phase = Closed
	b.emit(Event{Act: Halted, Why: why, Price: p})
}

// Halt stops trading: orders are refused, and may be cancelled or made smaller. A book that is halted already is ErrHalted. The events are good
// until the next command.
func (b *Book) Halt(at int64) ([]Event, error) {
	if b.phase == Closed {
		return nil, fmt.Errorf("orderbook: halt: %w", ErrHalted)
	}
	b.begin(at)
	b.close(ByOperator, 0)
	return b.events, nil
}

// Call begins a call: limits are collected until Uncross. It follows a halt, and may interrupt trading. ErrPhase says that a call is on.
func (b *Book) Call(at int64) ([]Event, error) {
	if b.phase == Calling {
		return nil, fmt.Errorf("orderbook: call: %w", ErrPhase)
	}
	b.begin(at)
	b.phase = Calling
	b.emit(Event{Act: Called})
	return b.events, nil
}

// Uncross ends a call: everything that can trade does so at one price, see CallPrice, and the book is open. A reference of 0 is the price of the
// last trade. Those at the margin are served in the order of their turns. The move that halts is measured anew from here. ErrPhase says that
// no call is on.
func (b *Book) Uncross(at int64, reference money.Amount) ([]Event, error) {
	if b.phase != Calling {
		return nil, fmt.Errorf("orderbook: uncross: the book is %v: %w", b.phase, ErrPhase)
	}
	b.begin(at)
	b.phase = Open
	b.window.forget()
	if reference <= 0 {
		reference = b.last
	}
	p, left := CallPrice(b.Depth(Buy, 0, nil), b.Depth(Sell, 0, nil), b.spec.Tick, reference)
	b.emit(Event{Act: Reopened, Price: p, Quantity: left})
	for left > 0 {
		i, j := b.rests[Buy].levels[b.rests[Buy].highest].head, b.rests[Sell].levels[b.rests[Sell].lowest].head
		buy, sell := &b.slots[i], &b.slots[j]
		q := min(left, buy.Quantity, sell.Quantity)
		left -= q
		b.trade(Event{Side: Buy, Order: buy.id, Owner: buy.Owner, Resting: sell.id, Counterparty: sell.Owner, Price: p, Quantity: q})
		b.fill(i, q)
		b.fill(j, q)
	}
	b.cascade()
	return b.events, nil
}

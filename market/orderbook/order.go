// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"fmt"

	"mabeam.dev/market/money"
)

// ID names an order, and another counter names trades. Both begin at 1, grow by one, and are never given out twice by a book.
type ID uint64

// Owner is who an order belongs to; orders of one owner never trade with each other. Who keeps names keeps the table.
type Owner uint64

// Side is what an order does.
type Side uint8

// The sides.
const (
	Buy Side = iota
	Sell
)

// Other returns the side that it trades with.
func (s Side) Other() Side { return 1 - s }

// String returns the word for the side.
func (s Side) String() string {
	switch s {
	case Buy:
		return "buy"
	case Sell:
		return "sell"
	}
	return fmt.Sprintf("orderbook.Side(%d)", uint8(s))
}

// Kind is what becomes of an order, and of what is left of it.
type Kind uint8

// The kinds. A Limit is the default: what is not traded rests.
const (
	Limit    Kind = iota
	Market        // at any price that Price and Funds allow; what is not traded at once is cancelled
	IOC           // immediate or cancel: a limit of which nothing rests
	FOK           // fill or kill: traded wholly at once, or refused
	PostOnly      // a limit that is refused where it would trade at once
)

// String returns the word for the kind.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return fmt.Sprintf("orderbook.Kind(%d)", uint8(k))
}

var kinds = [...]string{"limit", "market", "ioc", "fok", "post-only"}

// SelfTrade is what happens where an order meets one of the same owner.
type SelfTrade uint8

// The remedies.
const (
	CancelNewest SelfTrade = iota // what is left of the coming order
	CancelOldest                  // the resting order; the coming one goes on
	CancelBoth
)

// Order is what a trader asks for.
type Order struct {
	Owner Owner
	Side  Side
	Kind  Kind
	// SelfTrade is what happens where the order meets another one of its owner.
	SelfTrade SelfTrade
	// Price is the worst price per piece. Market orders may leave it 0; a market order to buy then needs Funds.
	Price money.Amount
	// Quantity is how many pieces.
	Quantity int64
	// Funds is the most that a market order to buy spends; 0 is no such bound. No other order has it.
	Funds money.Amount
	// Stop keeps the order back until a trade happens at this price or beyond it: at or above to buy, at or below to sell. 0 is at once.
	Stop money.Amount
}

// check returns every mistake of an order, joined.
func (b *Book) check(o *Order) error {
	// One condition for what nearly all orders are, so that they pay for no list.
	fits := payable(o.Price, o.Quantity)
	if o.Side <= Sell && o.Kind <= PostOnly && o.SelfTrade <= CancelBoth && o.Kind != Market && fits &&
		o.Price > 0 && o.Quantity > 0 && o.Quantity <= MaxQuantity && o.Funds == 0 && o.Stop == 0 &&
		(b.spec.Lot == 1 || o.Quantity%b.spec.Lot == 0) && (b.spec.Tick == 1 || o.Price%b.spec.Tick == 0) {
		return nil
	}
	return b.mistakes(o, fits)
}

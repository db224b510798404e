// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"fmt"

	"mabeam.dev/market/money"
)

// Act is what an Event tells.
type Act uint8

// The acts, and the fields of the Event that they use.
const (
	Placed    Act = iota + 1 // Order was taken, for Quantity at Price
	Rested                   // Order rests with Quantity at Price
	Traded                   // Trade of Quantity at Price between Order and Resting
	Cancelled                // Order ends with Quantity not traded, because of Why
	Amended                  // Order is now for Quantity at Price
	Triggered                // Order was kept back until its stop; now it comes to the book
	Halted                   // the book takes no orders, because of Why; Price is of the trade that was prevented
	Called                   // the book collects orders for a call
	Reopened                 // the book trades again; Price and Quantity are of the call
)

var acts = [...]string{"none", "placed", "rested", "traded", "cancelled", "amended", "triggered", "halted", "called", "reopened"}

// String returns the word for the act.
func (a Act) String() string {
	if int(a) < len(acts) {
		return acts[a]
	}
	return fmt.Sprintf("orderbook.Act(%d)", uint8(a))
}

// Reason is why an order ended, or a book halted.
type Reason uint8

// The reasons.
const (
	NoReason    Reason = iota
	ByOwner            // its owner cancelled it
	NothingLeft        // nothing was there at the order's price, or its funds were spent, and it does not rest
	OwnOrder           // it met an order of its owner
	PriceMove          // the price moved too far
	ByOperator         // somebody halted the book
)

var reasons = [...]string{"", "by its owner", "nothing left", "own order", "price move", "by an operator"}

// String returns words for the reason.
func (r Reason) String() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return fmt.Sprintf("orderbook.Reason(%d)", uint8(r))
}

// Event is one thing that happened to a book. An order's way is Placed, then trades, then Rested or Cancelled unless all of it was traded.
type Event struct {
	Act  Act
	Why  Reason
	Side Side // of Order
	// At is the moment of the command, in nanoseconds.
	At int64
	// Order is who came, and Owner who it belongs to.
	Order ID
	Owner Owner
	// Trade numbers the trades of the book; a partial fill is a trade like others.
	Trade ID
	// Resting and Counterparty are the other side of a trade: the order that was there before. In a call that is the order to sell.
	Resting      ID
	Counterparty Owner
	Price        money.Amount
	Quantity     int64
}

// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Errors that callers branch on. None of them changes the book.
var (
	// ErrOffTick is returned for a price that is no multiple of the tick.
	ErrOffTick = fault.New(1841, "orderbook: the price is off the tick")
	// ErrOffLot is returned for a quantity that is no multiple of the lot.
	ErrOffLot = fault.New(1842, "orderbook: the quantity is off the lot")
	// ErrTooLarge is returned for a quantity above MaxQuantity, and for one that costs more than an amount can be.
	ErrTooLarge = fault.New(1843, "orderbook: the order is too large")
	// ErrWouldTrade is returned for a post-only order that would trade at once.
	ErrWouldTrade = fault.New(4541, "orderbook: the order would trade at once")
	// ErrUnfilled is returned for a fill-or-kill order that cannot be filled wholly.
	ErrUnfilled = fault.New(4542, "orderbook: the order cannot be filled wholly")
	// ErrSelfTrade is returned during a call for an order that crosses one of its owner.
	ErrSelfTrade = fault.New(4543, "orderbook: the order crosses one of its owner")
	// ErrHalted is returned while the book is halted.
	ErrHalted = fault.New(4544, "orderbook: the book is halted")
	// ErrPhase is returned for what cannot be done while the book is in its phase.
	ErrPhase = fault.New(4545, "orderbook: not in this phase")
	// ErrFull is returned when the book has as many orders as it may.
	ErrFull = fault.New(6711, "orderbook: the book is full")
	// ErrUnknownOrder is returned for an order that does not rest here, or no longer, or belongs to somebody else.
	ErrUnknownOrder = fault.New(7611, "orderbook: unknown order")
	// ErrSnapshot is returned for an encoded book that is not what was encoded.
	ErrSnapshot = fault.New(2624, "orderbook: the snapshot is damaged")
	// ErrNoPrice is returned where there is nothing to tell a price from.
	ErrNoPrice = fault.New(7612, "orderbook: no price")
)

// SpecError is a mistake in a field of a Spec.
type SpecError struct {
	// Field is its name, and Why what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *SpecError) Error() string { return fmt.Sprintf("orderbook: spec %q: %s", e.Field, e.Why) }

// FaultCode is E1844.
func (*SpecError) FaultCode() fault.Code { return 1844 }

// OrderError is a mistake in a field of an Order.
type OrderError struct {
	// Field is its name, and Why what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *OrderError) Error() string { return fmt.Sprintf("orderbook: order %q: %s", e.Field, e.Why) }

// FaultCode is E1845.
func (*OrderError) FaultCode() fault.Code { return 1845 }

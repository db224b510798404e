// SPDX-License-Identifier: Apache-2.0

package cost

import (
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/money"
)

// Sentinels of the conditions that callers branch on.
var (
	// ErrInvalid is what every *InvalidError is: the command can never be carried out.
	ErrInvalid = fault.New(1831, "cost: not a command")
	// ErrNoPrice is returned for a usage of a kind that had no price at its time.
	ErrNoPrice = fault.New(1832, "cost: no price")
	// ErrTooOld is returned for a usage, or a price, from before the time up to which the book has forgotten.
	ErrTooOld = fault.New(1833, "cost: before what the book remembers")
	// ErrConflict is returned when the id of a usage or reservation was used with other content.
	ErrConflict = fault.New(4531, "cost: the id stands for something else")
	// ErrUnknownReservation is returned when no reservation has the id.
	ErrUnknownReservation = fault.New(4532, "cost: no such reservation")
	// ErrReservationEnded is returned when a reservation was committed, released or has expired.
	ErrReservationEnded = fault.New(4533, "cost: the reservation has ended")
	// ErrInsufficientData is returned when a forecast would rest on too little.
	ErrInsufficientData = fault.New(4534, "cost: too little is known for a forecast")
	// ErrBudgetExceeded is what a *BudgetError is: a reservation does not fit.
	ErrBudgetExceeded = fault.New(6801, "cost: the budget does not allow it")
)

// InvalidError is one thing that is wrong with a command.
type InvalidError struct {
	// Field is the place: "usage.quantity".
	Field string
	// Reason says what is wrong.
	Reason string
}

// Error names field and reason.
func (e *InvalidError) Error() string { return "cost: " + e.Field + ": " + e.Reason }

// Unwrap returns ErrInvalid.
func (e *InvalidError) Unwrap() error { return ErrInvalid }

// FaultCode is E1831.
func (*InvalidError) FaultCode() fault.Code { return 1831 }

// BudgetError says at which node a reservation does not fit.
type BudgetError struct {
	// Node is the first node from the top without room.
	Node string
	// Need is what was to be reserved, Have what is left there: below 0 while the node is overrun.
	Need, Have money.Amount
}

// Error names the node, the need and what is left.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("cost: reserve %v at %q: %v is left", e.Need, e.Node, e.Have)
}

// Unwrap returns ErrBudgetExceeded.
func (e *BudgetError) Unwrap() error { return ErrBudgetExceeded }

// FaultCode is E6801.
func (*BudgetError) FaultCode() fault.Code { return 6801 }

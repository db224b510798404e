// SPDX-License-Identifier: Apache-2.0

package listing

import (
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/money"
)

// Errors that callers branch on. None of them changes the market.
var (
	// ErrDuplicate is returned for an id that was there before.
	ErrDuplicate = fault.New(4556, "listing: duplicate")
	// ErrFull is returned where a provider has no free capacity.
	ErrFull = fault.New(6712, "listing: no free capacity")
	// ErrUnknown is returned for a listing or a deal that is not there, or is over.
	ErrUnknown = fault.New(7616, "listing: unknown")
	// ErrNotYours is returned where somebody does what only another party of the listing or deal may.
	ErrNotYours = fault.New(4557, "listing: not yours")
)

// InputError is a mistake in a field.
type InputError struct {
	// Field is its name, and Why what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *InputError) Error() string { return fmt.Sprintf("listing: %q: %s", e.Field, e.Why) }

// FaultCode is E1851.
func (*InputError) FaultCode() fault.Code { return 1851 }

// ReputationError is returned where the reputation of a provider is below the gate of the market.
type ReputationError struct {
	// Provider is who offers.
	Provider string
	// Have is its reputation, Need the gate; both from 0 to 1.
	Have, Need float64
}

// Error says what was wrong, and with what.
func (e *ReputationError) Error() string {
	return fmt.Sprintf("listing: %q has a reputation of %.3f, needs %.3f", e.Provider, e.Have, e.Need)
}

// FaultCode is E4558.
func (*ReputationError) FaultCode() fault.Code { return 4558 }

// PriceError is returned where a listing costs more than the buyer would pay.
type PriceError struct {
	// Listing is its id.
	Listing string
	// Price is what it costs, Limit what the buyer would pay.
	Price, Limit money.Amount
}

// Error says what was wrong, and with what.
func (e *PriceError) Error() string {
	return fmt.Sprintf("listing: %q costs %v, limit %v", e.Listing, e.Price, e.Limit)
}

// FaultCode is E4559.
func (*PriceError) FaultCode() fault.Code { return 4559 }

// StateError is returned for a step that a deal cannot take from where it is.
type StateError struct {
	// Deal is its id.
	Deal string
	// Have is where it is.
	Have State
	// Step is what was asked.
	Step string
}

// Error says what was wrong, and with what.
func (e *StateError) Error() string {
	return fmt.Sprintf("listing: %s deal %q: it is %v", e.Step, e.Deal, e.Have)
}

// FaultCode is E4560.
func (*StateError) FaultCode() fault.Code { return 4560 }

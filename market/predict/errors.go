// SPDX-License-Identifier: Apache-2.0

package predict

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Errors that callers branch on. None of them changes the market.
var (
	// ErrTooLarge is returned for a market or a trade beyond which charges would not be exact to the micro-unit.
	ErrTooLarge = fault.New(1846, "predict: too large")
	// ErrPrice is returned where a trade costs more, or brings less, than its limit.
	ErrPrice = fault.New(4546, "predict: the price is beyond the limit")
	// ErrShares is returned for a sale of more shares than the seller has.
	ErrShares = fault.New(4547, "predict: not enough shares")
	// ErrAlreadyResolved is returned for whatever is asked of a market that has paid.
	ErrAlreadyResolved = fault.New(4548, "predict: already resolved")
)

// SpecError is a mistake in a field of a Spec, or in an argument of a command.
type SpecError struct {
	// Field is its name, and Why what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *SpecError) Error() string { return fmt.Sprintf("predict: %q: %s", e.Field, e.Why) }

// FaultCode is E1847.
func (*SpecError) FaultCode() fault.Code { return 1847 }

// StateError is returned for a command that the market's state does not have.
type StateError struct {
	// Have is the market's state.
	Have State
	// Command is what was asked.
	Command string
}

// Error says what was wrong, and with what.
func (e *StateError) Error() string {
	return fmt.Sprintf("predict: %s: the market is %v", e.Command, e.Have)
}

// FaultCode is E4549.
func (*StateError) FaultCode() fault.Code { return 4549 }

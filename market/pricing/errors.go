// SPDX-License-Identifier: Apache-2.0

package pricing

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Errors that callers branch on.
var (
	// ErrNoPrice is returned where nothing was traded in the time that counts. There is no default price.
	ErrNoPrice = fault.New(7613, "pricing: no price")
	// ErrInsufficientData is returned where there is too little to conclude from.
	ErrInsufficientData = fault.New(7614, "pricing: insufficient data")
)

// SpecError is a mistake in a field of a rule or in an argument.
type SpecError struct {
	// Field is its name, and Why what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *SpecError) Error() string { return fmt.Sprintf("pricing: %q: %s", e.Field, e.Why) }

// FaultCode is E1849.
func (*SpecError) FaultCode() fault.Code { return 1849 }

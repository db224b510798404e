// SPDX-License-Identifier: Apache-2.0

package auctioning

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// SpecError is an input that cannot be decided about.
type SpecError struct {
	// Field names the input, and Why says what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *SpecError) Error() string { return fmt.Sprintf("auctioning: %q: %s", e.Field, e.Why) }

// FaultCode is E4932.
func (*SpecError) FaultCode() fault.Code { return 4932 }

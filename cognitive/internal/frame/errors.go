// SPDX-License-Identifier: Apache-2.0

package frame

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// StateError is returned for bytes that are no state of what was to be restored. Nothing was restored.
type StateError struct {
	// Of names what was to be restored, and Why says what is wrong with the bytes.
	Of, Why string
}

// Error says what was to be restored and why it was not.
func (e *StateError) Error() string { return fmt.Sprintf("cognitive: restore %q: %s", e.Of, e.Why) }

// FaultCode is E1980.
func (*StateError) FaultCode() fault.Code { return 1980 }

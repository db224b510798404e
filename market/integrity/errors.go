// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"fmt"
	"time"

	"mabeam.dev/actors/fault"
)

// Conditions that callers branch on.
var (
	// ErrInvalidRules is returned for rules that cannot be followed; the error names each field.
	ErrInvalidRules = fault.New(1881, "integrity: the rules cannot be followed")
	// ErrInvalidState is what a *StateError is.
	ErrInvalidState = fault.New(4611, "integrity: not in this state of the case")
	// ErrNotParty is returned when somebody decides or appeals who has no right to.
	ErrNotParty = fault.New(4612, "integrity: not for this party to do")
	// ErrRateLimited is what a *LimitedError is.
	ErrRateLimited = fault.New(6811, "integrity: too fast")
)

// LimitedError says when another attempt will be let through.
type LimitedError struct {
	// Subject is the identity or the owner whose bucket is empty.
	Subject string
	// After is how long to wait.
	After time.Duration
}

// Error names the subject and the wait.
func (e *LimitedError) Error() string {
	return fmt.Sprintf("integrity: limit %.64q: too fast, again in %v", e.Subject, e.After)
}

// Unwrap returns ErrRateLimited.
func (e *LimitedError) Unwrap() error { return ErrRateLimited }

// FaultCode returns the code of ErrRateLimited.
func (e *LimitedError) FaultCode() fault.Code { return 6811 }

// StateError says that a case is not where it would have to be.
type StateError struct {
	// Case is its id.
	Case string
	// Have is its state.
	Have State
	// Event is what was to be done.
	Event string
}

// Error names case, state and event.
func (e *StateError) Error() string {
	return fmt.Sprintf("integrity: %s case %.64q: it is %v", e.Event, e.Case, e.Have)
}

// Unwrap returns ErrInvalidState.
func (e *StateError) Unwrap() error { return ErrInvalidState }

// FaultCode returns the code of ErrInvalidState.
func (e *StateError) FaultCode() fault.Code { return 4611 }

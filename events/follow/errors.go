// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/events"
)

var (
	// ErrConsumerActive is returned when a consumer is started while another of its name lives in the system.
	ErrConsumerActive = fault.New(2301, "follow: a consumer of this name is active")
	// ErrSpec matches every [*SpecError]: the consumer cannot be made.
	ErrSpec = fault.New(1421, "follow: invalid")
)

// SpecError is one problem of a [Spec].
type SpecError struct {
	Name   string // of the consumer
	Field  string // of the Spec
	Reason string // what is wrong with it
}

// Error names consumer, field and reason.
func (e *SpecError) Error() string {
	return fmt.Sprintf("follow: consumer %q: %s: %s", e.Name, e.Field, e.Reason)
}

// FaultCode is E1421.
func (*SpecError) FaultCode() fault.Code { return 1421 }

// Is matches [ErrSpec].
func (e *SpecError) Is(target error) bool { return target == ErrSpec }

// HaltError is why a consumer has halted, as its [Status] shows it.
type HaltError struct {
	Name string // of the consumer
	// Position is the event that could not be handled; 0 if the log itself could not be read on.
	Position events.Position
	Err      error // of the last attempt
}

// Error names consumer, position and cause.
func (e *HaltError) Error() string {
	if e.Position == 0 {
		return fmt.Sprintf("follow: consumer %q: halted: %v", e.Name, e.Err)
	}
	return fmt.Sprintf("follow: consumer %q: halted at position %d: %v", e.Name, e.Position, e.Err)
}

// FaultCode is E2302.
func (*HaltError) FaultCode() fault.Code { return 2302 }

// Unwrap returns the cause.
func (e *HaltError) Unwrap() error { return e.Err }

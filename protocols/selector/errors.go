// SPDX-License-Identifier: Apache-2.0

package selector

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrInvalidSpec is what every *ProfileError is, and every other mistake in what a session is to be.
var ErrInvalidSpec = fault.New(1930, "selector: such a session cannot be")

// ProfileError is a value that nobody knows.
type ProfileError struct {
	Field string // of the profile
	Why   string // what is wrong with it
}

// Error names the field.
func (e *ProfileError) Error() string { return "selector: " + e.Field + ": " + e.Why }

// Is matches ErrInvalidSpec.
func (e *ProfileError) Is(target error) bool { return target == ErrInvalidSpec }

// FaultCode is E1930.
func (*ProfileError) FaultCode() fault.Code { return 1930 }

// ParticipantsError is returned when there are too few participants for what is asked.
type ParticipantsError struct {
	Need int // at least
	Have int // were given
}

// Error has both numbers.
func (e *ParticipantsError) Error() string {
	return fmt.Sprintf("selector: %d participants, and %d are needed", e.Have, e.Need)
}

// FaultCode is E1931.
func (*ParticipantsError) FaultCode() fault.Code { return 1931 }

// LimitsError is returned when a protocol does not take so many participants.
type LimitsError struct {
	Protocol Protocol // that was chosen
	Min      int      // participants it takes
	Max      int      // participants it takes
	Have     int      // were given
}

// Error has the numbers.
func (e *LimitsError) Error() string {
	return fmt.Sprintf("selector: %s takes %d to %d participants, not %d", e.Protocol, e.Min, e.Max, e.Have)
}

// FaultCode is E1932.
func (*LimitsError) FaultCode() fault.Code { return 1932 }

// FaultToleranceError is returned when participants are too few to stand so many liars.
type FaultToleranceError struct {
	Need int // at least: three for each liar, and one
	Have int // were given
}

// Error has both numbers.
func (e *FaultToleranceError) Error() string {
	return fmt.Sprintf("selector: standing that many liars needs %d participants, not %d", e.Need, e.Have)
}

// FaultCode is E1933.
func (*FaultToleranceError) FaultCode() fault.Code { return 1933 }

// UnknownProtocolError is returned for an explicit protocol that is not registered.
type UnknownProtocolError struct {
	Protocol Protocol // that was asked for, or would be needed
}

// Error names it.
func (e *UnknownProtocolError) Error() string {
	return fmt.Sprintf("selector: protocol %q is unknown", string(e.Protocol))
}

// FaultCode is E1934.
func (*UnknownProtocolError) FaultCode() fault.Code { return 1934 }

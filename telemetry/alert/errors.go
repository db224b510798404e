// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrNoAlert is returned when there is no pending or firing alert of a rule and key to acknowledge.
var ErrNoAlert = fault.New(8201, "no such alert is pending or firing")

// ErrNoSilence is returned when there is no silence of an id.
var ErrNoSilence = fault.New(8202, "no such silence")

// FieldError is one mistake in a rule, a route or a silence.
type FieldError struct {
	// Kind is "rule", "route", "silence" or "spec".
	Kind string
	// Subject is the name that the user gave it.
	Subject string
	// Field is the key in the configuration.
	Field string
	// Reason says what is wrong with it.
	Reason string
}

// Error names the subject, the field and the reason.
func (e *FieldError) Error() string {
	return fmt.Sprintf("telemetry/alert: %s %q: %s: %s", e.Kind, e.Subject, e.Field, e.Reason)
}

// FaultCode is E1701.
func (*FieldError) FaultCode() fault.Code { return 1701 }

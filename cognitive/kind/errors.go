// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrNotFinite is returned when a number is NaN or infinite, whatever the bounds policy says.
var ErrNotFinite = fault.New(1996, "kind: the number is not finite")

// ErrRange matches every [RangeError] with errors.Is.
var ErrRange = fault.New(1995, "kind: the value is out of range")

// RangeError is returned when a number is outside of its range, or between two points of its grid.
type RangeError struct {
	// Min and Max are the ends of the range, both allowed.
	Min, Max Value
	// Step is the distance of the points of the grid, which starts at Min; none without a grid.
	Step Value
	// Got is what was proposed.
	Got Value
}

// Error names range and value.
func (e *RangeError) Error() string {
	if e.Step.typ != None {
		return fmt.Sprintf("kind: %s is not in [%s, %s] in steps of %s", e.Got, e.Min, e.Max, e.Step)
	}
	return fmt.Sprintf("kind: %s is not in [%s, %s]", e.Got, e.Min, e.Max)
}

// FaultCode is E1995.
func (*RangeError) FaultCode() fault.Code { return 1995 }

// Is reports whether target is ErrRange.
func (*RangeError) Is(target error) bool { return target == ErrRange } //nolint:errorlint // the sentinel itself

// ErrUnknownChoice matches every [UnknownChoiceError] with errors.Is.
var ErrUnknownChoice = fault.New(1997, "kind: no such option")

// UnknownChoiceError is returned when an option, field or member is not one of those that there are, or is disabled.
type UnknownChoiceError struct {
	// Got is what was proposed.
	Got string
	// Options are those that can be chosen, in their order.
	Options []string
}

// Error names the option and those that there are.
func (e *UnknownChoiceError) Error() string {
	return fmt.Sprintf("kind: no option %q: there are %q", e.Got, e.Options)
}

// FaultCode is E1997.
func (*UnknownChoiceError) FaultCode() fault.Code { return 1997 }

// Is reports whether target is ErrUnknownChoice.
func (*UnknownChoiceError) Is(target error) bool { return target == ErrUnknownChoice } //nolint:errorlint // the sentinel itself

// ErrType matches every [TypeError] with errors.Is.
var ErrType = fault.New(1998, "kind: a value of another form")

// TypeError is returned when a value has another form than its kind.
type TypeError struct {
	// Want is the form of the kind, Got that of the value.
	Want, Got Type
}

// Error names both forms.
func (e *TypeError) Error() string {
	return fmt.Sprintf("kind: a value of form %s, want %s", e.Got, e.Want)
}

// FaultCode is E1998.
func (*TypeError) FaultCode() fault.Code { return 1998 }

// Is reports whether target is ErrType.
func (*TypeError) Is(target error) bool { return target == ErrType } //nolint:errorlint // the sentinel itself

// DefinitionError is one problem of a description.
type DefinitionError struct {
	// Kind names the kind: "float".
	Kind string
	// Field names what is wrong, as in the description: "Max".
	Field string
	// Reason says what is wrong with it.
	Reason string
}

// Error names all three.
func (e *DefinitionError) Error() string {
	return fmt.Sprintf("kind: %s: %s: %s", e.Kind, e.Field, e.Reason)
}

// FaultCode is E1999.
func (*DefinitionError) FaultCode() fault.Code { return 1999 }

// wrong makes a DefinitionError.
func wrong(kind, field, format string, args ...any) error {
	return &DefinitionError{kind, field, fmt.Sprintf(format, args...)}
}

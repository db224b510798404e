// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// SpecError is a setting or a value that a detector cannot work with.
type SpecError struct {
	// Field is its name, and Why what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *SpecError) Error() string { return fmt.Sprintf("detect: %q: %s", e.Field, e.Why) }

// FaultCode is E1982.
func (*SpecError) FaultCode() fault.Code { return 1982 }

// finite returns a mistake of every field that is not a finite number.
func finite(fields map[string]float64, order ...string) []error {
	var problems []error
	for _, f := range order {
		if x := fields[f]; x-x != 0 { // infinite or none
			problems = append(problems, &SpecError{f, "it is not finite"})
		}
	}
	return problems
}

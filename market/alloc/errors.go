// SPDX-License-Identifier: Apache-2.0

package alloc

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrInfeasible is returned where no allocation does what has to be done.
var ErrInfeasible = fault.New(4550, "alloc: infeasible")

// InputError is a mistake in a problem.
type InputError struct {
	// Where is the place, such as "task 3 option 0", and Why what is wrong there.
	Where, Why string
}

// Error says what was wrong, and with what.
func (e *InputError) Error() string { return fmt.Sprintf("alloc: %q: %s", e.Where, e.Why) }

// FaultCode is E1848.
func (*InputError) FaultCode() fault.Code { return 1848 }

// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrTransition is what every [*TransitionError] is.
var ErrTransition = fault.New(3211, "lifecycle: not a transition")

// TransitionError is returned for an event that cannot happen in a state.
type TransitionError struct {
	From  State // where the agent is, and stays
	Event Event // what was refused
}

// Error names the state and the event.
func (e *TransitionError) Error() string {
	from := e.From.String()
	if e.From == None {
		from = "none"
	}
	return fmt.Sprintf("lifecycle: step %q: cannot happen in state %s", e.Event, from)
}

// FaultCode is E3211.
func (*TransitionError) FaultCode() fault.Code { return 3211 }

// Is makes the error an ErrTransition.
func (e *TransitionError) Is(target error) bool { return target == ErrTransition }

// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// The mistakes of a machine's callbacks. Each is a crash of the process, whose cause is a [*TransitionError] with one of them behind it.
var (
	// ErrNoCallback is the cause when a state has no callback and the machine has none for all states.
	ErrNoCallback = fault.New(1111, "no callback for the state")
	// ErrNoResult is the cause when a callback returned the zero Result.
	ErrNoResult = fault.New(1112, "the callback returned no result")
	// ErrEnterResult is the cause when Enter asked for another state.
	ErrEnterResult = fault.New(1113, "Enter cannot change the state")
	// ErrEnterAction is the cause when Enter postponed or inserted an event.
	ErrEnterAction = fault.New(1114, "Enter can neither postpone nor insert events")
	// ErrEnterMachine is the cause when Enter changed the machine.
	ErrEnterMachine = fault.New(1115, "Enter cannot change the machine")
	// ErrStopAction is the cause when a Stop came with an action that is no reply.
	ErrStopAction = fault.New(1116, "a Stop can only reply")
	// ErrBadTimeout is the cause when a timeout has no name, a negative time, or a nil content.
	ErrBadTimeout = fault.New(1117, "a timeout needs a name, a time that is not negative, and a content")
	// ErrBadEvent is the cause when an inserted event is of no kind, is a timeout without a name, or has one and is none.
	ErrBadEvent = fault.New(1118, "an inserted event needs a kind, and a name if it is a timeout")
	// ErrBadAnswer is the cause when an Answer was not made with To or Failing.
	ErrBadAnswer = fault.New(1119, "an answer needs a reply address")
	// ErrNoMachine is the cause when a machine to change to is nil, or when Pop finds none below.
	ErrNoMachine = fault.New(1120, "no machine to change to")
)

// TransitionError says in what state and at what event a machine made one of the mistakes above.
type TransitionError struct {
	// State is the state that the machine was in.
	State any
	// Event names the event in hand, or the callback.
	Event string
	// Err is the mistake.
	Err error
}

// Error names the state, the event and the mistake.
func (e *TransitionError) Error() string {
	return fmt.Sprintf("statem: state %q: %s: %s", fmt.Sprint(e.State), e.Event, e.Err)
}

// FaultCode is E1121.
func (*TransitionError) FaultCode() fault.Code { return 1121 }

// Unwrap returns the mistake.
func (e *TransitionError) Unwrap() error { return e.Err }

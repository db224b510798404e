// SPDX-License-Identifier: Apache-2.0

package eventmgr

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

var (
	// ErrNoHandler is returned when the manager has no handler of the id.
	ErrNoHandler = fault.New(4312, "no such handler")
	// ErrIDTaken is returned when the manager has a handler of the id already; nothing was added.
	ErrIDTaken = fault.New(7401, "the id is taken")
	// ErrWrongHandler is returned by Call when the handler is of another type than the question is for.
	ErrWrongHandler = fault.New(1131, "the handler is of another type")
	// ErrNilHandler is returned when there is no handler to add.
	ErrNilHandler = fault.New(1132, "no handler")
)

// HandlerError is returned when a manager could not do with a handler what it was asked, or when the handler crashed over it.
type HandlerError struct {
	// Op is what was asked: add, delete, swap, call.
	Op string
	// ID is the handler's.
	ID string
	// Err is one of the sentinels above, what Init or the handler returned, or an *exit.CrashError with the panic and its stack.
	Err error
}

// Error names the operation, the handler and the cause.
func (e *HandlerError) Error() string { return fmt.Sprintf("eventmgr: %s %q: %s", e.Op, e.ID, e.Err) }

// FaultCode is E4311.
func (*HandlerError) FaultCode() fault.Code { return 4311 }

// Unwrap returns the cause.
func (e *HandlerError) Unwrap() error { return e.Err }

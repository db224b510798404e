// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Refusals of management calls.
var (
	// ErrNotFound is returned when no child has the id, or the living process is no child.
	ErrNotFound = fault.New(4101, "supervision: no such child")
	// ErrRunning is returned when RestartChild or DeleteChild meets a child that has a process.
	ErrRunning = fault.New(4102, "supervision: child is running")
	// ErrRestarting is returned when RestartChild or DeleteChild meets a child between two restart attempts.
	ErrRestarting = fault.New(4103, "supervision: child is restarting")
	// ErrAlreadyPresent is returned when StartChild meets a spec of the same id that has no process.
	ErrAlreadyPresent = fault.New(4104, "supervision: child spec is already present")
	// ErrSimpleOneForOne is returned when a call by id or with a spec meets a SimpleOneForOne supervisor.
	ErrSimpleOneForOne = fault.New(1204, "supervision: not possible with simple_one_for_one")
	// ErrNotSimpleOneForOne is returned when StartDynamic meets a supervisor without a template.
	ErrNotSimpleOneForOne = fault.New(1205, "supervision: possible with simple_one_for_one only")
	// ErrDynamic is returned when a call by id meets a Dynamic supervisor, whose children are known by their process alone.
	ErrDynamic = fault.New(1206, "supervision: not possible with a dynamic supervisor")
	// ErrNotDynamic is returned when StartOwn meets a supervisor that is not Dynamic.
	ErrNotDynamic = fault.New(1207, "supervision: possible with a dynamic supervisor only")
	// ErrMaxChildren is returned when a start meets a Dynamic supervisor that has as many children as it may; restarting ones count.
	ErrMaxChildren = fault.New(6201, "supervision: there are as many children as are allowed")
)

// AlreadyStartedError is returned when StartChild meets a running child of the same id.
type AlreadyStartedError struct {
	ID  string // of the child
	Ref Ref    // its process
}

// Error names the child.
func (e *AlreadyStartedError) Error() string {
	return fmt.Sprintf("supervision: start child %q: already started", e.ID)
}

// FaultCode is E4106.
func (*AlreadyStartedError) FaultCode() fault.Code { return 4106 }

// StartError is returned when a start asked by a call fails. The spec is not kept by StartChild and stays stopped by RestartChild.
type StartError struct {
	ID     string // empty for SimpleOneForOne
	Reason Reason // why the start ended
}

// Error names the child and the reason.
func (e *StartError) Error() string {
	return fmt.Sprintf("supervision: start child %q: %v", e.ID, e.Reason)
}

// FaultCode is E4108.
func (*StartError) FaultCode() fault.Code { return 4108 }

// Unwrap returns the payload of the reason if it is an error.
func (e *StartError) Unwrap() error {
	err, _ := e.Reason.Payload.(error)
	return err
}

// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"fmt"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/supervision/plan"
)

// Refusals of management calls, and faults of specs.
var (
	// ErrNotFound is returned when no child has the id, or the living process is no child.
	ErrNotFound = plan.ErrNotFound
	// ErrRunning is returned when RestartChild or DeleteChild meets a child that has a process.
	ErrRunning = plan.ErrRunning
	// ErrRestarting is returned when RestartChild or DeleteChild meets a child between two restart attempts.
	ErrRestarting = plan.ErrRestarting
	// ErrAlreadyPresent is returned when StartChild meets a spec of the same id that has no process.
	ErrAlreadyPresent = plan.ErrAlreadyPresent
	// ErrSimpleOneForOne is returned when a call by id or with a spec meets a SimpleOneForOne supervisor.
	ErrSimpleOneForOne = plan.ErrSimpleOneForOne
	// ErrNotSimpleOneForOne is returned when StartDynamic meets a supervisor without a template.
	ErrNotSimpleOneForOne = plan.ErrNotSimpleOneForOne
	// ErrDynamic is returned when a call by id meets a Dynamic supervisor.
	ErrDynamic = plan.ErrDynamic
	// ErrNotDynamic is returned when StartShared meets a supervisor that is not Dynamic.
	ErrNotDynamic = plan.ErrNotDynamic
	// ErrMaxChildren is returned when a start meets a Dynamic supervisor that has as many children as it may.
	ErrMaxChildren = plan.ErrMaxChildren
	// ErrNoProcess is the cause of a failed start: the StartFunc returned neither a process nor an error.
	ErrNoProcess = fault.New(1208, "supervision: the start function returned no process")
)

// refusedCall is one of the sentinels above as the answer to a call: it says what was asked of which child.
type refusedCall struct {
	operation, child string
	err              error
}

func (e *refusedCall) Error() string {
	return fmt.Sprintf("supervision: %s %q: %s", e.operation, e.child, strings.TrimPrefix(e.err.Error(), "supervision: "))
}

func (e *refusedCall) Unwrap() error { return e.err }

// Faults are all mistakes of a spec at once; each is a *FieldError.
type Faults = plan.Faults

// FieldError is one mistake in a spec: path, what was found, what is allowed.
type FieldError = plan.FieldError

// AlreadyStartedError is returned when StartChild meets a running child of the same id.
type AlreadyStartedError struct {
	ID  string     // of the child
	PID actors.PID // its process
}

// Error names the child and its process.
func (e *AlreadyStartedError) Error() string {
	return fmt.Sprintf("supervision: start child %q: already started as %s", e.ID, e.PID)
}

// FaultCode is E4105.
func (*AlreadyStartedError) FaultCode() fault.Code { return 4105 }

// StartError is returned when a start that a call asked for failed. StartChild keeps no spec of it; RestartChild leaves it stopped.
type StartError struct {
	ID     string        // empty for a dynamic child
	Reason actors.Reason // why the start ended
}

// Error names the child and the reason.
func (e *StartError) Error() string {
	if e.ID == "" {
		return fmt.Sprintf("supervision: start dynamic child: %s", e.Reason)
	}
	return fmt.Sprintf("supervision: start child %q: %s", e.ID, e.Reason)
}

// FaultCode is E4107.
func (*StartError) FaultCode() fault.Code { return 4107 }

// Unwrap returns the crash behind the reason, if it was one.
func (e *StartError) Unwrap() error {
	if c := e.Reason.CrashError(); c != nil {
		return c
	}
	return nil
}

// StartFailed is the term of the Shutdown with which a supervisor ends whose child failed to start with it.
type StartFailed struct {
	ID     string
	Reason actors.Reason
}

// String renders it on one line; nested ones show every level.
func (f *StartFailed) String() string {
	return fmt.Sprintf("child %q failed to start: %s", f.ID, f.Reason)
}

// ArgsError is the cause of a failed start: StartDynamic got args of another type than the template takes.
type ArgsError struct {
	Child     string // id of the child
	Got, Want any    // what was handed over
}

// Error names the template and the types.
func (e *ArgsError) Error() string {
	return fmt.Sprintf("supervision: start child of template %q: args are %T, want %T", e.Child, e.Got, e.Want)
}

// FaultCode is E1203.
func (*ArgsError) FaultCode() fault.Code { return 1203 }

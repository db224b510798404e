// SPDX-License-Identifier: Apache-2.0

package task

import (
	"fmt"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/supervision/dynamic"
)

var (
	// ErrMaxChildren is returned when a start meets a supervisor that has as many tasks as it may.
	ErrMaxChildren = dynamic.ErrMaxChildren
	// ErrNotOwner is returned when a process asks for the result of a task that another process owns.
	ErrNotOwner = fault.New(4201, "task: another process owns the task")
	// ErrGivenUp is returned when the result is asked for of a task that an Await has given up.
	ErrGivenUp = fault.New(4202, "task: the task was given up")
	// ErrRestarts is returned when a task with a result is started with a restart type other than temporary: its second life would have
	// nobody to answer.
	ErrRestarts = fault.New(1221, "task: a task with a result is never restarted")
)

// ExitError is the outcome of a task that ended without a result: its function returned an error or panicked, or it was stopped or killed.
type ExitError struct {
	Path   string        // of the task's process
	Reason actors.Reason // why it ended
}

// Error names the task and the reason.
func (e *ExitError) Error() string {
	return fmt.Sprintf("task: await %q: ended without a result: %s", e.Path, e.Reason)
}

// FaultCode is E4203.
func (*ExitError) FaultCode() fault.Code { return 4203 }

// Unwrap returns the crash behind the reason, if it was one, and so the error that the function returned.
func (e *ExitError) Unwrap() error {
	if c := e.Reason.CrashError(); c != nil {
		return c
	}
	return nil
}

// ItemError is the outcome of one item of a [Stream] that has no result.
type ItemError[A any] struct {
	Index int   // of the item, from 0
	Input A     // the item
	Err   error // *ExitError, or actors.ErrTimeout when the time of the task was over
}

// Error names the item by its place.
func (e *ItemError[A]) Error() string {
	return fmt.Sprintf("task: stream item %d: %s", e.Index, strings.TrimPrefix(e.Err.Error(), "task: "))
}

// FaultCode is E4204.
func (*ItemError[A]) FaultCode() fault.Code { return 4204 }

// Unwrap returns the error of the item's task.
func (e *ItemError[A]) Unwrap() error { return e.Err }

// failure is an error that lacks a subject, with the task that it is about.
type failure struct {
	operation, path string
	err             error
}

func (e *failure) Error() string {
	return fmt.Sprintf("task: %s %q: %s", e.operation, e.path, strings.TrimPrefix(e.err.Error(), "task: "))
}

func (e *failure) Unwrap() error { return e.err }

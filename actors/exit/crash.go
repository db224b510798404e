// SPDX-License-Identifier: Apache-2.0

package exit

import (
	"errors"
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrGoexit is the cause of a crash in which a callback ended its goroutine with runtime.Goexit.
var ErrGoexit = fault.New(3104, "actors: a callback called runtime.Goexit")

var errNilCrash = errors.New("actors: crash without a cause")

// CrashError is the detail of a crash: where it happened, on which message, and why.
type CrashError struct {
	// Path is the process's path in its tree, such as "/app/db".
	Path string
	// Incarnation tells this life of the process from earlier and later ones.
	Incarnation uint64
	// Message is the Go type of the message in hand, or "Init", "Terminate" or "Go" for those callbacks.
	Message string
	// Cause is the returned error, or a *PanicError.
	Cause error
	// Stack is the goroutine's stack of a panic; nil when an error was returned.
	Stack []byte
}

// Error says what crashed on which message and why, on one line.
func (e *CrashError) Error() string {
	cause := e.Cause
	if cause == nil {
		cause = errNilCrash
	}
	switch {
	case e.Path == "":
		return cause.Error()
	case e.Message == "":
		return fmt.Sprintf("actors: process %q: %v", e.Path, cause)
	}
	return fmt.Sprintf("actors: process %q handling %s: %v", e.Path, e.Message, cause)
}

// FaultCode is E3101.
func (*CrashError) FaultCode() fault.Code { return 3101 }

// FaultPlace returns the process and what it was handling.
func (e *CrashError) FaultPlace() fault.Place {
	return fault.Place{Process: e.Path, Handling: e.Message}
}

// Unwrap returns the cause.
func (e *CrashError) Unwrap() error { return e.Cause }

// PanicError is the cause of a crash by panic.
type PanicError struct {
	// Value is what panic was called with.
	Value any
}

// Error renders the panic's value.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// FaultCode is E3102.
func (*PanicError) FaultCode() fault.Code { return 3102 }

// Unwrap returns the value when it is itself an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

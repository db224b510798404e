// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"fmt"

	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/fault"
)

// Reason is why a process ended; see package exit.
type Reason = exit.Reason

// CrashError is the detail of a crash: path, message type, cause, stack; see package exit.
type CrashError = exit.CrashError

// The stop values: what Init or Receive returns to end the process without a crash. Only these values themselves stop; a wrapped one
// is a crash like any other error, so that the outcome of a failed call is never taken for an order.
var (
	// Stop ends the process with reason Normal.
	Stop = errors.New("actors: stop")
	// StopShutdown ends the process with reason Shutdown.
	StopShutdown = errors.New("actors: stop with shutdown")
	// Ignore, returned from Init, makes Spawn return ErrIgnore: there is no process, and nothing is wrong.
	Ignore = errors.New("actors: ignore")
)

// stopWith is the stop value of StopWith.
type stopWith struct{ why Reason }

func (s *stopWith) Error() string { return "actors: stop with " + s.why.String() }

// StopWith returns the stop value that ends the process with reason Shutdown(term). The term must be immutable.
func StopWith(term any) error { return &stopWith{exit.ShutdownWith(term)} }

// StopBecause returns the stop value that ends the process with exactly the reason given. Supervisors and proxies use it to pass a
// reason on.
func StopBecause(why Reason) error { return &stopWith{why} }

// reasonOf maps what a callback returned: identity decides, not wrapping.
func reasonOf(err error) Reason {
	switch err { //nolint:errorlint // a wrapped stop value must not stop
	case Stop:
		return exit.ReasonNormal
	case StopShutdown:
		return exit.ReasonShutdown
	}
	if s, ok := err.(*stopWith); ok { //nolint:errorlint // see above
		return s.why
	}
	return exit.CrashOf(&exit.CrashError{Cause: err})
}

// UnknownMessageError is the cause of a crash by a message that the behaviour's type switch does not know.
type UnknownMessageError struct {
	// Message is what arrived.
	Message any
}

// Error names the type.
func (e *UnknownMessageError) Error() string { return fmt.Sprintf("unknown message %T", e.Message) }

// FaultCode is E1104.
func (*UnknownMessageError) FaultCode() fault.Code { return 1104 }

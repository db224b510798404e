// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/kernel"
)

var (
	// ErrNoProc is returned when there is nobody to send to: the process has ended, is restarting, or never was.
	ErrNoProc = kernel.ErrNoProc
	// ErrMailboxFull is returned when the target's mailbox is at its bound; the message was not taken.
	ErrMailboxFull = kernel.ErrMailboxFull
	// ErrTimeout is returned when a call's deadline passed. It also matches context.DeadlineExceeded.
	ErrTimeout = kernel.ErrTimeout
	// ErrCallSelf is returned when a process calls itself, which could never be answered.
	ErrCallSelf = kernel.ErrCallSelf
	// ErrFenced is returned to a killed process's abandoned handler: whatever it asks of the runtime is void.
	ErrFenced = kernel.ErrFenced
	// ErrStopped is returned by every operation on a closed system.
	ErrStopped = kernel.ErrStopped
	// ErrStartTimeout is returned when Init did not return within the StartTimeout; the process was killed.
	ErrStartTimeout = fault.New(3110, "actors: Init did not return in time")
	// ErrWrongType is returned when a process is addressed with a message type that it does not take.
	ErrWrongType = fault.New(1102, "actors: the process takes messages of another type")
	// ErrNoBehavior is the cause of a failed start: the start function is nil or returned nil.
	ErrNoBehavior = fault.New(1103, "actors: no behaviour to start")
	// ErrIgnore is returned by Spawn when Init returned Ignore: there is no process, and nothing is wrong.
	ErrIgnore = fault.New(3111, "actors: Init chose not to start")
)

// StartError is returned when Init ended the process.
type StartError struct {
	// Path is where the process would have been.
	Path string
	// Reason is the exit reason: a Crash with Init's error, in most cases.
	Reason Reason
}

// Error names the process and the reason.
func (e *StartError) Error() string {
	return fmt.Sprintf("actors: start %q: %s", e.Path, e.Reason)
}

// FaultCode is E3109.
func (*StartError) FaultCode() fault.Code { return 3109 }

// FaultPlace returns where the process would have been.
func (e *StartError) FaultPlace() fault.Place { return fault.Place{Process: e.Path} }

// Unwrap returns the crash behind the reason, if it was one.
func (e *StartError) Unwrap() error {
	if c := e.Reason.CrashError(); c != nil {
		return c
	}
	return nil
}

// NameTakenError is returned by Spawn when another living process holds the name; nothing was started.
type NameTakenError struct {
	// Name is the name asked for.
	Name string
	// Holder is the process that has it.
	Holder PID
}

// Error names the name and its holder.
func (e *NameTakenError) Error() string {
	return fmt.Sprintf("actors: spawn %q: name taken by %s", e.Name, e.Holder)
}

// FaultCode is E7101.
func (*NameTakenError) FaultCode() fault.Code { return 7101 }

// refusedCall is one of the sentinels above as the outcome of a call: it names the callee.
type refusedCall struct {
	callee  string
	process string // path of the callee; empty if there is none
	err     error
}

func (e *refusedCall) Error() string {
	return fmt.Sprintf("actors: call %q: %s", e.callee, strings.TrimPrefix(e.err.Error(), "actors: "))
}

func (e *refusedCall) Unwrap() error { return e.err }

// FaultPlace returns the callee.
func (e *refusedCall) FaultPlace() fault.Place { return fault.Place{Process: e.process} }

// refused names the callee in an error that does not; others are left as they are.
func refused(callee, process string, err error) error {
	switch err { //nolint:errorlint // only the values themselves lack a subject
	case ErrNoProc, ErrMailboxFull, ErrTimeout, ErrCallSelf, ErrFenced, ErrStopped, ErrWrongType:
		return &refusedCall{callee, process, err}
	}
	return err
}

// CallError is returned by Call when the incarnation that took the call ended before it answered.
type CallError struct {
	// Path is the callee's path.
	Path string
	// Reason is why it ended.
	Reason Reason
}

// Error names the callee and the reason.
func (e *CallError) Error() string {
	return fmt.Sprintf("actors: call %q: callee ended: %s", e.Path, e.Reason)
}

// FaultCode is E3106.
func (*CallError) FaultCode() fault.Code { return 3106 }

// FaultPlace returns the callee.
func (e *CallError) FaultPlace() fault.Place { return fault.Place{Process: e.Path} }

// Unwrap returns the callee's crash, if it was one.
func (e *CallError) Unwrap() error {
	if c := e.Reason.CrashError(); c != nil {
		return c
	}
	return nil
}

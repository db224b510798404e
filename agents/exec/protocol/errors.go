// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// What [Session.Assign] answers when it does not take a task.
var (
	// ErrNotReady is returned when the program has not said hello yet.
	ErrNotReady = fault.New(3321, "program is not ready")
	// ErrBusy is returned when as many tasks are out as the program takes.
	ErrBusy = fault.New(6401, "program is busy")
	// ErrStopping is returned when the program is stopping, being killed or gone.
	ErrStopping = fault.New(3322, "program is stopping")
	// ErrTaskOpen is returned when the program still holds a task of this id, perhaps a cancelled one.
	ErrTaskOpen = fault.New(3323, "program already holds the task")
	// ErrTaskInvalid is returned when a task has no usable id or an input that is not JSON.
	ErrTaskInvalid = fault.New(1521, "task is invalid")
)

// Why a task ended without an answer, besides [*DownError].
var (
	// ErrDeadline is the end of a task whose answer did not come within its time-out.
	ErrDeadline = fault.NewTimeout(3324, "task deadline passed")
	// ErrCancelled is the end of a task the owner cancelled.
	ErrCancelled = fault.New(3325, "task was cancelled")
)

// The causes of a [Reason] that carry no data.
var (
	// ErrNoHello is the cause of StartTimeout.
	ErrNoHello = fault.NewTimeout(3326, "no hello within the start time-out")
	// ErrOutputClosed is the cause of Protocol when the program closed its output and went on living.
	ErrOutputClosed = fault.New(3327, "output closed without exit")
	// ErrInputClosed is the cause of Protocol when the program closed its input and went on living.
	ErrInputClosed = fault.New(3328, "input closed without exit")
	// ErrWriteBlocked is the cause of Unhealthy when the program did not read its input for too long.
	ErrWriteBlocked = fault.NewTimeout(3329, "input not read within the write time-out")
	// ErrSilent is the cause of Unhealthy when the program gave no sign of life.
	ErrSilent = fault.NewTimeout(3330, "no sign of life")
	// ErrCancelIgnored is the cause of Unhealthy when the program did not answer a task after its cancel.
	ErrCancelIgnored = fault.NewTimeout(3331, "cancelled task not answered")
	// ErrStayed is the cause of Unhealthy when the program said bye and did not exit.
	ErrStayed = fault.NewTimeout(3332, "no exit after bye")
	// ErrAgentDown is what every [*DownError] is.
	ErrAgentDown = fault.New(3333, "agent is down")
)

// DownError is the end of a task that the program held when it went down.
type DownError struct {
	Reason Reason // why the agent ended
}

// Error tells the reason.
func (e *DownError) Error() string { return "protocol: agent is down: " + e.Reason.String() }

// FaultCode is E3333.
func (*DownError) FaultCode() fault.Code { return 3333 }

// Is makes errors.Is(err, ErrAgentDown) true.
func (e *DownError) Is(target error) bool { return target == ErrAgentDown }

// Unwrap gives the cause of the reason, or nil.
func (e *DownError) Unwrap() error { return e.Reason.Cause }

// JunkError is the cause of Protocol when the junk limit was passed.
type JunkError struct {
	Limit int   // how many were borne
	Last  error // the line that was one too many
}

// Error tells the limit and the last line.
func (e *JunkError) Error() string {
	return fmt.Sprintf("protocol: more than %d junk lines, last: %v", e.Limit, e.Last)
}

// FaultCode is E3334.
func (*JunkError) FaultCode() fault.Code { return 3334 }

// Unwrap gives the report of the line that was one too many.
func (e *JunkError) Unwrap() error { return e.Last }

// VersionError is the cause of Protocol when hello named a version that the session does not speak.
type VersionError struct {
	Got  int // 0 when hello had no protocol field
	Want int // the version of this runtime
}

// Error tells both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("protocol: hello: protocol version %d, want %d", e.Got, e.Want)
}

// FaultCode is E3335.
func (*VersionError) FaultCode() fault.Code { return 3335 }

// TaskTooLargeError is returned by [Session.Assign] for a task whose line is over the limit.
type TaskTooLargeError struct {
	ID    string // of the task
	Size  int    // bytes of the line
	Limit int    // bytes
}

// Error names the task and both sizes.
func (e *TaskTooLargeError) Error() string {
	return fmt.Sprintf("protocol: assign %q: line of %d bytes is longer than %d", e.ID, e.Size, e.Limit)
}

// FaultCode is E1522.
func (*TaskTooLargeError) FaultCode() fault.Code { return 1522 }

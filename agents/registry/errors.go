// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/index"
)

var (
	// ErrInvalidRow is what every [*InvalidRowError] is.
	ErrInvalidRow = index.ErrInvalidRow
	// ErrDuplicate is what every [*DuplicateError] is.
	ErrDuplicate = fault.New(7501, "registry: already registered")
	// ErrNotFound is what every [*NotFoundError] is.
	ErrNotFound = fault.New(7502, "registry: not registered")
	// ErrDead is what every [*DeadError] is.
	ErrDead = fault.New(7503, "registry: the process has ended")
	// ErrVersion is what every [*VersionError] is.
	ErrVersion = fault.New(7504, "registry: the row has another version")
	// ErrMode is what every [*ModeError] is.
	ErrMode = fault.New(1507, "registry: not in this mode")
	// ErrLimit is what every [*LimitError] is.
	ErrLimit = fault.New(6701, "registry: limit reached")
	// ErrReadOnly is returned for writes to a registry that takes none for now, as another is about to take its place.
	ErrReadOnly = fault.New(7505, "registry: read only")
	// ErrUnavailable is what every [*UnavailableError] is. Reads return it only when there are no tables at all.
	ErrUnavailable = fault.New(7506, "registry: not available")
	// ErrUndone is the result of those ops of an atomic batch that were refused for the sake of another.
	ErrUndone = fault.New(7507, "registry: undone, as another op of the batch was refused")
)

// InvalidRowError is returned for a row that cannot be registered, or a patch that would make one.
type InvalidRowError struct {
	// ID is of the agent.
	ID ID
	// Err is every mistake, joined; each is [ErrInvalidRow].
	Err error
}

// Error names the agent and every mistake.
func (e *InvalidRowError) Error() string { return fmt.Sprintf("registry: write %s: %v", e.ID, e.Err) }

// FaultCode is E1506.
func (*InvalidRowError) FaultCode() fault.Code { return 1506 }

// Unwrap returns the mistakes.
func (e *InvalidRowError) Unwrap() error { return e.Err }

// DuplicateError is returned when another living process is registered under an id.
type DuplicateError struct {
	// ID is what both would be called.
	ID ID
	// Holder is who has it.
	Holder index.Handle
}

// Error names the id and its holder.
func (e *DuplicateError) Error() string {
	return fmt.Sprintf("registry: register %s: already registered by %s", e.ID, e.Holder)
}

// FaultCode is E7501.
func (*DuplicateError) FaultCode() fault.Code { return 7501 }

// Is makes the error an ErrDuplicate.
func (e *DuplicateError) Is(target error) bool { return target == ErrDuplicate }

// NotFoundError is returned when nobody is registered under an id.
type NotFoundError struct {
	// ID is what was asked for.
	ID ID
}

// Error names the id.
func (e *NotFoundError) Error() string { return fmt.Sprintf("registry: find %s: not registered", e.ID) }

// FaultCode is E7502.
func (*NotFoundError) FaultCode() fault.Code { return 7502 }

// Is makes the error an ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// DeadError is returned when a process is to be registered that has ended.
type DeadError struct {
	// ID is of the agent.
	ID ID
	// Reason is why it ended.
	Reason actors.Reason
}

// Error names the id and the reason.
func (e *DeadError) Error() string {
	return fmt.Sprintf("registry: register %s: the process has ended: %s", e.ID, e.Reason)
}

// FaultCode is E7503.
func (*DeadError) FaultCode() fault.Code { return 7503 }

// Is makes the error an ErrDead.
func (e *DeadError) Is(target error) bool { return target == ErrDead }

// VersionError is returned when a row has changed since it was read.
type VersionError struct {
	// ID is of the agent.
	ID ID
	// Have is the row's version, Want the one that the update was for.
	Have, Want uint64
}

// Error names the id and both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("registry: update %s: has version %d, not %d", e.ID, e.Have, e.Want)
}

// FaultCode is E7504.
func (*VersionError) FaultCode() fault.Code { return 7504 }

// Is makes the error an ErrVersion.
func (e *VersionError) Is(target error) bool { return target == ErrVersion }

// ModeError is returned for a field that a registry in basic mode does not keep.
type ModeError struct {
	// Field is what was asked for or written.
	Field string
}

// Error names the field.
func (e *ModeError) Error() string {
	return fmt.Sprintf("registry: use %q: not kept in basic mode", e.Field)
}

// FaultCode is E1507.
func (*ModeError) FaultCode() fault.Code { return 1507 }

// Is makes the error an ErrMode.
func (e *ModeError) Is(target error) bool { return target == ErrMode }

// LimitError is returned when there would be too many of something.
type LimitError struct {
	// What there are too many of.
	What string
	// Max is how many there may be.
	Max int
}

// Error names the limit.
func (e *LimitError) Error() string { return fmt.Sprintf("registry: more than %d %s", e.Max, e.What) }

// FaultCode is E6701.
func (*LimitError) FaultCode() fault.Code { return 6701 }

// Is makes the error an ErrLimit.
func (e *LimitError) Is(target error) bool { return target == ErrLimit }

// UnavailableError is returned when the registry's process does not run, or did not answer.
type UnavailableError struct {
	// Op is what was to be done.
	Op string
	// Unsure says that the call was taken, so that its effect may be there.
	Unsure bool
	// Err is the error of the call.
	Err error
}

// Error names the operation and what came of it.
func (e *UnavailableError) Error() string {
	if e.Unsure {
		return fmt.Sprintf("registry: %s: not available, it may be done or not: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("registry: %s: not available: %v", e.Op, e.Err)
}

// FaultCode is E7506.
func (*UnavailableError) FaultCode() fault.Code { return 7506 }

// Is makes the error an ErrUnavailable.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// Unwrap returns the error of the call.
func (e *UnavailableError) Unwrap() error { return e.Err }

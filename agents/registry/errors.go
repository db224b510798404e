// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
)

var (
	// ErrInvalidRow is what every [*InvalidRowError] is.
	ErrInvalidRow = index.ErrInvalidRow
	// ErrDuplicate is what every [*DuplicateError] is.
	ErrDuplicate = errors.New("registry: already registered")
	// ErrNotFound is what every [*NotFoundError] is.
	ErrNotFound = errors.New("registry: not registered")
	// ErrDead is what every [*DeadError] is.
	ErrDead = errors.New("registry: the process has ended")
	// ErrVersion is what every [*VersionError] is.
	ErrVersion = errors.New("registry: the row has another version")
	// ErrMode is what every [*ModeError] is.
	ErrMode = errors.New("registry: not in this mode")
	// ErrLimit is what every [*LimitError] is.
	ErrLimit = errors.New("registry: limit reached")
	// ErrReadOnly is returned for writes to a registry that takes none for now, as another is about to take its place.
	ErrReadOnly = errors.New("registry: read only")
	// ErrUnavailable is what every [*UnavailableError] is. Reads return it only when there are no tables at all.
	ErrUnavailable = errors.New("registry: not available")
	// ErrUndone is the result of those ops of an atomic batch that were refused for the sake of another.
	ErrUndone = errors.New("registry: undone, as another op of the batch was refused")
)

// InvalidRowError is returned for a row that cannot be registered, or a patch that would make one.
type InvalidRowError struct {
	ID ID
	// Err is every mistake, joined; each is [ErrInvalidRow].
	Err error
}

// Error names the agent and every mistake.
func (e *InvalidRowError) Error() string { return fmt.Sprintf("registry: write %s: %v", e.ID, e.Err) }

// Unwrap returns the mistakes.
func (e *InvalidRowError) Unwrap() error { return e.Err }

// DuplicateError is returned when another living process is registered under an id.
type DuplicateError struct {
	ID ID
	// Holder is who has it.
	Holder index.Handle
}

// Error names the id and its holder.
func (e *DuplicateError) Error() string {
	return fmt.Sprintf("registry: register %s: already registered by %s", e.ID, e.Holder)
}

// Is makes the error an ErrDuplicate.
func (e *DuplicateError) Is(target error) bool { return target == ErrDuplicate }

// NotFoundError is returned when nobody is registered under an id.
type NotFoundError struct{ ID ID }

// Error names the id.
func (e *NotFoundError) Error() string { return fmt.Sprintf("registry: find %s: not registered", e.ID) }

// Is makes the error an ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// DeadError is returned when a process is to be registered that has ended.
type DeadError struct {
	ID ID
	// Reason is why it ended.
	Reason actors.Reason
}

// Error names the id and the reason.
func (e *DeadError) Error() string {
	return fmt.Sprintf("registry: register %s: the process has ended: %s", e.ID, e.Reason)
}

// Is makes the error an ErrDead.
func (e *DeadError) Is(target error) bool { return target == ErrDead }

// VersionError is returned when a row has changed since it was read.
type VersionError struct {
	ID ID
	// Have is the row's version, Want the one that the update was for.
	Have, Want uint64
}

// Error names the id and both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("registry: update %s: has version %d, not %d", e.ID, e.Have, e.Want)
}

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

// Is makes the error an ErrMode.
func (e *ModeError) Is(target error) bool { return target == ErrMode }

// LimitError is returned when there would be too many of something.
type LimitError struct {
	// What there are too many of, and how many there may be.
	What string
	Max  int
}

// Error names the limit.
func (e *LimitError) Error() string { return fmt.Sprintf("registry: more than %d %s", e.Max, e.What) }

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

// Is makes the error an ErrUnavailable.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// Unwrap returns the error of the call.
func (e *UnavailableError) Unwrap() error { return e.Err }

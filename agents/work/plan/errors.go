// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
)

// Conditions a caller branches on with errors.Is.
var (
	// ErrFull is returned when the queue holds Spec.Limit open tasks; a Wake effect follows when there is room again.
	ErrFull = errors.New("queue full")
	// ErrDraining is returned by Submit and Revive after Drain.
	ErrDraining = errors.New("queue draining")
	// ErrConflict is returned when the id or key is known with other content.
	ErrConflict = errors.New("known with other content")
	// ErrDuplicate is returned, inside a *DuplicateError, when the duplicate policy is Refuse.
	ErrDuplicate = errors.New("known already")
	// ErrUnknown is returned when no task has the id.
	ErrUnknown = errors.New("unknown task")
	// ErrEnded is returned when a task to cancel has its outcome.
	ErrEnded = errors.New("task has ended")
	// ErrNotDead is returned when a task to revive is not dead.
	ErrNotDead = errors.New("task is not dead")
	// ErrAgent is returned for an AgentUp without a usable id.
	ErrAgent = errors.New("invalid agent")
	// ErrUnknownType is returned by Decode for an event type or version this release does not know.
	ErrUnknownType = errors.New("unknown event type or version")
	// ErrSnapshot is returned by Restore for bytes that are damaged or of an unknown version.
	ErrSnapshot = errors.New("unusable snapshot")
)

// FieldError is one problem of a task.
type FieldError struct {
	ID     string // ID of the task.
	Key    string // Key as a task line names it.
	Reason string // Reason says what is wrong with the value.
}

// Error names the task, the key and what is wrong.
func (e *FieldError) Error() string {
	return fmt.Sprintf("work: submit %q: %s %s", e.ID, e.Key, e.Reason)
}

// DuplicateError refuses a task that is known with equal content. It unwraps to ErrDuplicate.
type DuplicateError struct {
	ID    string // ID of the first task.
	State State  // State of the first task.
}

// Error names the first task and its state.
func (e *DuplicateError) Error() string {
	return fmt.Sprintf("work: submit %q: known already, %s", e.ID, e.State)
}

// Unwrap returns ErrDuplicate.
func (e *DuplicateError) Unwrap() error { return ErrDuplicate }

// HistoryError tells that an event does not fit the state it was applied to: the journal is damaged, out of order or of another queue. The state is unchanged.
type HistoryError struct {
	Version uint64 // Version is the number the event would have got, from one.
	Event   string // Event is its type.
	ID      string // ID of the task it names.
	Reason  string // what contradicts the history
}

// Error names the task, the event with its number, and the contradiction.
func (e *HistoryError) Error() string {
	return fmt.Sprintf("work: replay %q: event %d %s: %s", e.ID, e.Version, e.Event, e.Reason)
}

func refusal(operation, id string, reason error) error {
	return fmt.Errorf("work: %s %q: %w", operation, id, reason)
}

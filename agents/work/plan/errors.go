// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Conditions a caller branches on with errors.Is.
var (
	// ErrFull is returned when the queue holds Spec.Limit open tasks; a Wake effect follows when there is room again.
	ErrFull = fault.New(6501, "queue full")
	// ErrDraining is returned by Submit and Revive after Drain.
	ErrDraining = fault.New(4401, "queue draining")
	// ErrConflict is returned when the id or key is known with other content.
	ErrConflict = fault.New(4402, "known with other content")
	// ErrDuplicate is returned, inside a *DuplicateError, when the duplicate policy is Refuse.
	ErrDuplicate = fault.New(4403, "known already")
	// ErrUnknown is returned when no task has the id.
	ErrUnknown = fault.New(4404, "unknown task")
	// ErrEnded is returned when a task to cancel has its outcome.
	ErrEnded = fault.New(4405, "task has ended")
	// ErrNotDead is returned when a task to revive is not dead.
	ErrNotDead = fault.New(4406, "task is not dead")
	// ErrAgent is returned for an AgentUp without a usable id.
	ErrAgent = fault.New(1603, "invalid agent")
	// ErrUnknownType is returned by Decode for an event type or version this release does not know.
	ErrUnknownType = fault.New(2514, "unknown event type or version")
	// ErrSnapshot is returned by Restore for bytes that are damaged or of an unknown version.
	ErrSnapshot = fault.New(2515, "unusable snapshot")
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

// FaultCode is E1602.
func (*FieldError) FaultCode() fault.Code { return 1602 }

// DuplicateError refuses a task that is known with equal content. It unwraps to ErrDuplicate.
type DuplicateError struct {
	ID    string // ID of the first task.
	State State  // State of the first task.
}

// Error names the first task and its state.
func (e *DuplicateError) Error() string {
	return fmt.Sprintf("work: submit %q: known already, %s", e.ID, e.State)
}

// FaultCode is E4403.
func (*DuplicateError) FaultCode() fault.Code { return 4403 }

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

// FaultCode is E2513.
func (*HistoryError) FaultCode() fault.Code { return 2513 }

func refusal(operation, id string, reason error) error {
	return fmt.Errorf("work: %s %q: %w", operation, id, reason)
}

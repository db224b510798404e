// SPDX-License-Identifier: Apache-2.0

package eventmgr

import (
	"errors"
	"fmt"

	"mabeam.dev/actors"
)

// Handler handles events E inside a manager, which owns it from Add on. It may also be an [Initer] and a [Terminator], and an
// actors.Inspector.
type Handler[E any] interface {
	// Handle handles one event. Nil keeps the handler; Remove removes it; what Turn.Swap returns puts another in its place; any other
	// error, and a panic, is a crash of the handler alone.
	Handle(t *Turn[E], ev E) error
}

// Initer is a handler with a start of its own.
type Initer[E any] interface {
	// Init runs in the manager before the handler's first event; an error means that it is not added. handover is what the Terminate
	// of the handler in whose place it comes returned; ErrNoHandler if there was none to swap; nil if it is added.
	Init(t *Turn[E], handover any) error
}

// Terminator is a handler that cleans up.
type Terminator[E any] interface {
	// Terminate runs once when the handler leaves, whatever the cause, unless the manager is killed. What it returns is handed to the
	// handler that comes in its place, or to who deleted it.
	Terminate(t *Turn[E], why Why) any
}

// Func makes a handler of a function.
type Func[E any] func(t *Turn[E], ev E) error

// Handle calls the function.
func (f Func[E]) Handle(t *Turn[E], ev E) error { return f(t, ev) }

// Remove is what a handler returns to be removed. Only the value itself is meant, not an error that wraps it.
var Remove = errors.New("eventmgr: remove the handler")

// Turn is what a handler sees: the manager's process and its own id. It is good for that call alone. A handler that waits for something
// has it arrive as an event: t.After(d, eventmgr.Event(ev)), and the same for monitors and requests.
type Turn[E any] struct {
	*actors.Context[Message[E]]
	// ID is the handler's.
	ID string
}

// Swap is what a handler returns to have another take its place, with the Terminate result as handover. Its owner, if it has one, is the
// owner of the other.
func (t *Turn[E]) Swap(id string, h Handler[E]) error { return &swapFor[E]{id, h} }

// swapFor is the value that Swap returns.
type swapFor[E any] struct {
	id string
	h  Handler[E]
}

func (s *swapFor[E]) Error() string { return "eventmgr: swap the handler for " + s.id }

// Cause is why a handler leaves.
type Cause uint8

const (
	// Deleted means that somebody called Delete.
	Deleted Cause = iota + 1
	// Removed means that the handler returned Remove.
	Removed
	// Swapped means that another handler takes its place.
	Swapped
	// Crashed means that it returned an error or panicked.
	Crashed
	// OwnerEnded means that the process that added it has ended.
	OwnerEnded
	// ManagerEnded means that the manager ends, or has ended.
	ManagerEnded
)

// String returns the cause in words.
func (c Cause) String() string {
	switch c {
	case Deleted:
		return "deleted"
	case Removed:
		return "removed"
	case Swapped:
		return "swapped"
	case Crashed:
		return "crashed"
	case OwnerEnded:
		return "owner ended"
	case ManagerEnded:
		return "manager ended"
	}
	return fmt.Sprintf("cause %d", uint8(c))
}

// Why is why a handler leaves.
type Why struct {
	// Cause is the cause.
	Cause Cause
	// Err is what it crashed with; nil unless Cause is Crashed.
	Err error
	// Reason is that of the process that ended; zero unless Cause is OwnerEnded or ManagerEnded.
	Reason actors.Reason
	// By is the id of the handler that takes its place; empty unless Cause is Swapped.
	By string
}

// Gone tells the owner of a supervised handler that it has left.
type Gone struct {
	// ID is the handler's.
	ID string
	// Why is why it left.
	Why Why
}

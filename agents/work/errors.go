// SPDX-License-Identifier: Apache-2.0

package work

import (
	"errors"
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/events"
)

// errNoFinal is what a ResultsError holds when file and journal disagree.
var errNoFinal = errors.New("no outcome stands at the position of its last line")

// JournalError is the cause of a queue's crash by its journal: it may be ahead of what is durable and has to be rebuilt. It unwraps to
// the journal's error, such as events.ErrPoisoned or events.ErrVersion. (A full disk is waited for instead, see JournalFull.)
type JournalError struct {
	Queue     string // name of the queue
	Operation string // Operation is append, read or recover.
	Err       error  // the journal's error
}

// Error names the operation, the queue and the reason.
func (e *JournalError) Error() string {
	return fmt.Sprintf("work: %s %q: %v", e.Operation, e.Queue, e.Err)
}

// FaultCode is E2511.
func (*JournalError) FaultCode() fault.Code { return 2511 }

// Unwrap returns the journal's error.
func (e *JournalError) Unwrap() error { return e.Err }

// ResultsError tells that a results file cannot be gone on with: it ends with something else than an outcome of this queue's journal.
// The file is left as it is.
type ResultsError struct {
	Path     string        // of the results file
	Position uint64        // Position that the file's last line claims; zero if it cannot be told.
	Stream   events.Stream // whose outcomes are written
	Err      error         // what is wrong with the file
}

// Error names the file, the stream that it should belong to, and what was noticed.
func (e *ResultsError) Error() string {
	return fmt.Sprintf("work: open results %q: the file does not belong to the journal's stream %q (its last line says position %d): %v",
		e.Path, string(e.Stream), e.Position, e.Err)
}

// FaultCode is E2512.
func (*ResultsError) FaultCode() fault.Code { return 2512 }

// Unwrap returns what was noticed.
func (e *ResultsError) Unwrap() error { return e.Err }

// TaskError refuses a request about one task. It unwraps to the condition, such as plan.ErrUnknown.
type TaskError struct {
	Operation string // what was asked of the queue, such as submit
	ID        string // of the task
	Err       error  // why it was refused
}

// Error names the operation, the task and the condition.
func (e *TaskError) Error() string { return fmt.Sprintf("work: %s %q: %v", e.Operation, e.ID, e.Err) }

// FaultCode is E4408.
func (*TaskError) FaultCode() fault.Code { return 4408 }

// Unwrap returns the condition.
func (e *TaskError) Unwrap() error { return e.Err }

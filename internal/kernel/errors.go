// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"errors"

	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/fault"
)

// Conditions that the kernel reports. Package actors re-exports those that users meet.
var (
	ErrNoProc      = fault.New(3105, "actors: no such process")
	ErrMailboxFull = fault.New(6101, "actors: mailbox full")
	ErrCallSelf    = fault.New(1101, "actors: a process cannot call itself")
	ErrFenced      = fault.New(3108, "actors: the calling process has been killed")
	ErrStopped     = fault.New(9101, "actors: the system is closed")
	ErrNotTracked  = errors.New("actors: the system does not track idleness")

	// ErrTimeout also matches context.DeadlineExceeded.
	ErrTimeout = fault.NewTimeout(3107, "actors: no reply within the deadline")
)

// EndedError fails the calls that a process had taken when it ended. It is a type of its own, so that no answer of a callee and no
// cause of a caller's context is taken for it.
type EndedError struct{ Reason exit.Reason }

// Error renders the reason.
func (e *EndedError) Error() string { return "actors: callee ended: " + e.Reason.String() }

// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"errors"

	"mabeam.dev/actors/exit"
)

// Conditions that the kernel reports. Package actors re-exports those that users meet.
var (
	ErrNoProc      = errors.New("actors: no such process")
	ErrMailboxFull = errors.New("actors: mailbox full")
	ErrCallSelf    = errors.New("actors: a process cannot call itself")
	ErrFenced      = errors.New("actors: the calling process has been killed")
	ErrStopped     = errors.New("actors: the system is closed")
	ErrNotTracked  = errors.New("actors: the system does not track idleness")

	// ErrTimeout also matches context.DeadlineExceeded.
	ErrTimeout error = timeoutError{}
)

// EndedError fails the calls that a process had taken when it ended. It is a type of its own, so that no answer of a callee and no
// cause of a caller's context is taken for it.
type EndedError struct{ Reason exit.Reason }

// Error renders the reason.
func (e *EndedError) Error() string { return "actors: callee ended: " + e.Reason.String() }

// timeoutError is the type of ErrTimeout.
type timeoutError struct{}

func (timeoutError) Error() string   { return "actors: no reply within the deadline" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Is(e error) bool { return e == context.DeadlineExceeded }

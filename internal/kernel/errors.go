// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"errors"
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

// timeoutError is the type of ErrTimeout.
type timeoutError struct{}

func (timeoutError) Error() string   { return "actors: no reply within the deadline" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Is(e error) bool { return e == context.DeadlineExceeded }

// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// Sentinels of the conditions that callers branch on.
var (
	// ErrInvalidRequest is what every *RequestError is: the request cannot be right, in whatever state the space is.
	ErrInvalidRequest = fault.New(1960, "lock: not a request")
	// ErrUpgrade is returned to a reader that asks to write: two readers that both do could never go on. Release first.
	ErrUpgrade = fault.New(1961, "lock: a reader cannot become the writer")
	// ErrNotHolder is returned when the claim that is to be released or renewed is another owner's, or nobody's.
	ErrNotHolder = fault.New(4801, "lock: not the holder")
	// ErrStaleToken is what a *StaleTokenError is.
	ErrStaleToken = fault.New(4802, "lock: the token is older than another")
	// ErrTimeout is returned when a request waited as long as it was to. It also matches context.DeadlineExceeded.
	ErrTimeout = fault.NewTimeout(4803, "lock: waited too long")
	// ErrDeadlock is what a *DeadlockError is.
	ErrDeadlock = fault.New(4804, "lock: deadlock")
	// ErrHeld is returned to a request that was not to wait and would have to.
	ErrHeld = fault.New(4805, "lock: held by another")
	// ErrCancelled is returned to a request that was taken back while it waited.
	ErrCancelled = fault.New(4806, "lock: the request was taken back")
	// ErrSessionLost is told for each claim of an owner that has ended, and for a lease that has run out: what was held is held no longer.
	ErrSessionLost = fault.New(4807, "lock: the claim is lost")
	// ErrConflict is returned when the id of a request is in use for another one.
	ErrConflict = fault.New(4808, "lock: the id is of another request")
	// ErrQueueFull is returned when as many requests wait for the name as may.
	ErrQueueFull = fault.New(6901, "lock: too many wait")
	// ErrSnapshot is returned for an encoded space that is not what was encoded.
	ErrSnapshot = fault.New(4809, "lock: the snapshot is damaged")
)

// RequestError is one thing that is wrong with a request itself.
type RequestError struct {
	// Name is the name that was asked for.
	Name string
	// Field is the part that is wrong.
	Field string
	// Reason says what is wrong with it.
	Reason string
}

// Error names the name, the field and the reason.
func (e *RequestError) Error() string {
	return fmt.Sprintf("lock: request %.100q: %s: %s", e.Name, e.Field, e.Reason)
}

// Unwrap returns ErrInvalidRequest.
func (*RequestError) Unwrap() error { return ErrInvalidRequest }

// FaultCode is E1960.
func (*RequestError) FaultCode() fault.Code { return 1960 }

// StaleTokenError says that somebody got a later grant.
type StaleTokenError struct {
	// Have is the greatest token known, Got the one that was shown.
	Have, Got Token
}

// Error names both tokens.
func (e *StaleTokenError) Error() string {
	return fmt.Sprintf("lock: token %v: %v was given since", e.Got, e.Have)
}

// Unwrap returns ErrStaleToken.
func (*StaleTokenError) Unwrap() error { return ErrStaleToken }

// FaultCode is E4802.
func (*StaleTokenError) FaultCode() fault.Code { return 4802 }

// Edge is one step of a cycle: an owner waits for a name.
type Edge struct {
	// Owner waits.
	Owner string `json:"owner"`
	// Name is what it waits for; the owner of the next edge stands in its way.
	Name string `json:"name"`
}

// DeadlockError shows why a request could never be granted.
type DeadlockError struct {
	// Cycle begins with the refused request's owner; the last one waits for that owner.
	Cycle []Edge
}

// Error shows the whole cycle.
func (e *DeadlockError) Error() string {
	var b strings.Builder
	b.WriteString("lock: deadlock:")
	for i, c := range e.Cycle {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " %s waits for %q of %s", c.Owner, c.Name, e.Cycle[(i+1)%len(e.Cycle)].Owner)
	}
	return b.String()
}

// Unwrap returns ErrDeadlock.
func (*DeadlockError) Unwrap() error { return ErrDeadlock }

// FaultCode is E4804.
func (*DeadlockError) FaultCode() fault.Code { return 4804 }

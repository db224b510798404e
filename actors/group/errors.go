// SPDX-License-Identifier: Apache-2.0

package group

import (
	"errors"
	"fmt"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
)

var (
	// ErrNotJoined is returned by Leave and LeaveAll when none of the processes is in the group: nothing has changed.
	ErrNotJoined = fault.New(4301, "group: not joined")
	// ErrForeign is returned when a process of another system is to join: groups are of one system.
	ErrForeign = fault.New(1151, "group: the process is of another system")
)

// refusal is one of the sentinels, above or of package actors, with what was asked for.
type refusal struct {
	operation, subject string
	who                actors.PID // the zero PID if it is about no single process
	err                error
}

func (e *refusal) Error() string {
	why := e.err.Error()
	if _, rest, found := strings.Cut(why, ": "); found {
		why = rest
	}
	if e.who.IsZero() {
		return fmt.Sprintf("group: %s %q: %s", e.operation, e.subject, why)
	}
	return fmt.Sprintf("group: %s %q: %s: %s", e.operation, e.subject, e.who, why)
}

func (e *refusal) Unwrap() error { return e.err }

// all is errors.Join that leaves a single error as it is.
func all(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

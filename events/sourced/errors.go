// SPDX-License-Identifier: Apache-2.0

package sourced

import (
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/events"
)

var (
	// ErrBusy is returned when as many commands wait as may; nothing of the command was done.
	ErrBusy = fault.New(6302, "sourced: too many commands are waiting")
	// ErrFenced is returned to the commands that wait when somebody else has written to the stream. It is also the reason the process ends with.
	ErrFenced = fault.New(2311, "sourced: somebody else writes to the stream")
	// ErrQuarantined matches [*QuarantinedError].
	ErrQuarantined = fault.New(2312, "sourced: quarantined")
	// ErrOptions is returned by New, joined with what is missing or wrong in the options, and by Do for a command without an id.
	ErrOptions = fault.New(1431, "sourced: invalid")
	// ErrDiverged is returned by Verify when a replay gives another state than the snapshot: the machine is not pure, or was changed.
	ErrDiverged = fault.New(2313, "sourced: snapshot and replay differ")
)

// QuarantinedError is the answer of an entity whose events cannot be read, decoded or applied. It refuses all commands, since any decision would rest on a wrong state.
type QuarantinedError struct {
	Stream events.Stream // of the entity
	// Version is the last event that was applied.
	Version events.Version
	Err     error // what went wrong with the next one
}

// Error names stream, version and cause.
func (e *QuarantinedError) Error() string {
	return fmt.Sprintf("sourced: stream %q: quarantined behind version %d: %v", string(e.Stream), e.Version, e.Err)
}

// FaultCode is E2312.
func (*QuarantinedError) FaultCode() fault.Code { return 2312 }

// Unwrap returns the cause.
func (e *QuarantinedError) Unwrap() error { return e.Err }

// Is matches [ErrQuarantined].
func (e *QuarantinedError) Is(target error) bool { return target == ErrQuarantined }

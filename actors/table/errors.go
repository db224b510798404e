// SPDX-License-Identifier: Apache-2.0

package table

import (
	"fmt"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
)

var (
	// ErrNoTable is returned when there is no table of the name, or when the one that a handle is of is gone.
	ErrNoTable = fault.New(7301, "table: no such table")
	// ErrNotOwner is returned to a process that does what the table's owner alone may: it never was the owner, or has given the table away.
	ErrNotOwner = fault.New(7302, "table: not the owner")
	// ErrPrivate is returned when somebody else than the owner opens a private table.
	ErrPrivate = fault.New(7303, "table: private to its owner")
	// ErrNotPublic is returned when somebody else than the owner wants to write to a table that is not public.
	ErrNotPublic = fault.New(7304, "table: not public")
	// ErrPublic is returned for work on many keys of a public table, where others write meanwhile.
	ErrPublic = fault.New(1142, "table: public, and so written one key at a time")
	// ErrWrongType is returned when a table is opened as another kind, or with other types of keys or values, than it was made with.
	ErrWrongType = fault.New(1141, "table: it is of another type")
	// ErrFull is returned when a write would make one pair more than the table's limit; nothing was written.
	ErrFull = fault.New(6601, "table: full")
	// ErrSelf is returned when a process names itself as the heir or receiver of its own table.
	ErrSelf = fault.New(1143, "table: given to its own owner")
	// ErrOtherSystem is returned when the heir or receiver of a table lives in another system.
	ErrOtherSystem = fault.New(1144, "table: the receiver is of another system")
	// ErrBounds is returned by UpdateCounter when the lower bound is above the upper one.
	ErrBounds = fault.New(1145, "table: the lower bound is above the upper one")
)

// OpError is every refusal of an operation on a table. It wraps one of the sentinels above, [actors.ErrFenced] for a process that has been
// killed, or [actors.ErrNoProc] for a receiver that has ended.
type OpError struct {
	// Op is the operation, such as "put".
	Op string
	// Table is the table's name; empty for one without.
	Table string
	// Err is why it was refused.
	Err error
}

// Error names the operation and the table.
func (e *OpError) Error() string {
	reason := e.Err.Error()
	for _, prefix := range []string{"table: ", "actors: "} {
		reason = strings.TrimPrefix(reason, prefix)
	}
	return fmt.Sprintf("table: %s %q: %s", e.Op, e.Table, reason)
}

// FaultCode is E7305.
func (*OpError) FaultCode() fault.Code { return 7305 }

// Unwrap returns the reason.
func (e *OpError) Unwrap() error { return e.Err }

// NameTakenError is returned when a table is to be made under the name of another; nothing was made.
type NameTakenError struct {
	// Name is the name asked for.
	Name string
	// Owner is the process that owns the table of that name; nobody if it was just about to go.
	Owner actors.PID
}

// Error names the name and its holder.
func (e *NameTakenError) Error() string {
	return fmt.Sprintf("table: make %q: name taken by a table of %s", e.Name, e.Owner)
}

// FaultCode is E7306.
func (*NameTakenError) FaultCode() fault.Code { return 7306 }

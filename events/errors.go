// SPDX-License-Identifier: Apache-2.0

package events

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

var (
	// ErrInvalid matches every [*FieldError], [*QueryError] and [*ClassError]: what was asked for is malformed, and repeating it is pointless.
	ErrInvalid = fault.New(1401, "events: invalid")
	// ErrVersion matches [*VersionError]: the stream is not where the caller expected it.
	ErrVersion = fault.New(2101, "events: unexpected version")
	// ErrIDConflict matches [*ConflictError]: an id is in use for another event.
	ErrIDConflict = fault.New(2102, "events: id in use")
	// ErrCorrupt matches [*CorruptError]: stored bytes are not what was written.
	ErrCorrupt = fault.New(2103, "events: corrupt")
	// ErrNoSpace is returned when the disk is full. Nothing of the group is visible, reads go on, and appends work again when there is space.
	ErrNoSpace = fault.New(2104, "events: no space left")
	// ErrPoisoned is returned after an I/O error while writing: what the disk holds is unknown, so nothing more is acknowledged until the
	// store is closed, the cause removed, and the store opened again. Reads go on.
	ErrPoisoned = fault.New(2105, "events: poisoned by an earlier write error")
	// ErrReadOnly is returned by writes to a store that was opened for reading, or whose directory cannot be written.
	ErrReadOnly = fault.New(2106, "events: read-only")
	// ErrClosed is returned by every operation on a closed store or journal.
	ErrClosed = fault.New(2107, "events: closed")
	// ErrBusy is returned when too much is waiting to be written; nothing of the append was taken.
	ErrBusy = fault.New(6301, "events: busy")
	// ErrScan is returned by a query that no index serves and that does not say AllowScan.
	ErrScan = fault.New(1405, "events: query: it would scan the log: give a stream, an agent, types, a correlation, or both ends of the range, or allow the scan")
	// ErrUnknownType matches [*TypeError]: the catalogue does not know a type of events, or not in this version.
	ErrUnknownType = fault.New(1406, "events: unknown type")
	// ErrNoUpcast matches [*UpcastError]: the step from an old version of a type to the next is missing.
	ErrNoUpcast = fault.New(2108, "events: no upcast")
	// ErrCompacted matches [*CompactedError]: events that were asked for have been removed by retention.
	ErrCompacted = fault.New(2109, "events: compacted")
)

// FieldError is one problem of a malformed append or snapshot.
type FieldError struct {
	Stream Stream // of the call
	// Field is the path of the field, for example "events[2].type".
	Field string
	// Reason says what is wrong with it.
	Reason string
}

// Error names stream, field and reason.
func (e *FieldError) Error() string {
	return fmt.Sprintf("events: append %q: %s: %s", string(e.Stream), e.Field, e.Reason)
}

// FaultCode is E1402.
func (*FieldError) FaultCode() fault.Code { return 1402 }

// Is matches [ErrInvalid].
func (e *FieldError) Is(target error) bool { return target == ErrInvalid }

// VersionError tells that a stream was at another version than the append wanted. Nothing was stored.
type VersionError struct {
	Stream Stream  // of the append
	Want   Expect  // what the caller expected
	Have   Version // where the stream is
}

// Error names stream, wanted and present version.
func (e *VersionError) Error() string {
	return fmt.Sprintf("events: append %q: want %s, have version %d", string(e.Stream), e.Want, e.Have)
}

// FaultCode is E2101.
func (*VersionError) FaultCode() fault.Code { return 2101 }

// Is matches [ErrVersion].
func (e *VersionError) Is(target error) bool { return target == ErrVersion }

// ConflictError tells that an id of the append belongs to an event with other content, in another stream, or to a differently cut
// append. Nothing was stored.
type ConflictError struct {
	Stream Stream // of the append
	ID     ID     // the id that another event has
	// At is the position of the event that has the id.
	At Position
}

// Error names stream, id and the holder of the id.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("events: append %q: id %s is in use by another event at position %d", string(e.Stream), e.ID, e.At)
}

// FaultCode is E2102.
func (*ConflictError) FaultCode() fault.Code { return 2102 }

// Is matches [ErrIDConflict].
func (e *ConflictError) Is(target error) bool { return target == ErrIDConflict }

// CorruptError tells that stored bytes are damaged. The event is neither delivered nor passed over: the read ends here.
type CorruptError struct {
	// Path is the file.
	Path string
	// Page is the page of the file that is damaged, or in which the damaged event begins, counted from 1; 0 if it cannot be told, or there are none.
	Page uint32
	// Position is the damaged event, 0 if the damage is not tied to one.
	Position Position
	// Stream is the stream of the damaged event as far as it can be told, else empty.
	Stream Stream
	// Reason says what was noticed.
	Reason string
}

// Error names file, page, position, stream and what was noticed.
func (e *CorruptError) Error() string {
	at := ""
	if e.Page != 0 {
		at = fmt.Sprintf("page %d: ", e.Page)
	}
	if e.Position != 0 {
		at += fmt.Sprintf("position %d", e.Position)
		if e.Stream != "" {
			at += fmt.Sprintf(" (stream %q)", string(e.Stream))
		}
		at += ": "
	}
	return fmt.Sprintf("events: read %q: %s%s", e.Path, at, e.Reason)
}

// FaultCode is E2103.
func (*CorruptError) FaultCode() fault.Code { return 2103 }

// Is matches [ErrCorrupt].
func (e *CorruptError) Is(target error) bool { return target == ErrCorrupt }

// QueryError is one problem of a malformed query.
type QueryError struct {
	// Field is the condition, for example "types[2]".
	Field string
	// Reason says what is wrong with it.
	Reason string
}

// Error names condition and reason.
func (e *QueryError) Error() string { return fmt.Sprintf("events: query: %s: %s", e.Field, e.Reason) }

// FaultCode is E1403.
func (*QueryError) FaultCode() fault.Code { return 1403 }

// Is matches [ErrInvalid].
func (e *QueryError) Is(target error) bool { return target == ErrInvalid }

// CompactedError tells that retention has removed events that a read or a query asked for. The reader has to begin with a snapshot, or from First on with
// the knowledge that something is missing; nothing is ever left out in silence.
type CompactedError struct {
	// Stream is the stream that was read; empty for reads over several streams.
	Stream Stream
	// First is the position from which on nothing that was asked for has been removed.
	First Position
	// Version is the first version that is kept, for a read of a stream.
	Version Version
}

// Error names what was read and where it is whole.
func (e *CompactedError) Error() string {
	if e.Version != 0 {
		return fmt.Sprintf("events: read %q: events before version %d (position %d) have been removed", string(e.Stream), e.Version, e.First)
	}
	return fmt.Sprintf("events: read: events before position %d have been removed", e.First)
}

// FaultCode is E2109.
func (*CompactedError) FaultCode() fault.Code { return 2109 }

// Is matches [ErrCompacted].
func (e *CompactedError) Is(target error) bool { return target == ErrCompacted }

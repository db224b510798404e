// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	engine "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	faults "mabeam.dev/actors/fault"
	"mabeam.dev/events"
)

var (
	// ErrStoreLocked matches [*LockedError]: another process has the store open.
	ErrStoreLocked = faults.New(2201, "events/sqlite: store locked")
	// ErrLostTail matches [*LostTailError]: events that were acknowledged are no longer in the file.
	ErrLostTail = faults.New(2202, "events/sqlite: acknowledged events lost")
	// ErrNewerStore matches [*NewerError]: a later release wrote the file.
	ErrNewerStore = faults.New(2203, "events/sqlite: store of a newer release")
	// ErrNotLocal is returned by Open for a directory on a network file system.
	ErrNotLocal = faults.New(2204, "events/sqlite: not a local file system")
	// ErrForeign matches [*ForeignError]: the file is an SQLite database, but none of this project.
	ErrForeign = faults.New(2205, "events/sqlite: not an event store")
)

// errGone tells that the file was removed or replaced while it was open.
var errGone = errors.New("the file was removed or replaced")

// LockedError tells who has the store open.
type LockedError struct {
	// Path is the lock file.
	Path string
	// Owner is what the owning process wrote about itself; its PID is 0 if that could not be read.
	Owner Owner
}

// Error names the file and its owner.
func (e *LockedError) Error() string {
	return fmt.Sprintf("events/sqlite: open %q: in use by %s", e.Path, e.Owner)
}

// FaultCode is E2201.
func (*LockedError) FaultCode() faults.Code { return 2201 }

// Is matches [ErrStoreLocked].
func (e *LockedError) Is(target error) bool { return target == ErrStoreLocked }

// LostTailError tells that the head witness has seen acknowledged events which the file does not hold any more: a deleted, cut or
// damaged write-ahead log, a replaced file, or a disk that did not keep what it confirmed.
type LostTailError struct {
	// Path is the file.
	Path string
	// Have is the last position in the file, Want the last acknowledged one. They may be equal when the events differ.
	Have, Want events.Position
	// Reason says which comparison failed.
	Reason string
}

// Error names file, both positions and the reason.
func (e *LostTailError) Error() string {
	return fmt.Sprintf("events/sqlite: open %q: have events to position %d, acknowledged were %d: %s", e.Path, e.Have, e.Want, e.Reason)
}

// FaultCode is E2202.
func (*LostTailError) FaultCode() faults.Code { return 2202 }

// Is matches [ErrLostTail].
func (e *LostTailError) Is(target error) bool { return target == ErrLostTail }

// NewerError tells that the file's layout is of a later release than this one; nothing was changed.
type NewerError struct {
	Path string // of the store
	// Have is the layout version of the file, Known the newest one this release understands.
	Have, Known int
}

// Error names the file and both versions.
func (e *NewerError) Error() string {
	return fmt.Sprintf("events/sqlite: open %q: written by a newer release (layout %d, this release knows %d)", e.Path, e.Have, e.Known)
}

// FaultCode is E2203.
func (*NewerError) FaultCode() faults.Code { return 2203 }

// Is matches [ErrNewerStore].
func (e *NewerError) Is(target error) bool { return target == ErrNewerStore }

// ForeignError tells that the file belongs to some other program; nothing was changed.
type ForeignError struct {
	Path string // of the file
}

// Error names the file.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("events/sqlite: open %q: a database of another program", e.Path)
}

// FaultCode is E2205.
func (*ForeignError) FaultCode() faults.Code { return 2205 }

// Is matches [ErrForeign].
func (e *ForeignError) Is(target error) bool { return target == ErrForeign }

// fault is what an error of the engine means for the store.
type fault int

const (
	faultOther    fault = iota // the statement failed and the store is as before
	faultTaken                 // a unique value is there already
	faultFull                  // no space; as before, and may work later
	faultReadOnly              // the file or directory cannot be written
	faultDamaged               // the file is not as it was written
	faultIO                    // an I/O error: what the disk holds is unknown
)

// classify sorts the errors of the engine and of the operating system by what the store must do about them.
func classify(err error) fault {
	var se *engine.Error
	if errors.As(err, &se) {
		switch code := se.Code(); code & 0xff {
		case lib.SQLITE_CONSTRAINT:
			return faultTaken
		case lib.SQLITE_FULL:
			return faultFull
		case lib.SQLITE_READONLY, lib.SQLITE_PERM:
			return faultReadOnly
		case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
			return faultDamaged
		case lib.SQLITE_IOERR:
			// The shared-memory index grows before anything is written; the only reason it cannot is a full disk.
			if code == lib.SQLITE_IOERR_SHMSIZE {
				return faultFull
			}
			return faultIO
		}
		return faultOther
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return faultFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return faultReadOnly
	case errors.Is(err, syscall.EIO), errors.Is(err, errGone):
		return faultIO
	}
	return faultOther
}

// half reports whether a file cannot be read before somebody who may write has undone the half of a change in it.
func half(err error) bool {
	var se *engine.Error
	return errors.As(err, &se) && se.Code() == lib.SQLITE_READONLY_ROLLBACK
}

// explain gives an error of the engine the sentinel that callers branch on.
func explain(op, path string, err error) error {
	switch classify(err) {
	case faultFull:
		return fmt.Errorf("events/sqlite: %s %q: %w (%w)", op, path, events.ErrNoSpace, err)
	case faultReadOnly:
		return fmt.Errorf("events/sqlite: %s %q: %w (%w)", op, path, events.ErrReadOnly, err)
	case faultDamaged:
		return &events.CorruptError{Path: path, Reason: err.Error()}
	default:
		return fmt.Errorf("events/sqlite: %s %q: %w", op, path, err)
	}
}

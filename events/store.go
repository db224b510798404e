// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Store keeps events for good. All methods may be called from any goroutine; appends and snapshots are carried out one at a time.
// The suite testkit/conform/storesuite states the laws that every implementation holds.
type Store interface {
	// AppendGroup decides the appends in their order, each apart, and commits the accepted ones together. It returns one outcome for
	// each append after the group is as durable as the back end promises. An error means that the group as a whole failed and
	// nothing of it was acknowledged: ErrNoSpace, ErrPoisoned, ErrReadOnly, ErrClosed, or the context's cause if it ended before the group began.
	AppendGroup(ctx context.Context, group []Append) ([]Outcome, error)

	// Read gives the events of a stream with version >= from, in order, up to those acknowledged when the iteration began; 0 begins with the first event that
	// is kept. An unknown stream is empty. The iteration ends after the first error: *CorruptError names an event that cannot be trusted, and
	// *CompactedError says that retention has removed the event with version from, or one behind it.
	Read(ctx context.Context, s Stream, from Version) iter.Seq2[Event, error]

	// ReadAll gives the events of all streams with position >= from in the order of their positions, otherwise like Read: 0 gives all that are kept, and
	// *CompactedError says that an event at or behind position from was removed, or was removed while the iteration had not come to it.
	ReadAll(ctx context.Context, from Position) iter.Seq2[Event, error]

	// Query gives one page of the events that the query selects. The errors are those of [Query.Explain], *CompactedError for a query that must be
	// Complete, and those of a read. Each page is a consistent view up to its Head.
	Query(ctx context.Context, q Query) (Page, error)

	// Snapshot gives the newest intact snapshot of a stream, and false if there is none. A damaged one is ignored with a warning in the log.
	Snapshot(ctx context.Context, s Stream) (Snap, bool, error)

	// PutSnapshot keeps a snapshot; of each stream the two with the highest versions stay. A snapshot of a version which the stream has
	// not reached is refused with *VersionError.
	PutSnapshot(ctx context.Context, sn Snap) error

	// PutBookmark keeps the place of a durable reader under its name; it is as durable as an append when PutBookmark returns.
	PutBookmark(ctx context.Context, b Bookmark) error

	// Bookmarks gives all bookmarks, ordered by name.
	Bookmarks(ctx context.Context) ([]Bookmark, error)

	// DropBookmark forgets a bookmark, if it is there.
	DropBookmark(ctx context.Context, name string) error

	// Streams tells about up to limit streams whose names come after a name, in the order of their names.
	Streams(ctx context.Context, after Stream, limit int) ([]StreamInfo, error)

	// Remove removes the oldest events of a stream, a batch with each call, and leaves the newest positions of the log alone; see [Removable]. Versions and
	// positions are never given again. It does what it is told: what may be removed is decided by [Retention].
	Remove(ctx context.Context, r Removal) (Removed, error)

	// Rewrite replaces the data of stored events, all of them or, after an error, none, and gives the number of those that were replaced: an event that is
	// stored differently from Old by now is left as it is. The original stays in an archive until Confirm, and until then it is the original
	// that a repeated append is compared with.
	Rewrite(ctx context.Context, rs []Rewrite) (int, error)

	// Originals gives the archive of rewritten events with position >= from, in the order of positions, as the events were stored.
	Originals(ctx context.Context, from Position) iter.Seq2[Event, error]

	// Confirm drops the archive up to a position.
	Confirm(ctx context.Context, through Position) error

	// Head gives the position of the last acknowledged event, 0 for an empty store.
	Head(ctx context.Context) (Position, error)

	// Stats gives counters since the store was opened.
	Stats() Stats

	// Close waits for the operation in hand, makes everything durable and frees the store; a second Close does nothing.
	Close() error
}

// MaxState is the largest state of a snapshot in bytes.
const MaxState = 256 << 20

// Snap is the state of a stream's owner after some version of the stream. It is a cache: losing it costs a longer replay and nothing else.
type Snap struct {
	Stream  Stream
	Version Version
	// Schema is the version of the state's format; 0 means 1.
	Schema uint32
	// State is the encoded state. The store takes the slice over.
	State []byte
	// At is set by the store when the snapshot is put.
	At time.Time
}

// Stats are counters of a store since it was opened, and the sizes of its files.
type Stats struct {
	// Head is the position of the last acknowledged event.
	Head Position
	// Groups, Appends and Events count what was committed; Repeated counts appends that were stored before, Rejected those refused.
	Groups, Appends, Events, Repeated, Rejected uint64
	// LargestGroup is the largest number of appends committed at once.
	LargestGroup int
	// FileBytes and LogBytes are the sizes of the main file and of the write-ahead log, 0 where there is none.
	FileBytes, LogBytes int64
	// Full tells that the latest write found no space; see ErrNoSpace.
	Full bool
	// Poisoned is set to the cause after an error that leaves the state of the disk unknown; see ErrPoisoned.
	Poisoned error
}

// Count adds a committed group to the counters; back ends call it.
func (s *Stats) Count(v Verdict) {
	s.Groups++
	s.Events += uint64(len(v.Accepted))
	s.LargestGroup = max(s.LargestGroup, len(v.Outcomes))
	for i := range v.Outcomes {
		switch o := &v.Outcomes[i]; {
		case o.Err != nil:
			s.Rejected++
		case o.Repeated:
			s.Repeated++
		default:
			s.Appends++
		}
	}
	if n := len(v.Accepted); n > 0 {
		s.Head = v.Accepted[n-1].Position
	}
}

// Validate checks the form of the snapshot and returns every problem, joined, each a [*FieldError].
func (sn Snap) Validate() error {
	v := validation{stream: sn.Stream}
	v.name("stream", string(sn.Stream))
	if sn.Version == 0 {
		v.add("version", "missing")
	}
	if n := len(sn.State); n > MaxState {
		v.add("state", fmt.Sprintf("%d bytes, at most %d", n, MaxState))
	}
	return errors.Join(v.problems...)
}

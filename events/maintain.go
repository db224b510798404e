// SPDX-License-Identifier: Apache-2.0

package events

import (
	"errors"
	"fmt"
	"math"
)

const (
	// MaxBatch is the largest number of events that one maintenance step removes or rewrites, so that appends never wait long behind it.
	MaxBatch = 1000
	// KeptTail is how many of the newest positions retention leaves alone, at most: the end of the log is what an opened store is checked by.
	KeptTail = 1000
)

// Removable gives the position up to which, without it, events may be removed from a store with that head. Back ends call it.
func Removable(head Position) Position { return head / KeptTail * KeptTail }

// Bookmark is the place of a durable reader: everything up to the position has been handled. Retention does not go beyond it.
type Bookmark struct {
	Name     string // unique in the store
	Position Position
}

// Validate checks the form of the bookmark and returns every problem, joined, each a [*FieldError].
func (b Bookmark) Validate() error {
	v := validation{}
	v.name("bookmark", b.Name)
	if b.Position > math.MaxInt64 {
		v.add("position", fmt.Sprintf("%d is none", b.Position))
	}
	return errors.Join(v.problems...)
}

// StreamInfo is what a store knows about a stream without reading its events.
type StreamInfo struct {
	Stream Stream
	// First and Last are the versions of the first event that is kept and of the last one; First is Last + 1 when all have been removed.
	First, Last Version
	// Bytes is the size of the events that are kept, as far as it was counted: their variable fields and a fixed share for the rest.
	Bytes int64
	// Snapshot is the version of the newest snapshot, 0 if there is none.
	Snapshot Version
	// Removed is the position of the last event that was removed, 0 if there is none.
	Removed Position
}

// Removal asks for the oldest events of a stream to be removed.
type Removal struct {
	Stream Stream
	// Before is the version of the first event that stays.
	Before Version
	// Limit is how many events one call removes; 0 and anything larger mean [MaxBatch].
	Limit int
}

// Batch is the number of events that one call removes at most.
func (r Removal) Batch() int {
	if r.Limit <= 0 || r.Limit > MaxBatch {
		return MaxBatch
	}
	return r.Limit
}

// Removed tells what a removal did.
type Removed struct {
	Events int   // how many were removed
	Bytes  int64 // how large they were
	// First is the version of the first event that is kept now.
	First Version
}

// Rewrite replaces the data of one stored event by the same fact in a later schema.
type Rewrite struct {
	// Old is the event as it was read; if it is stored differently by now nothing is changed.
	Old Event
	// Schema and Data are what replaces those of Old.
	Schema uint32
	Data   []byte
}

// Validate checks the form of the rewriting; the problems are each a [*FieldError].
func (r Rewrite) Validate() error {
	v := validation{stream: r.Old.Stream}
	if r.Schema <= r.Old.schema() {
		v.add("schema", fmt.Sprintf("version %d is not after %d", r.Schema, r.Old.schema()))
	}
	if n := len(r.Data); n > MaxData {
		v.add("data", fmt.Sprintf("%d bytes, at most %d", n, MaxData))
	}
	return errors.Join(v.problems...)
}

// Size is what a stored event counts in [StreamInfo.Bytes]. Back ends call it.
func (n New) Size() int { return n.size() }

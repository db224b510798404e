// SPDX-License-Identifier: Apache-2.0

package events

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Restored is the decision about a batch that is to be restored: what to write, and where streams begin whose earlier events were removed.
type Restored struct {
	Accepted []Event
	First    map[Stream]Version // of new streams that do not begin with version 1
}

// JudgeRestore decides a batch for [Restorer]. Known.IDs must hold the stored events at the positions of the batch up to the head, as well as those with its ids. It is pure,
// and every back end uses it. The stamp of the last stored event is last.
func JudgeRestore(batch []Event, last Event, known Known) (Restored, error) {
	out := Restored{First: make(map[Stream]Version)}
	versions := make(map[Stream]Version)
	ids := make(map[ID]Position)
	stamp := last.At
	for i := range batch {
		e := &batch[i]
		if err := placeable(i, e); err != nil {
			return Restored{}, err
		}
		if i > 0 && e.Position <= batch[i-1].Position {
			return Restored{}, &FieldError{Stream: e.Stream, Field: fmt.Sprintf("events[%d].position", i), Reason: "not behind the one before"}
		}
		if err := (Append{Stream: e.Stream, Events: []New{e.New}}).Validate(); err != nil {
			return Restored{}, err
		}
		old, stored := known.IDs[e.ID]
		if e.Position <= known.Head {
			if !stored || old.Position != e.Position || old.Stream != e.Stream || old.Version != e.Version || !old.Same(e.New) || !old.At.Equal(e.At) {
				return Restored{}, &ConflictError{Stream: e.Stream, ID: e.ID, At: e.Position}
			}
			continue
		}
		if stored {
			return Restored{}, &ConflictError{Stream: e.Stream, ID: e.ID, At: old.Position}
		}
		if pos, twice := ids[e.ID]; twice {
			return Restored{}, &ConflictError{Stream: e.Stream, ID: e.ID, At: pos}
		}
		have, seen := versions[e.Stream]
		if !seen {
			have = known.Versions[e.Stream]
		}
		switch {
		case have > 0 && e.Version != have+1:
			return Restored{}, &VersionError{Stream: e.Stream, Want: Exact(e.Version - 1), Have: have}
		case have == 0 && e.Version > 1:
			out.First[e.Stream] = e.Version
		}
		if e.At.Before(stamp) {
			return Restored{}, &FieldError{Stream: e.Stream, Field: fmt.Sprintf("events[%d].at", i), Reason: "before the event in front of it"}
		}
		fresh := *e
		fresh.Schema = fresh.schema()
		out.Accepted = append(out.Accepted, fresh)
		versions[e.Stream], ids[e.ID], stamp = e.Version, e.Position, e.At
	}
	return out, nil
}

// placeable checks what no store gives out itself.
func placeable(i int, e *Event) error {
	v := validation{stream: e.Stream}
	at := fmt.Sprintf("events[%d].", i)
	if e.Position == 0 || e.Position > math.MaxInt64 {
		v.add(at+"position", fmt.Sprintf("%d is none", e.Position))
	}
	if e.Version == 0 || e.Version > math.MaxInt64 {
		v.add(at+"version", fmt.Sprintf("%d is none", e.Version))
	}
	if !e.At.Equal(e.At.Truncate(time.Microsecond)) {
		v.add(at+"at", "finer than a microsecond")
	}
	return errors.Join(v.problems...)
}

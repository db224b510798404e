// SPDX-License-Identifier: Apache-2.0

package events

import "time"

// Known is what a back end tells [Judge] about the store as it is before the group.
type Known struct {
	// Head is the position of the last stored event.
	Head Position
	// Versions holds the last version of every stream the group names; a missing stream has no event.
	Versions map[Stream]Version
	// IDs holds the stored events whose ids occur in the group.
	IDs map[ID]Event
}

// Verdict is the decision about a group: an outcome for each append in its order, and the events to write, in the order of their positions.
type Verdict struct {
	Outcomes []Outcome
	Accepted []Event
}

// Judge decides a group of appends one after the other, each against the store as its accepted predecessors leave it. A rejected append
// changes nothing for those behind it. It is pure, and every back end uses it, so all of them answer alike. The stamp at must
// not be before the stamp of the last stored event; that is the caller's duty.
func Judge(group []Append, at time.Time, known Known) Verdict {
	j := judge{
		at:       at.UTC().Truncate(time.Microsecond),
		known:    known,
		versions: make(map[Stream]Version),
		ids:      make(map[ID]int),
		head:     known.Head,
	}
	out := make([]Outcome, len(group))
	for i := range group {
		out[i] = j.one(&group[i])
	}
	return Verdict{Outcomes: out, Accepted: j.accepted}
}

// judge is the state of one group's decision; it lives on the stack of Judge.
type judge struct {
	at       time.Time
	known    Known
	versions map[Stream]Version // of streams that this group has lengthened
	ids      map[ID]int         // index into accepted
	head     Position
	accepted []Event
}

func (j *judge) one(a *Append) Outcome {
	if err := a.Validate(); err != nil {
		return Outcome{Err: err}
	}
	if where, stored, err := j.repeated(a); err != nil || stored {
		return Outcome{Appended: where, Err: err}
	}
	have := j.version(a.Stream)
	if !a.Expect.Allows(have) {
		return Outcome{Err: &VersionError{Stream: a.Stream, Want: a.Expect, Have: have}}
	}
	first := j.head + 1
	for i := range a.Events {
		n := a.Events[i]
		n.Schema = n.schema()
		have++
		j.head++
		j.ids[n.ID] = len(j.accepted)
		j.accepted = append(j.accepted, Event{New: n, Stream: a.Stream, Version: have, Position: j.head, At: j.at})
	}
	j.versions[a.Stream] = have
	return Outcome{Appended: Appended{First: first, Last: j.head, Version: have}}
}

func (j *judge) version(s Stream) Version {
	if v, ok := j.versions[s]; ok {
		return v
	}
	return j.known.Versions[s]
}

func (j *judge) find(id ID) (Event, bool) {
	if i, ok := j.ids[id]; ok {
		return j.accepted[i], true
	}
	e, ok := j.known.IDs[id]
	return e, ok
}

// repeated tells whether the append is stored already. It is, if all its events are there, with the same content, in the same stream
// and next to each other; the expectation is not asked again, because the append that stored them met it. If only some of its ids are known, or the
// content differs, the ids stand for something else.
func (j *judge) repeated(a *Append) (Appended, bool, error) {
	var where Appended
	found := 0
	var last Event
	for i := range a.Events {
		old, ok := j.find(a.Events[i].ID)
		if !ok {
			continue
		}
		neighbour := found == 0 || old.Version == last.Version+1
		if i != found || old.Stream != a.Stream || !neighbour || !old.Same(a.Events[i]) {
			return Appended{}, false, &ConflictError{Stream: a.Stream, ID: old.ID, At: old.Position}
		}
		if found == 0 {
			where.First = old.Position
		}
		found++
		last = old
	}
	switch found {
	case 0:
		return Appended{}, false, nil
	case len(a.Events):
		where.Last, where.Version, where.Repeated = last.Position, last.Version, true
		return where, true, nil
	default:
		return Appended{}, false, &ConflictError{Stream: a.Stream, ID: last.ID, At: last.Position}
	}
}

// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"mabeam.dev/events"
)

// Options set up a store. The zero value is ready for use.
type Options struct {
	// Now is the clock that stamps events; nil means time.Now.
	Now func() time.Time
}

// Store is an events.Store in memory. Make it with New.
type Store struct {
	now func() time.Time
	mu  struct {
		sync.Mutex
		closed  bool
		log     []events.Event // in the order of positions; only appended to or replaced as a whole, so a view of it stays valid
		head    events.Position
		streams map[events.Stream]*stream
		index   map[key][]events.Position
		types   map[string]events.Position // last removed position by type
		removed events.Position            // last removed position
		marks   map[string]events.Position
		archive map[events.Position]events.Event // originals of rewritten events
		ids     map[events.ID]events.Position
		snaps   map[events.Stream][]events.Snap // newest first, at most two
		last    time.Time                       // stamp of the last event
		stats   events.Stats
	}
}

var _ events.Store = (*Store)(nil)

// stream is what is known about one beside its events.
type stream struct {
	first, last events.Version
	places      []events.Position // of the versions from first to last; only appended to or replaced as a whole
	bytes       int64
	removed     events.Position
}

// New makes an empty store.
func New(o Options) *Store {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{now: o.Now}
	s.mu.streams = make(map[events.Stream]*stream)
	s.mu.types = make(map[string]events.Position)
	s.mu.marks = make(map[string]events.Position)
	s.mu.archive = make(map[events.Position]events.Event)
	s.mu.index = make(map[key][]events.Position)
	s.mu.ids = make(map[events.ID]events.Position)
	s.mu.snaps = make(map[events.Stream][]events.Snap)
	return s
}

// AppendGroup decides and keeps the group; see events.Store.
func (s *Store) AppendGroup(ctx context.Context, group []events.Append) ([]events.Outcome, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed {
		return nil, events.ErrClosed
	}
	if now.Before(s.mu.last) {
		now = s.mu.last
	}
	verdict := events.Judge(group, now, s.knownLocked(group))
	s.keepLocked(verdict.Accepted)
	s.mu.stats.Count(verdict)
	return verdict.Outcomes, nil
}

// keepLocked enters events behind the head.
func (s *Store) keepLocked(accepted []events.Event) {
	for _, e := range accepted {
		e = e.Clone()
		s.mu.log = append(s.mu.log, e)
		s.mu.head = e.Position
		st := s.mu.streams[e.Stream]
		if st == nil {
			st = &stream{first: 1}
			s.mu.streams[e.Stream] = st
		}
		st.last, st.places, st.bytes = e.Version, append(st.places, e.Position), st.bytes+int64(e.Size())
		s.mu.ids[e.ID] = e.Position
		for _, k := range keysOf(&e) {
			s.mu.index[k] = append(s.mu.index[k], e.Position)
		}
		s.mu.last = e.At
	}
}

// knownLocked collects what the decision about a group may depend on.
func (s *Store) knownLocked(group []events.Append) events.Known {
	k := events.Known{
		Head:     s.mu.head,
		Versions: make(map[events.Stream]events.Version),
		IDs:      make(map[events.ID]events.Event),
	}
	for _, a := range group {
		k.Versions[a.Stream] = s.versionLocked(a.Stream)
		for i := range a.Events {
			pos, ok := s.mu.ids[a.Events[i].ID]
			if !ok {
				continue
			}
			e, rewritten := s.mu.archive[pos] // a repetition is compared with what was appended
			if !rewritten {
				e = s.mu.log[place(s.mu.log, pos)]
			}
			k.IDs[a.Events[i].ID] = e
		}
	}
	return k
}

// versionLocked gives the last version of a stream.
func (s *Store) versionLocked(name events.Stream) events.Version {
	if st := s.mu.streams[name]; st != nil {
		return st.last
	}
	return 0
}

// place gives the index of the first event at or behind a position.
func place(log []events.Event, pos events.Position) int {
	i, _ := slices.BinarySearchFunc(log, pos, func(e events.Event, pos events.Position) int { return cmp.Compare(e.Position, pos) })
	return i
}

// Read gives the events of a stream; see events.Store.
func (s *Store) Read(ctx context.Context, name events.Stream, from events.Version) iter.Seq2[events.Event, error] {
	return func(yield func(events.Event, error) bool) {
		s.mu.Lock()
		closed, log, st := s.mu.closed, s.mu.log, stream{first: 1}
		if known := s.mu.streams[name]; known != nil {
			st = *known
		}
		s.mu.Unlock()
		if from == 0 {
			from = st.first
		}
		switch {
		case closed:
			yield(events.Event{}, events.ErrClosed)
			return
		case from < st.first:
			yield(events.Event{}, &events.CompactedError{Stream: name, First: st.removed + 1, Version: st.first})
			return
		}
		for _, pos := range st.places[min(uint64(from-st.first), uint64(len(st.places))):] {
			if !give(ctx, yield, log[place(log, pos)]) {
				return
			}
		}
	}
}

// ReadAll gives the events of all streams; see events.Store.
func (s *Store) ReadAll(ctx context.Context, from events.Position) iter.Seq2[events.Event, error] {
	return func(yield func(events.Event, error) bool) {
		s.mu.Lock()
		closed, log, removed := s.mu.closed, s.mu.log, s.mu.removed
		s.mu.Unlock()
		switch {
		case closed:
			yield(events.Event{}, events.ErrClosed)
			return
		case from > 0 && removed >= from:
			yield(events.Event{}, &events.CompactedError{First: removed + 1})
			return
		}
		for _, e := range log[place(log, from):] {
			if !give(ctx, yield, e) {
				return
			}
		}
	}
}

func give(ctx context.Context, yield func(events.Event, error) bool, e events.Event) bool {
	if ctx.Err() != nil {
		yield(events.Event{}, context.Cause(ctx))
		return false
	}
	return yield(e.Clone(), nil)
}

// Snapshot gives the newest snapshot of a stream; see events.Store.
func (s *Store) Snapshot(ctx context.Context, stream events.Stream) (events.Snap, bool, error) {
	if ctx.Err() != nil {
		return events.Snap{}, false, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed {
		return events.Snap{}, false, events.ErrClosed
	}
	kept := s.mu.snaps[stream]
	if len(kept) == 0 {
		return events.Snap{}, false, nil
	}
	sn := kept[0]
	sn.State = bytes.Clone(sn.State)
	return sn, true, nil
}

// PutSnapshot keeps a snapshot; see events.Store.
func (s *Store) PutSnapshot(ctx context.Context, sn events.Snap) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := sn.Validate(); err != nil {
		return err
	}
	sn.At = s.now().UTC().Truncate(time.Microsecond)
	sn.Schema = max(sn.Schema, 1)
	sn.State = bytes.Clone(sn.State)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed {
		return events.ErrClosed
	}
	if have := s.versionLocked(sn.Stream); sn.Version > have {
		return &events.VersionError{Stream: sn.Stream, Want: events.Exact(sn.Version), Have: have}
	}
	s.mu.snaps[sn.Stream] = keepTwo(s.mu.snaps[sn.Stream], sn)
	return nil
}

// keepTwo puts a snapshot among those kept, replaces one of the same version, and drops all but the two newest.
func keepTwo(kept []events.Snap, sn events.Snap) []events.Snap {
	next := slices.DeleteFunc(slices.Clone(kept), func(k events.Snap) bool {
		return k.Version == sn.Version
	})
	next = append(next, sn)
	slices.SortFunc(next, func(a, b events.Snap) int { return cmp.Compare(b.Version, a.Version) })
	return next[:min(len(next), 2)]
}

// Head gives the last position; see events.Store.
func (s *Store) Head(ctx context.Context) (events.Position, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed {
		return 0, events.ErrClosed
	}
	return s.mu.head, nil
}

// Stats gives the counters; see events.Store.
func (s *Store) Stats() events.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.stats
}

// Close ends the store; what it held is gone.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.closed = true
	s.mu.log, s.mu.streams, s.mu.index, s.mu.ids, s.mu.snaps, s.mu.archive = nil, nil, nil, nil, nil, nil
	return nil
}

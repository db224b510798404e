// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"

	"mabeam.dev/events"
)

// locked runs a function with the state, unless the context has ended or the store is closed.
func (s *Store) locked(ctx context.Context, do func() error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.closed {
		return events.ErrClosed
	}
	return do()
}

// PutBookmark keeps a bookmark; see events.Store.
func (s *Store) PutBookmark(ctx context.Context, b events.Bookmark) error {
	if err := b.Validate(); err != nil {
		return err
	}
	return s.locked(ctx, func() error { s.mu.marks[b.Name] = b.Position; return nil })
}

// DropBookmark forgets a bookmark; see events.Store.
func (s *Store) DropBookmark(ctx context.Context, name string) error {
	return s.locked(ctx, func() error { delete(s.mu.marks, name); return nil })
}

// Bookmarks gives all bookmarks; see events.Store.
func (s *Store) Bookmarks(ctx context.Context) (out []events.Bookmark, err error) {
	err = s.locked(ctx, func() error {
		for _, name := range slices.Sorted(maps.Keys(s.mu.marks)) {
			out = append(out, events.Bookmark{Name: name, Position: s.mu.marks[name]})
		}
		return nil
	})
	return out, err
}

// Streams tells about streams; see events.Store.
func (s *Store) Streams(ctx context.Context, after events.Stream, limit int) (out []events.StreamInfo, err error) {
	err = s.locked(ctx, func() error {
		for name, st := range s.mu.streams {
			if name <= after {
				continue
			}
			info := events.StreamInfo{Stream: name, First: st.first, Last: st.last, Bytes: st.bytes, Removed: st.removed}
			if kept := s.mu.snaps[name]; len(kept) > 0 {
				info.Snapshot = kept[0].Version
			}
			out = append(out, info)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b events.StreamInfo) int { return cmp.Compare(a.Stream, b.Stream) })
	return out[:min(len(out), max(limit, 0))], err
}

// Remove removes the oldest events of a stream; see events.Store.
func (s *Store) Remove(ctx context.Context, r events.Removal) (out events.Removed, err error) {
	err = s.locked(ctx, func() error {
		st := s.mu.streams[r.Stream]
		if st == nil {
			return nil
		}
		out.First = st.first
		gone := make(map[events.Position]bool)
		keys := make(map[key]bool)
		for _, pos := range st.places {
			if len(gone) == r.Batch() || out.First >= r.Before || pos >= events.Removable(s.mu.head) {
				break
			}
			e := s.mu.log[place(s.mu.log, pos)]
			out.Events++
			out.Bytes += int64(e.Size())
			out.First++
			gone[pos] = true
			delete(s.mu.ids, e.ID)
			delete(s.mu.archive, pos)
			s.mu.types[e.Type] = max(s.mu.types[e.Type], pos)
			st.removed, s.mu.removed = pos, max(s.mu.removed, pos)
			for _, k := range keysOf(&e) {
				keys[k] = true
			}
		}
		for k := range keys {
			s.mu.index[k] = slices.DeleteFunc(slices.Clone(s.mu.index[k]), func(p events.Position) bool { return gone[p] })
		}
		st.first, st.bytes = out.First, st.bytes-out.Bytes
		st.places = slices.Clone(st.places[out.Events:])
		s.mu.log = slices.DeleteFunc(slices.Clone(s.mu.log), func(e events.Event) bool { return gone[e.Position] })
		return nil
	})
	return out, err
}

// Rewrite replaces the data of stored events; see events.Store.
func (s *Store) Rewrite(ctx context.Context, rs []events.Rewrite) (n int, err error) {
	for _, r := range rs {
		if err := r.Validate(); err != nil {
			return 0, err
		}
	}
	err = s.locked(ctx, func() error {
		s.mu.log = slices.Clone(s.mu.log)
		for _, r := range rs {
			i := place(s.mu.log, r.Old.Position)
			if i == len(s.mu.log) {
				continue
			}
			old := s.mu.log[i]
			if old.Position != r.Old.Position || old.Stream != r.Old.Stream || old.Version != r.Old.Version || !old.Same(r.Old.New) {
				continue
			}
			if _, again := s.mu.archive[old.Position]; !again {
				s.mu.archive[old.Position] = old
			}
			fresh := old
			fresh.Schema, fresh.Data = r.Schema, slices.Clone(r.Data)
			s.mu.log[i] = fresh
			s.mu.streams[old.Stream].bytes += int64(fresh.Size() - old.Size())
			n++
		}
		return nil
	})
	return n, err
}

// Originals gives the archive; see events.Store.
func (s *Store) Originals(ctx context.Context, from events.Position) iter.Seq2[events.Event, error] {
	return func(yield func(events.Event, error) bool) {
		var all []events.Event
		if err := s.locked(ctx, func() error { all = slices.Collect(maps.Values(s.mu.archive)); return nil }); err != nil {
			yield(events.Event{}, err)
			return
		}
		slices.SortFunc(all, func(a, b events.Event) int { return cmp.Compare(a.Position, b.Position) })
		for _, e := range all[place(all, from):] {
			if !give(ctx, yield, e) {
				return
			}
		}
	}
}

// Confirm drops the archive up to a position; see events.Store.
func (s *Store) Confirm(ctx context.Context, through events.Position) error {
	return s.locked(ctx, func() error {
		maps.DeleteFunc(s.mu.archive, func(pos events.Position, _ events.Event) bool { return pos <= through })
		return nil
	})
}

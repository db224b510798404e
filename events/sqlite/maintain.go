// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"database/sql/driver"

	"mabeam.dev/events"
)

// change runs one transaction of the holder of the turn. After an error the file is as before.
func (s *Store) change(ctx context.Context, op string, do func(w *writer) error) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	w := s.writer
	err := w.synchronous(s.o.Flush == FlushAlways)
	if err == nil {
		err = w.begin()
	}
	if err == nil {
		err = do(w)
	}
	if err == nil {
		err = w.c.exec("COMMIT")
	}
	w.settle(err == nil)
	if err == nil {
		err = w.there()
	}
	if err != nil {
		return s.failed(op, err)
	}
	s.watchLog()
	return nil
}

// PutBookmark keeps a bookmark; see events.Store.
func (s *Store) PutBookmark(ctx context.Context, b events.Bookmark) error {
	if err := b.Validate(); err != nil {
		return err
	}
	return s.change(ctx, "keep bookmark", func(w *writer) error {
		return w.c.exec("INSERT OR REPLACE INTO bookmarks (name, pos) VALUES (?, ?)", b.Name, int64(b.Position))
	})
}

// DropBookmark forgets a bookmark; see events.Store.
func (s *Store) DropBookmark(ctx context.Context, name string) error {
	return s.change(ctx, "drop bookmark", func(w *writer) error {
		return w.c.exec("DELETE FROM bookmarks WHERE name = ?", name)
	})
}

// Bookmarks gives all bookmarks; see events.Store.
func (s *Store) Bookmarks(ctx context.Context) ([]events.Bookmark, error) {
	var out []events.Bookmark
	err := s.read.lend(ctx, func(c *conn) error {
		if !s.tables.later {
			return nil
		}
		return c.query("SELECT name, pos FROM bookmarks ORDER BY name", nil, func(row []driver.Value) error {
			r := cells{row: row}
			out = append(out, events.Bookmark{Name: r.text(0), Position: events.Position(r.number(1))})
			return nil
		})
	})
	if err != nil {
		return nil, s.unreadable(0, err)
	}
	return out, nil
}

// Streams tells about streams; see events.Store.
func (s *Store) Streams(ctx context.Context, after events.Stream, limit int) ([]events.StreamInfo, error) {
	columns := "s.first, s.removed, max(s.bytes, 0)"
	if !s.tables.later {
		columns = "1, 0, 0"
	}
	var out []events.StreamInfo
	err := s.read.lend(ctx, func(c *conn) error {
		return c.query("SELECT s.name, s.ver, (SELECT coalesce(max(ver), 0) FROM snapshots WHERE stream = s.id), "+columns+
			" FROM streams s WHERE s.name > ? AND s.ver > 0 ORDER BY s.name LIMIT ?", []driver.Value{string(after), int64(limit)}, func(row []driver.Value) error {
			r := cells{row: row}
			out = append(out, events.StreamInfo{
				Stream: events.Stream(r.text(0)), Last: events.Version(r.number(1)), Snapshot: events.Version(r.number(2)),
				First: events.Version(r.number(3)), Removed: events.Position(r.number(4)), Bytes: r.number(5),
			})
			return nil
		})
	})
	if err != nil {
		return nil, s.unreadable(0, err)
	}
	return out, nil
}

// Remove removes the oldest events of a stream; see events.Store.
func (s *Store) Remove(ctx context.Context, r events.Removal) (out events.Removed, err error) {
	err = s.change(ctx, "remove", func(w *writer) error {
		// Events before an anchor go only when the witness on the disk stands at or behind that anchor, or a power cut could set it back to a place
		// from which the file can no longer be compared with it.
		if err := s.settle(); err != nil {
			return err
		}
		out, err = w.remove(r)
		return err
	})
	return out, err
}

// remove does it inside a transaction.
func (w *writer) remove(r events.Removal) (out events.Removed, err error) {
	var id, last, first int64
	err = w.c.query(written.stream, []driver.Value{string(r.Stream)}, func(row []driver.Value) error {
		c := cells{row: row}
		id, last, first = c.number(0), c.number(1), c.number(2)
		return nil
	})
	if err != nil || id == 0 {
		return out, err
	}
	anchor, err := w.c.integer("SELECT max(pos) FROM anchors")
	if err != nil {
		return out, err
	}
	floor := min(int64(events.Removable(w.head.pos)), anchor)
	out.First = events.Version(first)
	before := int64(min(uint64(r.Before), uint64(last)+1))
	d := decoder{path: w.path, names: w.c}
	latest := make(map[string]events.Position) // by type
	var end events.Position
	var gone []int64
	err = w.c.query(written.events+"WHERE e.stream = ? AND e.ver >= ? AND e.ver < ? ORDER BY e.ver LIMIT ?",
		[]driver.Value{id, first, before, int64(r.Batch())}, func(row []driver.Value) error {
			e, err := d.decode(row) // a damaged event is not thrown away as if it had been looked at
			if err != nil {
				return err
			}
			if int64(e.Position) >= floor {
				return errStop
			}
			out.Events++
			out.Bytes += int64(e.Size())
			out.First = e.Version + 1
			end, latest[e.Type] = e.Position, e.Position
			gone = append(gone, int64(e.Position))
			return nil
		})
	if err != nil || out.Events == 0 {
		return out, err
	}
	for _, pos := range gone {
		if err := w.c.exec("DELETE FROM archive WHERE pos = ?", pos); err != nil {
			return out, err
		}
		if err := w.c.exec("DELETE FROM events WHERE pos = ?", pos); err != nil {
			return out, err
		}
	}
	if err := w.c.exec("UPDATE streams SET first = ?, removed = ?, bytes = max(bytes - ?, 0) WHERE id = ?", int64(out.First), int64(end), out.Bytes, id); err != nil {
		return out, err
	}
	for name, pos := range latest { // the order does not matter
		if err := w.c.exec("UPDATE types SET removed = max(removed, ?) WHERE name = ?", int64(pos), name); err != nil {
			return out, err
		}
	}
	return out, w.removedThrough(end)
}

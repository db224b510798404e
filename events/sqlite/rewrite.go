// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"database/sql/driver"
	"iter"
	"math"

	"mabeam.dev/events"
)

// Rewrite replaces the data of stored events; see events.Store.
func (s *Store) Rewrite(ctx context.Context, rs []events.Rewrite) (n int, err error) {
	for _, r := range rs {
		if err := r.Validate(); err != nil {
			return 0, err
		}
	}
	err = s.change(ctx, "rewrite", func(w *writer) error {
		grown := make(map[events.Stream]int64)
		for i := range rs {
			done, err := w.rewrite(&rs[i], grown)
			if err != nil {
				return err
			}
			if done {
				n++
			}
		}
		for stream, by := range grown { // the order does not matter
			if err := w.c.exec("UPDATE streams SET bytes = max(bytes + ?, 0) WHERE name = ?", by, string(stream)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// rewrite does one inside a transaction, and adds to what the streams grow by. The first original is the one that is kept.
func (w *writer) rewrite(r *events.Rewrite, grown map[events.Stream]int64) (bool, error) {
	old, err := w.at(r.Old.Position)
	if err != nil || old.Stream != r.Old.Stream || old.Version != r.Old.Version || !old.Same(r.Old.New) {
		return false, err
	}
	metadata := events.EncodeMetadata(old.Metadata)
	was, _ := sum(&old, metadata, nil)
	err = w.c.exec("INSERT OR IGNORE INTO archive (pos, schema_ver, data, crc) VALUES (?, ?, ?, ?)",
		int64(old.Position), int64(old.Schema), blob(old.Data), int64(was))
	if err != nil {
		return false, err
	}
	fresh := old
	fresh.Schema, fresh.Data = r.Schema, r.Data
	crc, _ := sum(&fresh, metadata, nil)
	err = w.c.exec("UPDATE events SET schema_ver = ?, data = ?, crc = ? WHERE pos = ?",
		int64(fresh.Schema), blob(fresh.Data), int64(crc), int64(fresh.Position))
	if err != nil {
		return false, err
	}
	grown[old.Stream] += int64(fresh.Size() - old.Size())
	return true, nil
}

// archived is like tables.events for the originals: what was rewritten comes from the archive.
const archived = `SELECT e.pos, e.stream, e.ver, e.id, e.type, e.agent, a.schema_ver, e.at, e.correlation_id, e.causation_id, e.metadata, a.data, a.crc,
	e.context, e.context_crc FROM archive a CROSS JOIN events e ON e.pos = a.pos `

// original puts the original of a rewritten event in its place: a repetition is compared with what was appended.
func (w *writer) original(id events.ID, known map[events.ID]events.Event) error {
	e, ok := known[id]
	if !ok {
		return nil
	}
	d := decoder{path: w.path, names: w.c}
	return w.c.query(archived+"WHERE a.pos = ?", []driver.Value{int64(e.Position)}, func(row []driver.Value) error {
		e, err := d.decode(row)
		known[id] = e
		return err
	})
}

// Originals gives the archive; see events.Store.
func (s *Store) Originals(ctx context.Context, from events.Position) iter.Seq2[events.Event, error] {
	return func(yield func(events.Event, error) bool) {
		next := from
		s.pages(ctx, yield, func(c *conn, d *decoder) ([]events.Event, error) {
			if next > math.MaxInt64 || !s.tables.later {
				return nil, nil
			}
			page, err := d.page(c, archived+"WHERE a.pos >= ? ORDER BY a.pos LIMIT ?", int64(next), int64(pageRows))
			if len(page) > 0 {
				next = page[len(page)-1].Position + 1
			}
			return page, err
		})
	}
}

// Confirm drops the archive up to a position; see events.Store. It goes by batches, so that appends get their turn in between.
func (s *Store) Confirm(ctx context.Context, through events.Position) error {
	for {
		var left int64
		err := s.change(ctx, "confirm", func(w *writer) (err error) {
			upTo := int64(min(uint64(through), math.MaxInt64))
			if err = w.c.exec("DELETE FROM archive WHERE pos IN (SELECT pos FROM archive WHERE pos <= ? ORDER BY pos LIMIT ?)", upTo, int64(events.MaxBatch)); err == nil {
				left, err = w.c.integer("SELECT count(*) FROM (SELECT 1 FROM archive WHERE pos <= ? LIMIT 1)", upTo)
			}
			return err
		})
		if err != nil || left == 0 {
			return err
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"

	"mabeam.dev/events"
)

var _ events.Restorer = (*Store)(nil)

// Restore enters events with the places they had in another store; see events.Restorer.
func (s *Store) Restore(ctx context.Context, batch []events.Event) (int, error) {
	if err := s.take(ctx); err != nil {
		return 0, err
	}
	defer s.give()
	w := s.writer
	if err := w.synchronous(true); err != nil {
		return 0, s.failed("restore", err)
	}
	r, err := w.judgeRestore(batch)
	if err != nil || len(r.Accepted) == 0 {
		if classify(err) == faultOther {
			return 0, err
		}
		return 0, s.failed("restore", err)
	}
	err = w.commit(r.Accepted, func() error {
		for stream, first := range r.First { // the order does not matter
			var at events.Position
			for i := range r.Accepted {
				if r.Accepted[i].Stream == stream {
					at = r.Accepted[i].Position - 1
					break
				}
			}
			if err := w.c.exec("UPDATE streams SET first = ?, removed = ? WHERE name = ?", int64(first), int64(at), string(stream)); err != nil {
				return err
			}
			if err := w.removedThrough(at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, s.failed("restore", err)
	}
	return len(r.Accepted), s.acknowledge("restore", s.o.Now(), FlushAlways)
}

// judgeRestore reads what the decision needs, and decides.
func (w *writer) judgeRestore(batch []events.Event) (events.Restored, error) {
	group := make([]events.Append, len(batch))
	for i := range batch {
		group[i] = events.Append{Stream: batch[i].Stream, Events: []events.New{batch[i].New}}
	}
	known := events.Known{Head: w.head.pos}
	var err error
	if known.Versions, err = w.known(group); err != nil {
		return events.Restored{}, err
	}
	if known.IDs, err = w.stored(group); err != nil {
		return events.Restored{}, err
	}
	// A rewritten event is compared with what stands in the log: the copy was made from there.
	for id, e := range known.IDs {
		if e, err = w.at(e.Position); err != nil {
			return events.Restored{}, err
		}
		known.IDs[id] = e
	}
	return events.JudgeRestore(batch, events.Event{At: w.last}, known)
}

// at reads the event at a position.
func (w *writer) at(pos events.Position) (e events.Event, err error) {
	d := decoder{path: w.path, names: w.c}
	err = w.c.query(written.events+"WHERE e.pos = ?", []driver.Value{int64(pos)}, func(row []driver.Value) (err error) {
		e, err = d.decode(row)
		return err
	})
	return e, err
}

// removedThrough raises the mark of what was removed, and counts the removal.
func (w *writer) removedThrough(pos events.Position) error {
	if err := w.c.exec("INSERT INTO meta (key, value) VALUES ('removals', 1) ON CONFLICT (key) DO UPDATE SET value = value + 1"); err != nil {
		return err
	}
	return w.c.exec("INSERT INTO meta (key, value) VALUES ('removed', ?1) ON CONFLICT (key) DO UPDATE SET value = max(value, ?1)", int64(pos))
}

// Path gives the file of the store.
func (s *Store) Path() string { return s.path }

// CheckFile lets the engine examine the whole file, with every index, and holds a store that was opened read-only against its head witness; see events.Verify.
func (s *Store) CheckFile(ctx context.Context) error {
	var answer string
	var lost *LostTailError
	err := s.read.lend(ctx, func(c *conn) (err error) {
		if answer, err = c.text("PRAGMA integrity_check(1)"); err == nil && s.writer == nil {
			lost, err = s.witnessed(c)
		}
		return err
	})
	switch {
	case lost != nil:
		return lost
	case err != nil:
		return s.unreadable(0, err)
	case answer != "ok":
		return placed(&events.CorruptError{Path: s.path, Reason: finding(answer)})
	}
	return nil
}

// witnessed compares the file with its witness as an opening for writing does.
func (s *Store) witnessed(c *conn) (*LostTailError, error) {
	me, err := readMeta(c, s.path)
	if err != nil {
		return nil, err
	}
	seen, err := readWitness(s.path + ".head")
	if err != nil && !errors.Is(err, errNoWitness) {
		return nil, err
	}
	return compare(c, s.path, me.store, seen, err == nil)
}

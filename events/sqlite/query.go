// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"

	"mabeam.dev/events"
)

// window is how many positions one statement of a filtered walk covers: the engine does not come back before it has found a row, and a reader
// must not hold a transaction for long.
const window = 1 << 17

// Query gives a page of selected events; see events.Store. The engine is told which index to walk, so that a statement that cannot use it fails instead of scanning.
func (s *Store) Query(ctx context.Context, q events.Query) (events.Page, error) {
	x, err := q.Explain()
	if err != nil {
		return events.Page{}, err
	}
	head := events.Position(s.head.Load())
	first, last := q.Range(head)
	since, until := q.Micros()
	d := decoder{path: s.path}
	var found []events.Event
	w := walker{q: q, x: x, tables: s.tables}
	err = s.read.lend(ctx, func(c *conn) error {
		if first, last, err = stamped(c, first, last, since, until); err != nil {
			return err
		}
		return w.find(c)
	})
	step := last - first + 1
	if len(x.Filters) > 0 {
		step = window
	}
	for err == nil && !w.none && first <= last && len(found) <= q.Size() {
		lo, hi := first, min(last, first+step-1)
		if q.Descending {
			lo, hi = max(first, last-min(last, step)+1), last
		}
		var page []events.Event
		var full bool
		err = s.read.lend(ctx, func(c *conn) (err error) {
			d.names = c
			page, full, err = w.page(c, &d, lo, hi, q.Size()+1-len(found))
			return err
		})
		found = append(found, page...)
		switch {
		case full && q.Descending: // more may be in this window
			last = page[len(page)-1].Position - 1
		case full:
			first = page[len(page)-1].Position + 1
		case q.Descending:
			last = lo - 1
		default:
			first = hi + 1
		}
	}
	if err != nil {
		var at events.Position
		if len(found) > 0 {
			at = found[len(found)-1].Position
		}
		return events.Page{}, s.unreadable(at, err)
	}
	start, end := q.Range(head)
	if q.Complete {
		if q.Descending && q.Cursor != "" { // what was given before cannot be missing
			start = max(q.From, 1)
		}
		if err := s.whole(ctx, &w, start); err != nil {
			return events.Page{}, err
		}
	}
	return q.Answer(found, end, head), nil
}

// whole refuses a page if something that it may select was removed at or behind a position. It looks after the page was read: a removal is seen with its effect.
func (s *Store) whole(ctx context.Context, w *walker, from events.Position) error {
	var removed int64
	err := s.read.lend(ctx, func(c *conn) (err error) {
		switch {
		case !s.tables.later:
		case w.q.Stream != "":
			removed, err = c.integer("SELECT removed FROM streams WHERE id = ?", w.stream)
		case len(w.types) > 0:
			for _, t := range w.types {
				var n int64
				if n, err = c.integer("SELECT removed FROM types WHERE id = ?", t); err != nil {
					return err
				}
				removed = max(removed, n)
			}
		case len(w.q.Types) == 0:
			removed, err = c.integer(s.tables.removed)
		}
		return err
	})
	switch {
	case err != nil:
		return s.unreadable(0, err)
	case events.Position(removed) >= from:
		return &events.CompactedError{Stream: w.q.Stream, First: events.Position(removed) + 1}
	}
	return nil
}

// stamped narrows a range of positions to the events stamped from since until before until. Stamps never fall as positions rise, so each end is found by bisection.
func stamped(c *conn, first, last events.Position, since, until int64) (events.Position, events.Position, error) {
	lo, err := firstAt(c, first, last, since)
	if err != nil {
		return 0, 0, err
	}
	hi, err := firstAt(c, lo, last, until)
	return lo, hi - 1, err
}

// firstAt gives the first position of the range whose event is stamped at or after that time, or the one behind the range. Of a range with
// holes it may give a position in the hole before that event, which selects the same events.
func firstAt(c *conn, first, last events.Position, at int64) (events.Position, error) {
	if at == -1<<63 {
		return first, nil
	}
	if at == 1<<63-1 {
		return max(first, last+1), nil
	}
	for first <= last {
		mid := first + (last-first)/2
		pos, stamp := last+1, at
		err := c.query("SELECT pos, at FROM events WHERE pos >= ? AND pos <= ? ORDER BY pos LIMIT 1", []driver.Value{int64(mid), int64(last)}, func(row []driver.Value) error {
			r := cells{row: row}
			pos, stamp = events.Position(r.number(0)), r.number(1)
			return nil
		})
		switch {
		case err != nil:
			return 0, err
		case stamp >= at:
			last = mid - 1
		default:
			first = pos + 1
		}
	}
	return first, nil
}

// walker holds a query with its names replaced by their numbers.
type walker struct {
	q             events.Query
	x             events.Explanation
	tables        tables
	stream, agent int64
	types         []int64
	none          bool // a name is not in the file, so nothing is selected
}

// find looks the names up.
func (w *walker) find(c *conn) error {
	number := func(table, name string) (int64, error) {
		return c.integer("SELECT id FROM "+table+" WHERE name = ?", name)
	}
	var err error
	if w.q.Stream != "" {
		w.stream, err = number("streams", string(w.q.Stream))
		w.none = w.none || w.stream == 0
	}
	if w.q.Agent != "" && err == nil {
		w.agent, err = number("agents", w.q.Agent)
		w.none = w.none || w.agent == 0
	}
	for _, t := range w.q.Types {
		if err != nil {
			break
		}
		var id int64
		if id, err = number("types", t); id != 0 {
			w.types = append(w.types, id)
		}
	}
	w.none = w.none || len(w.q.Types) > 0 && len(w.types) == 0
	return err
}

// page reads up to n events of a range, and tells whether there may be more in it.
func (w *walker) page(c *conn, d *decoder, lo, hi events.Position, n int) (page []events.Event, full bool, err error) {
	n = min(n, pageRows)
	from, to := int64(lo), int64(hi)
	if w.x.Index == events.ByStream {
		if from, to, err = w.versions(c, lo, hi); err != nil {
			return nil, false, err
		}
	}
	statement, args := w.statement(from, to, int64(n))
	page, err = d.page(c, statement, args...)
	size := 0
	for i := range page {
		size += len(page[i].Data)
	}
	return page, len(page) > 0 && (len(page) == n || size >= pageBytes), err
}

// versions turns a range of positions into the range of versions of the stream, since its index is ordered by version: both rise together, so the
// first version at or after a position is found by bisection.
func (w *walker) versions(c *conn, lo, hi events.Position) (from, to int64, err error) {
	last, err := c.integer("SELECT ver FROM streams WHERE id = ?", w.stream)
	if err != nil {
		return 0, 0, err
	}
	at := func(pos events.Position) (int64, error) {
		first, behind := int64(1), last
		for first <= behind {
			mid := first + (behind-first)/2
			ver, there := last+1, int64(pos)
			err := c.query("SELECT ver, pos FROM events INDEXED BY events_by_stream WHERE stream = ? AND ver >= ? ORDER BY ver LIMIT 1",
				[]driver.Value{w.stream, mid}, func(row []driver.Value) error {
					r := cells{row: row}
					ver, there = r.number(0), r.number(1)
					return nil
				})
			switch {
			case err != nil:
				return 0, err
			case there >= int64(pos):
				behind = mid - 1
			default:
				first = ver + 1
			}
		}
		return first, nil
	}
	if from, err = at(lo); err == nil {
		to, err = at(hi + 1)
	}
	return from, to - 1, err
}

// statement writes the walk over one range: of versions for a stream, else of positions. Several types are one ordered walk each, which the engine merges.
func (w *walker) statement(lo, hi, n int64) (string, []driver.Value) {
	types := [][]int64{w.types}
	if w.x.Index == events.ByType {
		types = types[:0]
		for _, t := range w.types {
			types = append(types, []int64{t})
		}
	}
	order := "e.pos"
	if w.x.Index == events.ByStream {
		order = "e.ver"
	}
	var b strings.Builder
	var args []driver.Value
	for i, of := range types {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		b.WriteString(w.tables.events + indexedBy[w.x.Index] + "WHERE " + order + " >= ? AND " + order + " <= ?")
		args = append(args, lo, hi)
		if w.stream != 0 {
			b.WriteString(" AND e.stream = ?")
			args = append(args, w.stream)
		}
		if w.agent != 0 {
			b.WriteString(" AND e.agent = ?")
			args = append(args, w.agent)
		}
		if len(of) > 0 {
			b.WriteString(" AND e.type IN (?" + strings.Repeat(", ?", len(of)-1) + ")")
			for _, t := range of {
				args = append(args, t)
			}
		}
		if id := w.q.Correlation; !id.IsZero() {
			b.WriteString(" AND e.correlation_id = ?")
			args = append(args, slices.Clone(id[:]))
		}
		if id := w.q.Causation; !id.IsZero() {
			b.WriteString(" AND e.causation_id = ?")
			args = append(args, slices.Clone(id[:]))
		}
	}
	if len(types) > 1 {
		order = "1" // of a merge only a column of the answer can be named
	}
	b.WriteString(" ORDER BY " + order)
	if w.q.Descending {
		b.WriteString(" DESC")
	}
	b.WriteString(" LIMIT ?")
	return b.String(), append(args, n)
}

// indexedBy names the engine's index for each of ours.
var indexedBy = map[events.Index]string{
	events.ByCorrelation: "INDEXED BY events_by_correlation ",
	events.ByStream:      "INDEXED BY events_by_stream ",
	events.ByAgent:       "INDEXED BY events_by_agent ",
	events.ByType:        "INDEXED BY events_by_type ",
	events.ByPosition:    "NOT INDEXED ",
}

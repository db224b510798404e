// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"math"

	"mabeam.dev/events"
)

// A page ends after this many rows or bytes of data, so that no read holds a transaction for long or much memory.
const (
	pageRows  = 512
	pageBytes = 4 << 20
)

// pool lends reading connections, which are opened when first needed.
type pool struct {
	dial func() (*conn, error)
	// slots has one entry for each connection that may exist, nil for one that is not open. Borrowers receive and send back; close drains it.
	slots chan *conn
	done  chan struct{} // closed by Store.Close
}

func newPool(n int, done chan struct{}, dial func() (*conn, error)) *pool {
	p := &pool{dial: dial, slots: make(chan *conn, n), done: done}
	for range n {
		p.slots <- nil
	}
	return p
}

// lend runs the function with a connection, and drops the connection if the function fails.
func (p *pool) lend(ctx context.Context, use func(*conn) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var c *conn
	select {
	case <-p.done:
		return events.ErrClosed
	default:
	}
	select {
	case <-p.done:
		return events.ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	case c = <-p.slots:
	}
	var err error
	if c == nil {
		if c, err = p.dial(); err != nil {
			p.slots <- nil
			return err
		}
	}
	if err = use(c); err != nil {
		err = errors.Join(err, c.close())
		c = nil
	}
	p.slots <- c
	return err
}

// close waits for every borrower and closes the connections. The done channel is closed before, so nobody borrows again.
func (p *pool) close() error {
	var errs []error
	for range cap(p.slots) {
		if c := <-p.slots; c != nil {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(errs...)
}

// Read gives the events of a stream; see events.Store. A missing version, in the middle or at the end, is reported as damage.
func (s *Store) Read(ctx context.Context, stream events.Stream, from events.Version) iter.Seq2[events.Event, error] {
	query := s.tables.events + `WHERE e.stream = ? AND e.ver >= ? AND e.ver <= ? ORDER BY e.ver LIMIT ?`
	return func(yield func(events.Event, error) bool) {
		next := from
		head := events.Position(s.head.Load())
		var id, last int64 // the stream's number and last version, as the first page finds them
		started, ended := false, false
		// missing tells why a version is not there: retention has taken it, or it is damage.
		missing := func(c *conn, pos events.Position) error {
			_, _, first, removed, err := s.stream(c, stream)
			if err == nil && int64(next) < first {
				return &events.CompactedError{Stream: stream, First: events.Position(removed) + 1, Version: events.Version(first)}
			}
			return errors.Join(err, &events.CorruptError{Path: s.path, Position: pos, Stream: stream, Reason: fmt.Sprintf("version %d of %d is missing", next, last)})
		}
		s.pages(ctx, yield, func(c *conn, d *decoder) ([]events.Event, error) {
			if !started {
				started = true
				var first, removed int64
				var err error
				if id, last, first, removed, err = s.stream(c, stream); err != nil {
					return nil, err
				}
				switch {
				case next == 0:
					next = events.Version(max(first, 1))
				case int64(next) < first && next <= math.MaxInt64:
					return nil, &events.CompactedError{Stream: stream, First: events.Position(removed) + 1, Version: events.Version(first)}
				}
			}
			if ended || uint64(next) > uint64(last) {
				return nil, nil
			}
			page, err := d.page(c, query, id, int64(next), last, int64(pageRows))
			for i := range page {
				if page[i].Position > head {
					ended = true // not acknowledged yet when the read began
					return page[:i], nil
				}
				if page[i].Version != next || page[i].Stream != stream {
					return page[:i], missing(c, page[i].Position)
				}
				next++
			}
			if err == nil && len(page) == 0 {
				err = missing(c, 0)
			}
			return page, err
		})
	}
}

// stream gives what the table of streams holds about one; zeros if it is unknown.
func (s *Store) stream(c *conn, name events.Stream) (id, last, first, removed int64, err error) {
	err = c.query(s.tables.stream, []driver.Value{string(name)}, func(row []driver.Value) error {
		r := cells{row: row}
		id, last, first, removed = r.number(0), r.number(1), r.number(2), r.number(3)
		return nil
	})
	return id, last, first, removed, err
}

// ReadAll gives the events of all streams in the order of their positions; see events.Store.
func (s *Store) ReadAll(ctx context.Context, from events.Position) iter.Seq2[events.Event, error] {
	query := s.tables.events + `WHERE e.pos >= ? AND e.pos <= ? ORDER BY e.pos LIMIT ?`
	return func(yield func(events.Event, error) bool) {
		next := from
		head := s.head.Load()
		gone := removals{tables: s.tables, all: from > 0}
		s.pages(ctx, yield, func(c *conn, d *decoder) ([]events.Event, error) {
			if next > math.MaxInt64 {
				return nil, nil
			}
			if err := gone.begin(c); err != nil {
				return nil, err
			}
			page, err := d.page(c, query, int64(next), int64(head), int64(pageRows))
			if err == nil { // looked at after the page, so that a removal is seen with its effect
				if err = gone.behind(c, next); err != nil {
					return nil, err
				}
			}
			if len(page) > 0 {
				next = page[len(page)-1].Position + 1
			}
			return page, err
		})
	}
}

// pages yields page after page until one is empty. Between pages no connection is held, so a slow consumer stops neither other reads
// nor the checkpoints.
func (s *Store) pages(ctx context.Context, yield func(events.Event, error) bool, load func(*conn, *decoder) ([]events.Event, error)) {
	d := decoder{path: s.path}
	var last events.Position
	for {
		var page []events.Event
		err := s.read.lend(ctx, func(c *conn) (err error) {
			d.names = c
			page, err = load(c, &d)
			return err
		})
		for i := range page {
			if ctx.Err() != nil {
				yield(events.Event{}, context.Cause(ctx))
				return
			}
			if !yield(page[i], nil) {
				return
			}
			last = page[i].Position
		}
		if err != nil {
			yield(events.Event{}, s.unreadable(last, err))
			return
		}
		if len(page) == 0 {
			return
		}
	}
}

// unreadable gives an error of a read its type and its place.
func (s *Store) unreadable(last events.Position, err error) error {
	switch {
	case errors.Is(err, events.ErrCorrupt):
		return placed(err)
	case errors.Is(err, events.ErrCompacted), errors.Is(err, events.ErrClosed), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case classify(err) == faultDamaged:
		return placed(&events.CorruptError{Path: s.path, Reason: fmt.Sprintf("after position %d: %v", last, err)})
	default:
		return explain("read", s.path, err)
	}
}

// page reads one page. Events read before an error are returned with it.
func (d *decoder) page(c *conn, query string, args ...driver.Value) ([]events.Event, error) {
	var page []events.Event
	size := 0
	err := c.query(query, args, func(row []driver.Value) error {
		e, err := d.decode(row)
		if err != nil {
			return err
		}
		page = append(page, e)
		if size += len(e.Data); size >= pageBytes {
			return errStop
		}
		return nil
	})
	return page, err
}

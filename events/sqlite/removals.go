// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"database/sql/driver"

	"mabeam.dev/events"
)

// removals tells an iteration over all streams what retention takes from it. One mark for the whole file does not do where removals of before are
// no matter: a stream whose mark is far behind hides what happens to all others in front of it.
type removals struct {
	tables tables
	all    bool // what was removed before the iteration began counts, too: then the one mark does
	begun  bool
	sweeps int64           // removals that are accounted for
	marks  map[int64]int64 // the last removed position of streams when the iteration began
}

// begin notes what is gone already.
func (r *removals) begin(c *conn) (err error) {
	if r.begun || r.all {
		return nil
	}
	if r.sweeps, err = c.integer(r.tables.sweeps); err != nil {
		return err
	}
	r.marks = map[int64]int64{}
	err = c.query(r.tables.marks, []driver.Value{int64(1)}, func(row []driver.Value) error {
		cell := cells{row: row}
		r.marks[cell.number(0)] = cell.number(1)
		return nil
	})
	r.begun = err == nil
	return err
}

// behind returns an error if an event at or behind a position was removed that the iteration has not come to.
func (r *removals) behind(c *conn, next events.Position) error {
	var last int64
	if r.all {
		mark, err := c.integer(r.tables.removed)
		if err != nil || uint64(mark) < uint64(next) {
			return err
		}
		last = mark
	} else {
		sweeps, err := c.integer(r.tables.sweeps)
		if err != nil || sweeps == r.sweeps {
			return err
		}
		err = c.query(r.tables.marks, []driver.Value{int64(max(next, 1))}, func(row []driver.Value) error {
			cell := cells{row: row}
			if mark := cell.number(1); mark > r.marks[cell.number(0)] {
				last = max(last, mark)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if last == 0 {
			r.sweeps = sweeps
			return nil
		}
	}
	return &events.CompactedError{First: events.Position(last) + 1}
}

// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"database/sql/driver"
	"fmt"

	"mabeam.dev/events"
)

// verifyRows is how many of the last rows are read and checked when a store is opened.
const verifyRows = 1000

// meta is the store's identity.
type meta struct {
	store [16]byte
	epoch uint64
}

func readMeta(c *conn, path string) (meta, error) {
	var m meta
	id, err := c.one("SELECT value FROM meta WHERE key = 'store'")
	if err != nil {
		return m, err
	}
	epoch, err := c.integer("SELECT value FROM meta WHERE key = 'epoch'")
	if err != nil {
		return m, err
	}
	b, ok := id.([]byte)
	if !ok || len(b) != len(m.store) || epoch < 1 {
		return m, &events.CorruptError{Path: path, Reason: "the store's identity is unreadable"}
	}
	copy(m.store[:], b)
	m.epoch = uint64(epoch)
	return m, nil
}

// quickCheck lets the engine examine the structure of the file, and the small table of streams with its index: a stream that cannot be
// found by its name would look empty. It does not see changed content; the checksums do.
func quickCheck(c *conn, path string) error {
	for _, check := range []string{"PRAGMA quick_check(1)", "PRAGMA integrity_check(streams)"} {
		answer, err := c.text(check)
		if err != nil {
			return err
		}
		if answer != "ok" {
			return &events.CorruptError{Path: path, Reason: finding(answer)}
		}
	}
	return nil
}

// compare holds the file against the witness.
func compare(c *conn, path string, store [16]byte, seen slot, witnessed bool) (*LostTailError, error) {
	have, err := c.integer("SELECT max(pos) FROM events")
	if err != nil {
		return nil, err
	}
	lost := &LostTailError{Path: path, Have: events.Position(have), Want: seen.link.pos}
	switch {
	case !witnessed && have == 0:
		return nil, nil // the process died between making the file and making its witness
	case !witnessed:
		lost.Reason = errNoWitness.Error() + ", so nothing tells how many events there were"
		return lost, nil
	case seen.store != store:
		lost.Reason = "the head witness is of another store"
		return lost, nil
	case lost.Have < lost.Want:
		lost.Reason = "the end of the log is gone"
		return lost, nil
	}
	at, reached, _, err := walk(c, store, seen.link.pos)
	if err != nil {
		return nil, err
	}
	if !reached || at.hash != seen.link.hash {
		lost.Reason = fmt.Sprintf("the events up to position %d are not those that were acknowledged", seen.link.pos)
		return lost, nil
	}
	return nil, nil
}

// verifyTail reads the last rows, which a crash is most likely to have hurt.
func verifyTail(c *conn, path string, head events.Position) error {
	d := decoder{path: path, names: c}
	first := int64(max(head, verifyRows) - verifyRows)
	return c.query(written.events+"WHERE e.pos > ? ORDER BY e.pos", []driver.Value{first}, func(row []driver.Value) error {
		_, err := d.decode(row)
		return err
	})
}

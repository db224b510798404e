// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"

	"mabeam.dev/events"
)

// anchorEvery is how many positions lie between two anchors: what an open has to hash again at most, beyond the witness.
const anchorEvery = 1000

// link is the running hash of (position, id) over all events up to one position. Two files with the same link hold the same events in the same order.
type link struct {
	pos  events.Position
	hash [sha256.Size]byte
}

// root is the link before the first event; it differs from store to store.
func root(store [16]byte) link { return link{hash: sha256.Sum256(store[:])} }

// next gives the link after one more event.
func (l link) next(pos events.Position, id events.ID) link {
	var b [sha256.Size + 8 + len(events.ID{})]byte
	copy(b[:], l.hash[:])
	binary.BigEndian.PutUint64(b[sha256.Size:], uint64(pos))
	copy(b[sha256.Size+8:], id[:])
	return link{pos: pos, hash: sha256.Sum256(b[:])}
}

// anchored tells whether the link is kept in the table of anchors.
func (l link) anchored() bool { return l.pos%anchorEvery == 0 }

// walk hashes the events behind the last anchor that is not after the witness, up to the head. It gives the link at the witness's
// position, if the file reaches it, and the link at the head.
func walk(c *conn, store [16]byte, witness events.Position) (at link, reached bool, head link, err error) {
	cur := root(store)
	err = c.query("SELECT pos, hash FROM anchors WHERE pos <= ? ORDER BY pos DESC LIMIT 1", []driver.Value{int64(witness)}, func(row []driver.Value) error {
		r := cells{row: row}
		cur.pos = events.Position(r.number(0))
		copy(cur.hash[:], r.bytes(1))
		return nil
	})
	if err != nil {
		return link{}, false, link{}, err
	}
	if cur.pos == witness {
		at, reached = cur, true
	}
	err = c.query("SELECT pos, id FROM events WHERE pos > ? ORDER BY pos", []driver.Value{int64(cur.pos)}, func(row []driver.Value) error {
		r := cells{row: row}
		var id events.ID
		r.id(1, &id)
		cur = cur.next(events.Position(r.number(0)), id)
		if cur.pos == witness {
			at, reached = cur, true
		}
		return nil
	})
	return at, reached, cur, err
}

// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"log/slog"
	"time"

	"mabeam.dev/events"
)

// sumSnap is the CRC-32C over all fields of a snapshot.
func sumSnap(sn events.Snap) uint32 {
	b := binary.LittleEndian.AppendUint64(nil, uint64(sn.Version))
	b = binary.LittleEndian.AppendUint32(b, sn.Schema)
	b = binary.LittleEndian.AppendUint64(b, uint64(sn.At.UnixMicro()))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(sn.Stream)))
	b = append(b, sn.Stream...)
	return crc32.Update(crc32.Checksum(b, castagnoli), castagnoli, sn.State)
}

// Snapshot gives the newest intact snapshot of a stream; see events.Store. A snapshot ahead of its stream, which a lost tail can
// leave behind, counts as damaged.
func (s *Store) Snapshot(ctx context.Context, stream events.Stream) (events.Snap, bool, error) {
	var found events.Snap
	var ok bool
	err := s.read.lend(ctx, func(c *conn) error {
		found, ok = events.Snap{}, false
		have, err := c.integer("SELECT ver FROM streams WHERE name = ?", string(stream))
		if err != nil {
			return err
		}
		return c.query(`SELECT ver, schema_ver, at, state, crc FROM snapshots
			WHERE stream = (SELECT id FROM streams WHERE name = ?) ORDER BY ver DESC`, []driver.Value{string(stream)}, func(row []driver.Value) error {
			r := cells{row: row}
			sn := events.Snap{Stream: stream, Version: events.Version(r.number(0)), Schema: uint32(r.number(1)), At: time.UnixMicro(r.number(2)).UTC(), State: r.bytes(3)}
			why := r.bad
			switch {
			case why != "":
			case int64(sumSnap(sn)) != r.number(4):
				why = "checksum does not match"
			case int64(sn.Version) > have:
				why = "ahead of its stream"
			default:
				found, ok = sn, true
				return errStop
			}
			s.o.Logger.Warn("snapshot ignored", slog.String("stream", string(stream)), slog.Uint64("version", uint64(sn.Version)), slog.String("reason", why))
			return nil
		})
	})
	if err != nil {
		return events.Snap{}, false, s.unreadable(0, err)
	}
	return found, ok, nil
}

// PutSnapshot keeps a snapshot; see events.Store. It is on the disk when PutSnapshot returns.
func (s *Store) PutSnapshot(ctx context.Context, sn events.Snap) error {
	if err := sn.Validate(); err != nil {
		return err
	}
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	sn.Schema = max(sn.Schema, 1)
	sn.At = s.o.Now().UTC().Truncate(time.Microsecond)
	err := s.writer.synchronous(s.o.Flush == FlushAlways)
	if err == nil {
		err = s.writer.snapshot(sn)
	}
	if err == nil || errors.Is(err, events.ErrVersion) {
		return err
	}
	return s.failed("snapshot", err)
}

// snapshot keeps one, replaces one of the same version, and removes all but the two newest of the stream.
func (w *writer) snapshot(sn events.Snap) error {
	have, err := w.version(sn.Stream)
	if err != nil {
		return err
	}
	if sn.Version > have {
		return &events.VersionError{Stream: sn.Stream, Want: events.Exact(sn.Version), Have: have}
	}
	stream, _, err := w.streams.lookup(w.c, string(sn.Stream))
	if err != nil {
		return err
	}
	err = w.begin()
	if err == nil {
		err = w.c.exec("INSERT OR REPLACE INTO snapshots (stream, ver, schema_ver, at, state, crc) VALUES (?, ?, ?, ?, ?, ?)",
			stream, int64(sn.Version), int64(sn.Schema), sn.At.UnixMicro(), blob(sn.State), int64(sumSnap(sn)))
	}
	if err == nil {
		err = w.c.exec(`DELETE FROM snapshots WHERE stream = ?1 AND ver NOT IN
			(SELECT ver FROM snapshots WHERE stream = ?1 ORDER BY ver DESC LIMIT 2)`, stream)
	}
	if err == nil {
		err = w.c.exec("COMMIT")
	}
	w.settle(err == nil)
	return err
}

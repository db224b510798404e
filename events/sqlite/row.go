// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"mabeam.dev/events"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sum is the CRC-32C over all fields of a row. Names go in as text and not as interned numbers, so damage to a dictionary shows too.
// scratch is reused memory; the grown slice is returned with the sum.
func sum(e *events.Event, metadata []byte, scratch []byte) (uint32, []byte) {
	b := scratch[:0]
	b = binary.LittleEndian.AppendUint64(b, uint64(e.Position))
	b = binary.LittleEndian.AppendUint64(b, uint64(e.Version))
	b = binary.LittleEndian.AppendUint64(b, uint64(e.At.UnixMicro()))
	b = binary.LittleEndian.AppendUint32(b, e.Schema)
	b = append(b, e.ID[:]...)
	b = append(b, e.Correlation[:]...)
	b = append(b, e.Causation[:]...)
	for _, s := range [...]string{string(e.Stream), e.Type, e.Agent} {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(metadata)))
	b = append(b, metadata...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(e.Data)))
	return crc32.Update(crc32.Checksum(b, castagnoli), castagnoli, e.Data), b
}

// sumContext is the CRC-32C over an event's place, id and agent context.
func sumContext(e *events.Event, context []byte) uint32 {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+len(e.ID)), uint64(e.Position))
	b = append(b, e.ID[:]...)
	return crc32.Update(crc32.Checksum(b, castagnoli), castagnoli, context)
}

// decoder turns rows into events and checks each; it is owned by one read. Names are looked up and not joined: a join would cost as much as the row, and drop a row
// whose name is lost instead of reporting it.
type decoder struct {
	path    string
	names   *conn // the connection that the row comes from
	scratch []byte
}

// decode reads one row with the columns of tables.events; damage gives a *events.CorruptError.
func (d *decoder) decode(row []driver.Value) (events.Event, error) {
	r := cells{row: row}
	var e events.Event
	e.Position = events.Position(r.number(0))
	e.Version = events.Version(r.number(2))
	r.id(3, &e.ID)
	e.Schema = uint32(r.number(6))
	e.At = time.UnixMicro(r.number(7)).UTC()
	r.id(8, &e.Correlation)
	r.id(9, &e.Causation)
	var metadata []byte
	if row[10] != nil {
		metadata = []byte(r.text(10))
	}
	e.Data = r.bytes(11)
	want := r.number(12)
	stream, err := d.names.name("streams", r.number(1))
	if err != nil {
		return e, err
	}
	e.Stream = events.Stream(stream)
	if e.Type, err = d.names.name("types", r.number(4)); err != nil {
		return e, err
	}
	if row[5] != nil {
		if e.Agent, err = d.names.name("agents", r.number(5)); err != nil {
			return e, err
		}
	}
	if r.bad != "" {
		return e, d.corrupt(&e, r.bad)
	}
	var got uint32
	got, d.scratch = sum(&e, metadata, d.scratch)
	if int64(got) != want {
		return e, d.corrupt(&e, "checksum of the row does not match")
	}
	if e.Metadata, err = events.DecodeMetadata(metadata); err != nil {
		return e, d.corrupt(&e, err.Error())
	}
	if row[13] != nil || row[14] != nil {
		context := []byte(r.text(13))
		switch want := r.number(14); {
		case r.bad != "":
			return e, d.corrupt(&e, r.bad)
		case int64(sumContext(&e, context)) != want:
			return e, d.corrupt(&e, "checksum of the agent context does not match")
		}
		if e.Context, err = events.DecodeContext(context); err != nil {
			return e, d.corrupt(&e, err.Error())
		}
	}
	return e, nil
}

func (d *decoder) corrupt(e *events.Event, reason string) error {
	return &events.CorruptError{Path: d.path, Position: e.Position, Stream: e.Stream, Reason: reason}
}

// cells reads typed values out of a row. SQLite lets any column hold any type, so each kind is checked; bad keeps the first surprise.
type cells struct {
	row []driver.Value
	bad string
}

func (r *cells) surprise(i int) {
	if r.bad == "" {
		r.bad = fmt.Sprintf("column %d holds %T", i, r.row[i])
	}
}

func (r *cells) number(i int) int64 {
	n, ok := r.row[i].(int64)
	if !ok {
		r.surprise(i)
	}
	return n
}

func (r *cells) text(i int) string {
	s, ok := r.row[i].(string)
	if !ok {
		r.surprise(i)
	}
	return s
}

func (r *cells) bytes(i int) []byte {
	if r.row[i] == nil {
		return nil
	}
	b, ok := r.row[i].([]byte)
	if !ok {
		r.surprise(i)
	}
	return b
}

// id reads 16 bytes, or leaves the ID zero for NULL.
func (r *cells) id(i int, into *events.ID) {
	if r.row[i] == nil {
		return
	}
	b, ok := r.row[i].([]byte)
	if !ok || len(b) != len(into) {
		r.surprise(i)
		return
	}
	copy(into[:], b)
}

// nullable gives NULL for the zero ID.
func nullable(id *events.ID) driver.Value {
	if id.IsZero() {
		return nil
	}
	return id[:]
}

// blob gives NULL for no bytes: the driver reads an empty blob as NULL, too.
func blob(b []byte) driver.Value {
	if len(b) == 0 {
		return nil
	}
	return b
}

// SPDX-License-Identifier: Apache-2.0

package events

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
)

// Cursor is the place behind one page of a query. It is opaque, may be kept as long as one likes, and belongs to that query alone.
type Cursor string

// cursorForm is the version of the cursor's own form; it comes first.
const cursorForm = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encodeCursor(q Query, at Position) Cursor {
	b := []byte{cursorForm}
	b = binary.BigEndian.AppendUint64(b, uint64(at))
	b = binary.BigEndian.AppendUint32(b, q.fingerprint())
	return Cursor(base64.RawURLEncoding.EncodeToString(b))
}

func (c Cursor) decode(q Query) (Position, error) {
	b, err := base64.RawURLEncoding.DecodeString(string(c))
	if err != nil || len(b) != 13 || b[0] != cursorForm {
		return 0, errors.New("not a cursor")
	}
	if binary.BigEndian.Uint32(b[9:]) != q.fingerprint() {
		return 0, errors.New("of another query")
	}
	return Position(binary.BigEndian.Uint64(b[1:])), nil
}

// fingerprint is a sum over the conditions and the order. The order of the types does not matter.
func (q Query) fingerprint() uint32 {
	var b []byte
	text := func(s string) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	text(string(q.Stream))
	text(q.Agent)
	types := slices.Sorted(slices.Values(q.Types))
	b = binary.BigEndian.AppendUint32(b, uint32(len(types)))
	for _, t := range types {
		text(t)
	}
	b = append(append(b, q.Correlation[:]...), q.Causation[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(q.From))
	b = binary.BigEndian.AppendUint64(b, uint64(q.To))
	since, until := q.Micros()
	b = binary.BigEndian.AppendUint64(b, uint64(since))
	b = binary.BigEndian.AppendUint64(b, uint64(until))
	if q.Descending {
		b = append(b, 1)
	}
	return crc32.Checksum(b, castagnoli)
}

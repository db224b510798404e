// SPDX-License-Identifier: Apache-2.0

package frame

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// Writer appends values to a state.
type Writer struct{ buf []byte }

// New begins a state of a name and version.
func New(name string, version byte) *Writer {
	w := &Writer{buf: make([]byte, 0, 256)}
	w.Text(name)
	w.buf = append(w.buf, version)
	return w
}

// Uint appends a whole number that is not negative.
func (w *Writer) Uint(x uint64) { w.buf = binary.AppendUvarint(w.buf, x) }

// Int appends a whole number.
func (w *Writer) Int(x int) { w.buf = binary.AppendVarint(w.buf, int64(x)) }

// Bool appends a truth value.
func (w *Writer) Bool(x bool) {
	if x {
		w.Uint(1)
	} else {
		w.Uint(0)
	}
}

// Float appends a number, bit for bit.
func (w *Writer) Float(x float64) {
	w.buf = binary.LittleEndian.AppendUint64(w.buf, math.Float64bits(x))
}

// Floats appends numbers with how many they are.
func (w *Writer) Floats(xs []float64) {
	w.Uint(uint64(len(xs)))
	for _, x := range xs {
		w.Float(x)
	}
}

// Text appends a text with its length.
func (w *Writer) Text(s string) {
	w.Uint(uint64(len(s)))
	w.buf = append(w.buf, s...)
}

// Blob appends bytes with their length, such as the state of a part.
func (w *Writer) Blob(b []byte) { w.Text(string(b)) }

// Done ends the state with its checksum and returns it.
func (w *Writer) Done() []byte {
	return binary.LittleEndian.AppendUint32(w.buf, crc32.ChecksumIEEE(w.buf))
}

// Seal returns bytes with the checksum that Done appends, for tests that try what a reader makes of bytes that nobody has damaged.
func Seal(body []byte) []byte {
	return binary.LittleEndian.AppendUint32(append([]byte(nil), body...), crc32.ChecksumIEEE(body))
}

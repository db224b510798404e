// SPDX-License-Identifier: Apache-2.0

package frame

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
)

// Reader takes values from a state, in the order in which they were written.
type Reader struct {
	buf []byte
	of  string
	err error
}

// Open begins to read a state that must be of a name and version.
func Open(data []byte, name string, version byte) *Reader {
	r := &Reader{of: name}
	if len(data) < 4 || crc32.ChecksumIEEE(data[:len(data)-4]) != binary.LittleEndian.Uint32(data[len(data)-4:]) {
		r.Fail("the checksum is wrong")
		return r
	}
	r.buf = data[:len(data)-4]
	if got := r.Text(); r.err == nil && got != name {
		r.Fail("it is the state of %q", got)
	}
	if r.err == nil && (len(r.buf) == 0 || r.buf[0] != version) {
		r.Fail("it is of another version than %d", version)
	}
	if r.err == nil {
		r.buf = r.buf[1:]
	}
	return r
}

// Fail notes that a value cannot be; only the first mistake is kept.
func (r *Reader) Fail(format string, args ...any) {
	if r.err == nil {
		r.err = &StateError{Of: r.of, Why: fmt.Sprintf(format, args...)}
	}
	r.buf = nil
}

// OK reports whether all was well until now.
func (r *Reader) OK() bool { return r.err == nil }

// Uint reads a number from 0 to a limit.
func (r *Reader) Uint(most uint64) uint64 {
	x, n := binary.Uvarint(r.buf)
	if n <= 0 || x > most {
		r.Fail("a number is cut or out of its range")
		return 0
	}
	r.buf = r.buf[n:]
	return x
}

// Int reads a number between two, both included.
func (r *Reader) Int(low, high int) int {
	x, n := binary.Varint(r.buf)
	if n <= 0 || x < int64(low) || x > int64(high) {
		r.Fail("a number is cut or out of its range")
		return 0
	}
	r.buf = r.buf[n:]
	return int(x)
}

// Bool reads a truth value.
func (r *Reader) Bool() bool { return r.Uint(1) == 1 }

// Any reads a number that may also be infinite or none.
func (r *Reader) Any() float64 {
	if len(r.buf) < 8 {
		r.Fail("a number is cut")
		return 0
	}
	x := math.Float64frombits(binary.LittleEndian.Uint64(r.buf))
	r.buf = r.buf[8:]
	return x
}

// Float reads a finite number.
func (r *Reader) Float() float64 {
	x := r.Any()
	if math.IsNaN(x) || math.IsInf(x, 0) {
		r.Fail("a number is not finite")
		return 0
	}
	return x
}

// Between reads a finite number between two, both included.
func (r *Reader) Between(low, high float64) float64 {
	x := r.Float()
	if r.err == nil && (x < low || x > high) {
		r.Fail("a number is out of its range")
		return 0
	}
	return x
}

// Floats reads as many finite numbers as there must be.
func (r *Reader) Floats(want int) []float64 {
	n := r.Count(want, 8)
	if r.err == nil && n != want {
		r.Fail("there are %d numbers in place of %d", n, want)
	}
	if r.err != nil {
		return nil
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = r.Float()
	}
	return out
}

// Count reads how many things follow, of which each has at least some bytes: never more than the input can hold.
func (r *Reader) Count(most, size int) int {
	n := r.Uint(uint64(max(most, 0)))
	if n > uint64(len(r.buf)/max(size, 1)) {
		r.Fail("more is announced than there is")
		return 0
	}
	return int(n)
}

// Text reads a text.
func (r *Reader) Text() string { return string(r.Blob()) }

// Blob reads bytes; they are those of the input.
func (r *Reader) Blob() []byte {
	n := r.Count(math.MaxInt32, 1)
	if r.err != nil {
		return nil
	}
	b := r.buf[:n]
	r.buf = r.buf[n:]
	return b
}

// Done returns what was wrong; bytes that are left over are wrong too.
func (r *Reader) Done() error {
	if len(r.buf) > 0 {
		r.Fail("bytes are left over")
	}
	return r.err
}

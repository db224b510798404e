// SPDX-License-Identifier: Apache-2.0

package partition

import "mabeam.dev/actors"

// Key is what routing goes by: a number that is taken modulo the number of partitions. Any Key is valid; the constructors make it from what
// programs have.
type Key uint64

// integer is any integer type.
type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// Int is the key of an integer: its amount, so that -1 and 1 lead to the same partition. It also names a partition by its number.
func Int[I integer](n I) Key {
	if n < 0 {
		return Key(-int64(n)) // also right for the least int64, whose amount wraps to the same bits
	}
	return Key(n)
}

// Text is the key of a text.
func Text(s string) Key { return fnv(s) }

// Bytes is the key of bytes, the same as of the text of these bytes.
func Bytes(b []byte) Key { return fnv(b) }

// Process is the key of a process: of this incarnation, not of its successor.
func Process(pid actors.PID) Key { return Key(pid.Incarnation()) }

// fnv is FNV-1a of 64 bits: known, fast for short keys, and without a seed, as the same key must lead to the same partition in every run.
func fnv[T string | []byte](data T) Key {
	h := uint64(14695981039346656037)
	for i := range len(data) {
		h = (h ^ uint64(data[i])) * 1099511628211
	}
	return Key(h)
}

// of returns the number of the partition among n, which is not 0.
func (k Key) of(n int) int { return int(uint64(k) % uint64(n)) }

// SPDX-License-Identifier: Apache-2.0

// Package frame is the binary form of an algorithm's state: a name, a version, plain values in order, and a checksum.
//
// # Guarantees
//
// The same values give the same bytes. A [Reader] never panics and never allocates more than its input has bytes: whatever is wrong with the
// input is the [StateError] of [Reader.Done], and every value read after the first mistake is zero. Numbers are finite, unless they are read
// with [Reader.Any].
//
// # Usage
//
//	w := frame.New("bandit", 1)
//	w.Float(0.5)
//	data := w.Done()
//
//	r := frame.Open(data, "bandit", 1)
//	x := r.Float()
//	err := r.Done()
//
// # Duties of the user
//
// Read what was written, in its order, and judge what the values mean. Raise the version when the order changes.
//
// # Failure modes
//
// [StateError] for bytes that are not of this name and version, are cut, or hold what cannot be.
//
// # State and testing
//
// Writers and readers belong to one call. Fuzz the UnmarshalBinary of what uses it.
//
// OTP has no counterpart: its terms are their own encoding.
package frame

// SPDX-License-Identifier: Apache-2.0

package events

import (
	"math"
	"strconv"
)

// Expect is the state in which an append wants to find its stream. The zero value is [Any].
type Expect int64

const (
	// Any appends whatever the stream holds.
	Any Expect = 0
	// NoStream appends only if the stream has no event yet.
	NoStream Expect = -1
	// Exists appends only if the stream has at least one event.
	Exists Expect = -2
)

// Exact appends only if the stream's last event has version v; Exact(0) is [NoStream].
// A version beyond the largest int64, which no stream can reach, never matches.
func Exact(v Version) Expect {
	if v == 0 {
		return NoStream
	}
	return Expect(min(uint64(v), math.MaxInt64))
}

// Allows reports whether a stream whose last version is have satisfies the expectation.
func (x Expect) Allows(have Version) bool {
	switch {
	case x == Any:
		return true
	case x == NoStream:
		return have == 0
	case x == Exists:
		return have > 0
	default:
		return x > 0 && Version(x) == have
	}
}

// String gives the expectation as it is named in errors: "any", "no stream", "exists" or "version 7".
func (x Expect) String() string {
	switch {
	case x == Any:
		return "any"
	case x == NoStream:
		return "no stream"
	case x == Exists:
		return "exists"
	case x > 0:
		return "version " + strconv.FormatInt(int64(x), 10)
	default:
		return "unknown expectation " + strconv.FormatInt(int64(x), 10)
	}
}

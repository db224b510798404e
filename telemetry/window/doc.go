// SPDX-License-Identifier: Apache-2.0

// Package window keeps what was recorded in the last seconds and minutes.
//
// # Guarantees
//
//   - There are three windows: [Short] (10 s), [Minute] and [Long] (5 min). A window is made of [Slots] slots; it reaches from
//     now back over its full length and never further, and at least over its length less one slot.
//   - A value is part of every window from the moment it is recorded. It is recorded once: the slots of a longer window are made
//     of those of the shorter one.
//   - Percentiles are those of package sketch: within 0.8 %, exact for few values.
//   - A [Counter] of readings knows a reset: a reading below the last one counts from zero, not as a step back. The first
//     reading counts nothing, as what came before it is not known.
//   - A clock that steps back moves nothing into the past: what comes then counts for the newest time seen.
//   - The package is pure: the time is an argument.
//
// # Usage
//
//	var latency window.Values
//	latency.Record(now, 0.012)
//	s := latency.Stats(now, window.Minute)
//	fmt.Println(s.Rate(), s.P99)
//
// # Duties of the user
//
// One goroutine at a time may use a value of this package. It must not be copied once something was recorded.
//
// # Failure modes
//
// NaN, the infinities, negative steps and readings are refused (the method reports false).
//
// # State and testing
//
// The user owns the values; an idle one holds no slots. Tests pass the times that they like.
package window

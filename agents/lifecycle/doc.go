// SPDX-License-Identifier: Apache-2.0

// Package lifecycle is the life of an agent as a state machine: which facts move it from where to where.
//
// # Guarantees
//
//   - A [Life] changes only by [Life.Step], and only as [Rules] say. Any other event is a [*TransitionError] and changes nothing.
//   - The events are facts that the runtime has seen (a start, an end, work taken or done) and orders that it has carried out (maintenance,
//     drain); no event is a caller's claim about the state.
//   - Incarnation grows by one with each Start and never else. Work in hand is never negative, and there is none in a state without a
//     process.
//   - The package is pure: no clock, no goroutine, no lock. A Life is a small value that may be copied.
//
// # Usage
//
//	var l lifecycle.Life
//	l, change, err := l.Step(lifecycle.Register)
//	l, change, err = l.Step(lifecycle.Start)
//
// Lifecycle and health are two things: an agent can be Ready and unhealthy. [Legacy] makes one word of both, for those who know only one.
//
// # Duties of the user
//
// One owner keeps the Life of an agent and gives it the facts in the order in which they happened.
//
// # Failure modes
//
// [*TransitionError], which is [ErrTransition].
//
// # OTP counterpart
//
// A gen_statem's callbacks without the process. There is no counterpart of the states themselves.
//
// # State and testing
//
// The package keeps none. The tests go through every pair of state and event.
package lifecycle

// SPDX-License-Identifier: Apache-2.0

// Package work holds the pieces of work that the benchmark programs time: sends, calls, starts, restarts and lookups through the public
// API, and the bare Go counterparts that they are compared with.
//
// Guarantees: a [Run] times only what its comment says; what it sets up and takes down is outside. It ends when the work has been done, not
// when it has been handed over: the last message is handled, the last process is up. [Interleave] runs value and baseline in turns, each
// after a garbage collection, so that both see the same machine and neither pays for the other's garbage. Nothing is retried and no slow round is dropped.
//
// Usage:
//
//	tell, raw := work.Interleave(11, 300_000, work.Tell, work.Channels)
//	fmt.Println(tell.Median() / raw.Median())
//
// Duties of the user: one Run at a time in a process; they share its cores and its heap. Absolute times of a shared machine mean little.
//
// Failure modes: work that goes wrong panics, because a figure of something that failed must not come out.
//
// State: each Run makes its own system and closes it. A [World] and a [Lookup] keep theirs until Close. Tests: a Run with few operations.
package work

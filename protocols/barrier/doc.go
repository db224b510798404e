// SPDX-License-Identifier: Apache-2.0

// Package barrier decides when those who wait for one another go on: cyclic and double barriers, phasers and latches. It is a pure step machine:
// arrivals and time in, effects out.
//
// # Guarantees
//
// All members of a generation pass in one step, or none does: a barrier trips, or it is broken for everybody who waits, with the culprit. An
// arrival counts for one generation; one for another is refused with [*GenerationError]. A broken barrier stays broken until [Barrier.Reset]. A
// [Latch] opens once and stays open. The same steps have the same effects.
//
// # Usage
//
//	b, err := barrier.New(barrier.Spec{Parties: 3})
//	effects := b.Arrive(now, barrier.Arrival{ID: "1", Member: "ann", Wait: time.Second})
//
// Kinds: [Cyclic] barriers have a fixed number of parties, whoever they are. Members of a [Phaser] register, and may come and go between its phases.
// A [Double] barrier lets a fixed number in together and out together. [Policy] says what the end of a member does.
//
// # Duties
//
// One owner calls one method at a time with times that do not fall, has every effect carried out, calls [Barrier.Tick] at [Barrier.Next], and
// [Barrier.Down] when a member ends.
//
// # Failure modes
//
// [*BrokenError] for all who wait at a barrier that breaks, or come to a broken one; [*GenerationError], [ErrArrived], [ErrNotRegistered] and [ErrFull] for
// arrivals; [ErrInvalidSpec] for what no barrier can be.
//
// # OTP
//
// There is no counterpart.
//
// # State and testing
//
// All state is in the [Barrier] or [Latch]; both encode as JSON. Code that uses them needs no double.
package barrier

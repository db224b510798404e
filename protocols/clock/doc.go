// SPDX-License-Identifier: Apache-2.0

// Package clock orders events without a common time: Lamport clocks, vector clocks and hybrid logical clocks. The time of day is an argument.
//
// # Guarantees
//
// Of two events of which one can have caused the other, the cause has the lesser [Lamport] time, the [Vector] that is Before, and the lesser [Timestamp].
// The converse holds for vectors alone. An [HLC] never gives the same or a lesser timestamp again, also after a restart with the bound that it had
// kept, and stays within its drift of the greatest time of day that it saw.
//
// # Usage
//
//	c := clock.NewHLC(clock.HLCOptions{}, bound)       // what was kept
//	t, keep, err := c.Now(now)                         // store keep, if it is not zero, before t is used
//	t, keep, err = c.Observe(now, remote)
//
// # Duties
//
// One owner calls one method at a time. Who restarts an HLC keeps its bound. Vectors of different epochs are compared only after [Vector.Prune] has
// brought them to the same members.
//
// # Failure modes
//
// [*DriftError] for a remote time too far ahead, [ErrEpoch] for vectors of different epochs, [ErrRange] for times that no timestamp can have.
//
// # OTP
//
// The counterpart of an HLC is erlang:unique_integer with monotonic, which does not know of other nodes.
//
// # State and testing
//
// All state is in the values. Code that uses them needs no double.
package clock

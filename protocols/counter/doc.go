// SPDX-License-Identifier: Apache-2.0

// Package counter counts: one number within bounds, a number that replicas count apart and merge, and a stock that replicas take from without
// asking one another.
//
// # Guarantees
//
// No sum ever wraps round: what does not fit is an error and changes nothing. A [Linear] stays within its bounds. Merging a [PN] or a [Stock] is
// commutative, associative and idempotent, so that replicas that have seen the same have the same, in whatever order and however often it
// came. Out of a [Stock] no more is taken by all replicas together than was put in.
//
// # Usage
//
//	var c counter.PN
//	err := c.Add("node-1/7", 3) // the replica with its incarnation
//	err = c.Merge(other)
//	sum, err := c.Value()
//
// # Duties
//
// One owner calls one method at a time. A replica's name is that of one incarnation, which counts with one copy at a time: two that count under one
// name lose counts. Counts of a replica that lost its state stay, under its old name.
//
// # Failure modes
//
// [*BoundsError] for what would leave the bounds, [ErrOverflow] for what fits no number, [ErrReplica] for a name or amount that cannot be, [*ShareError]
// for more than the own share.
//
// # OTP
//
// The module counters has counters that are added to by everybody on one node, and wraps round.
//
// # State and testing
//
// All state is in the values, which encode as JSON; equal states encode equally. Code that uses them needs no double.
package counter

// SPDX-License-Identifier: Apache-2.0

// Package bandit chooses among arms whose rewards are unknown, and learns from what they pay.
//
// # Guarantees
//
// The same state and the same generator give the same arm. Rewards may come late, in any order, in batches with weights, or never. A reward
// outside of the declared range is clipped and counted; one that is no number is refused, and counted. Choosing and learning allocate nothing in
// steady state. The whole state goes into bytes and comes back.
//
// The zero [Method], [Auto], watches every arm for changes: it is about as good as Thompson sampling where nothing changes, and better than the
// windowed methods where things do. It has one setting for all worlds. [Stationary] is for arms that are declared never to change, the other methods
// for comparison and for who knows the world. A [Linear] chooses by a context.
//
// # Usage
//
//	b, err := bandit.New(bandit.Spec{Arms: 3})
//	arm := b.Select(rng)
//	err = b.Update(arm, reward, 1)
//
// # Duties of the user
//
// Declare the range of rewards: a range that is far too wide hides the differences. Hand in a generator that nobody else draws from where runs
// must repeat.
//
// # Failure modes
//
// [SpecError] for settings that cannot be, all mistakes joined, and [RewardError] for a report that was not learned from. Bytes that are no state
// are refused and change nothing.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A [Bandit] has its state and one owner. Package arena has worlds to try one in.
package bandit

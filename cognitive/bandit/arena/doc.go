// SPDX-License-Identifier: Apache-2.0

// Package arena is worlds in which a bandit can be tried: arms that pay 0 or 1 with probabilities that may change.
//
// # Guarantees
//
// The rewards of a seed are the same for every bandit, so that two bandits can be compared run by run. Regret is in expectation: what the best arm of
// each step would have brought more, whatever luck there was.
//
// # Usage
//
//	regret := arena.Play(arena.Stationary(0.9, 0.8), b, seed, 1000, 10_000)
//
// # Duties of the user
//
// Give a new bandit with as many arms as the world to each run, and judge by many seeds: regret has a heavy tail. Do not judge by waves alone, for a
// window can be in step with them.
//
// # Failure modes
//
// A bandit with more arms than the world panics.
//
// # State and testing
//
// A [World] does not change.
//
// OTP has no counterpart.
package arena

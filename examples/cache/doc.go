// SPDX-License-Identifier: Apache-2.0

// Package cache is an example for testing in a simulation: a store, a cache in front of it, and a mistake of order in the cache that ordinary
// tests do not see.
//
// Guarantees:
//   - Once everything has come to rest, a [Get] answers what the last [Put] stored, if the [Cache] is Careful. If it is not, it may answer an
//     older value for ever: that is the planted mistake, and cache_test.go shows how a simulation finds it.
//   - The cache never waits for the store: while an answer is under way it takes other messages.
package cache

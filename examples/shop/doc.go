// SPDX-License-Identifier: Apache-2.0

// Package shop is an example for package testkit: a process that works with time and with others, and the tests that one would write for it.
//
// Guarantees:
//   - A [Shop] tells its bank what was bought in one [Receipt], a minute after the first purchase in it.
//   - Purchases that no receipt names yet are lost when the shop crashes.
package shop

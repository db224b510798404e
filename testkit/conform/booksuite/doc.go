// SPDX-License-Identifier: Apache-2.0

// Package booksuite holds every registry of agents to the same laws: what a registry.Book says in its comments, as tests.
//
// # Guarantees
//
//   - [Run] needs nothing of a registry but its interface, and asks only for what every registry shows: names, types, health, labels, versions.
//   - Each law runs in a simulation under several seeds, and so in several orders of turns.
//
// # Usage
//
//	func TestConform(t *testing.T) {
//		booksuite.Run(t, func(s *sim.Sim) registry.Book { ... })
//	}
//
// # Duties of the user
//
// The function starts the registry in the simulation's system, under a supervisor. It has no agents.
//
// # Failure modes
//
// A law that does not hold fails the test of its name, with the seed that shows it.
//
// # State
//
// None.
package booksuite

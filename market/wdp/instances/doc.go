// SPDX-License-Identifier: Apache-2.0

// Package instances holds combinatorial auctions to solve: some with proven answers, and a generator of any number more.
//
// # Guarantees
//
// Generate is a function of its arguments: the same kind, size and seed give the same problem on machines of the same kind. The kinds follow the
// published distributions of the combinatorial auction test suite (Leyton-Brown, Pearson and Shoham, 2000): five that imitate markets, whose
// bidders exclude their own bids from one another (arbitrary, regions, paths, matching, scheduling), and eight older ones, whose bidders have
// three bids that exclude nothing (L1 to L8). The code is our own and does not repeat the suite's numbers. Known returns 24 problems of all
// these kinds whose optimum, and payments for the smaller ones, several other solvers agree on.
//
// # Usage
//
//	p := instances.Generate(instances.Regions, 40, 250, 1)
//	r, err := wdp.Solve(p, wdp.Options{})
//
// # Duties and failure modes
//
// Generate panics for a kind that does not exist, or for less than two goods or one bid: those are mistakes of the program. A file of Known
// that cannot be read is an error.
//
// # State and testing
//
// None. The package is for tests, benchmarks and examples.
package instances

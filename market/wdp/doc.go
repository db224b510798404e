// SPDX-License-Identifier: Apache-2.0

// Package wdp decides which bids of a combinatorial auction win, so that they pay the most.
//
// # Guarantees
//
// A Result is Optimal only with a proof, in whole numbers, that nothing pays more; package cert checks such proofs knowing nothing of this
// one. Otherwise the result is Feasible: winners that may be sold, and a Bound that is proven. Solve always returns, whatever the budget. The
// same problem and options give the same result on every machine: the budget counts nodes and pivots, the search is one loop that draws no
// chances, and floating point numbers steer it but decide nothing.
//
// # How it works
//
// Dominated bids are left out and the rest is split into components. Each is relaxed to a linear program (package simplex), sharpened with
// clique rows, and the prices that the program gives to goods, rounded to whole numbers, bound what can be earned: any prices that are not
// negative do, so a rounding mistake costs time and never the optimum. Bids that the prices rule out leave for good. If a gap remains, two
// searches run by turns and share what they find: one branches on bids and solves a program at each node, the other branches on goods and
// only counts what is lost against the first prices. The first to end has the proof. Interval auctions without groups (bids for goods in
// a row) have a proof by dynamic programming and need no search; auctions for single goods have none either, because their program has whole
// solutions.
//
// # Usage
//
//	r, err := wdp.Solve(problem, wdp.Options{Proof: true})
//	if r.Status == wdp.Optimal {
//		err = cert.Check(problem, r.Proof)
//	}
//
// # Duties of the user
//
// Ties are decided by the search, the same way each time; an auction that promised a lottery gives each bid a weight, see Options.Weights.
// A procurement is turned into this form by its caller: value of the goods minus cost is the price. A caller with a clock or a context ends a
// solve through Options.Stop; Solve starts nothing and reads no clock.
//
// # Failure modes
//
// The errors of cert.Problem.Validate, and no others. A budget that runs out is no error: see Result.Status. A component with more than
// 4,096 goods and groups that cannot be left out is not searched: its result is Feasible.
//
// # State and testing
//
// None outlives a call. Package instances has problems with known answers and makes others from a seed.
package wdp

// SPDX-License-Identifier: Apache-2.0

// Package cert says what a combinatorial auction is, what a proof of its outcome is, and checks such proofs.
//
// # Guarantees
//
// Check accepts a proof only if its winners may win together, pay what it claims, and no other set of bids pays more. It computes in whole
// numbers of 64 and 128 bits, trusts nothing that the proof says, and imports nothing of what solves auctions: who believes this package
// need not believe the solver. It never panics and ends in time proportional to the proof's size times that of the problem.
//
// # How a proof works
//
// Give every row (a good, a group, a clique of bids that exclude one another) a price that is not negative. Whatever wins pays at most the
// sum of all these prices and of what single bids pay above the prices of their rows. Such a bound, taken anew below each branch of a search
// tree, is all that is needed; see Part.
//
// # Usage
//
//	problem, err := cert.Decode(data)
//	err = cert.Check(problem, proof)
//
// # Failure modes
//
// Decode returns a *FormatError with line and column; Validate joins all *BidError and *SizeError; Check returns a *Refutation, which is
// ErrRefuted.
//
// # State and testing
//
// None. A test that wants to see a proof refused changes one number in it.
package cert

// SPDX-License-Identifier: Apache-2.0

// Package pay computes what the winners of a combinatorial auction pay: VCG payments, and payments in the core.
//
// # Guarantees
//
// Payments are whole, not negative, and no winner pays more than its bids say. VCG charges each winner what its presence costs the others:
// with bids for values, no bidder gains by bidding anything else. Core payments leave no coalition that could offer the seller more: their
// sum is the least that does so, up to rounding, and they are as near to the VCG payments (or another reference) as that allows; the whole
// numbers themselves are checked against every coalition, by search. Both need proven optima and refuse anything else.
//
// # What they do not promise
//
// VCG revenue can be tiny, can fall when bidders join, and bidding under several names can pay. Core payments give up truthfulness: a
// bidder can gain by bidding less. Examples show each.
//
// # Usage
//
//	r, err := wdp.Solve(problem, wdp.Options{})
//	vcg, err := pay.VCG(problem, r, pay.Options{})
//	core, err := pay.Core(problem, r, vcg, pay.Options{})
//
// # Duties of the user
//
// The result must be that of the problem. The solves for VCG are independent; a caller with more than one processor gives Options.Each a
// function that runs them at once, and gets the same payments.
//
// # Failure modes
//
// ErrNotProven if the result or a solve on the way is not proven to be optimal within the options; the errors of the problem.
//
// # State and testing
//
// None outlives a call. With few bidders every coalition can be tried: see the tests.
package pay

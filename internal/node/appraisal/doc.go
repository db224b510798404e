// SPDX-License-Identifier: Apache-2.0

// Package appraisal is the session in which agents say what the options of a decision are worth to them, or bid for owning it; package auctioning decides.
//
// # Guarantees
//
// Everybody is asked at once and nobody learns what others have said. What an agent says is a share of its budget, so that no claim and no bid is above
// what is reserved for it. Of a pivotal decision the claims of an agent count that has valued all options; who has not answered in time has no say, and
// pays nothing. The session moves no money: its outcome tells who is to pay what.
//
// # Usage
//
//	for _, p := range appraisal.Protocols() {
//		err := engine.Register(p)
//	}
//	award, ok := appraisal.Read(result)
//
// # Duties of the user
//
// Reserve the budgets before the session begins, and charge what the award says when its option has come into force.
//
// # Failure modes
//
// [SpecError] for parameters that cannot be, all mistakes joined. A session in which nobody makes a claim that counts is no decision.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine's state belongs to its run; see package machine.
package appraisal

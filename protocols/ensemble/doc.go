// SPDX-License-Identifier: Apache-2.0

// Package ensemble asks several agents for predictions and combines them: by a weighted vote of its own, or by a combiner that it asks.
//
// # Guarantees
//
// All members are asked at once, or those whom the combiner has chosen for a budget, and the prediction is combined when all have answered or the deadline has come, if enough have. The vote is exact:
// weights are whole millionths, equal sums decide nothing. Weights are what the electorate says: they are never made of how far a member agrees with
// the ensemble. Members of several modalities are fused: each modality has a share, by which its members' weights are multiplied.
//
// # Usage
//
//	m, err := ensemble.New(ensemble.Spec{Session: "s1", Question: "spam?", Electorate: all})
//
// # Duties of the user
//
// Learn the weights from labelled outcomes.
//
// # Failure modes
//
// [consensus.RuleError] for a spec that cannot be, all mistakes joined. A combiner that does not answer, or with an error, is no decision.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine's state belongs to its run; see package machine.
package ensemble

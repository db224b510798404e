// SPDX-License-Identifier: Apache-2.0

// Package ensemble combines what several members say: labels, probabilities, numbers or texts.
//
// # Guarantees
//
// Weights are learned from labelled outcomes that the members had not seen, or, without any truth, from how raters confuse classes
// ([DawidSkene]); never from how far a member agrees with the ensemble's own answer. Equal classes go to the lowest, so that the same input
// gives the same answer. [Accuracy] and [CostOptimal] are exact. A stack that would learn more weights than the outcomes bear is refused with
// [ErrTooFewOutcomes]. A [Past] weighs the members of questions by what was true of earlier ones of their subject, the last thousand. [Auto] takes the simplest combination that is within one standard error of the best when judged on cases that it was not
// fitted on, and the best single member is one of them: an ensemble is not always better.
//
// # Usage
//
//	model, report, err := ensemble.Auto(outcomes)
//	class, probabilities, err := model.Combine(rows)
//
// Numbers: [Mean], [Median], [TrimmedMean], [InverseVariance]. Texts: [Text]. Training members one after the other: [Booster]. A [Combiner] is the
// service that a session of prediction among agents may ask.
//
// # Duties of the user
//
// Give predictions that were made out of fold or before the truth came. Log-odds are the best weights only for independent errors and known
// accuracies; where members err together, stack.
//
// # Failure modes
//
// [SpecError] for input that cannot be combined, all mistakes joined, and ErrTooFewOutcomes. [ErrUnknownQuestion] and [ToldError] for a truth that a Past
// does not take. Probabilities that do not add up to 1 are taken as they
// are.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A [Model] does not change. A [Booster], a [Combiner] and a [Past] belong to their owner and keep their state in bytes. All else are functions.
package ensemble

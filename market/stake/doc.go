// SPDX-License-Identifier: Apache-2.0

// Package stake makes harm cost more than it brings: stakes and verdicts about them, insurance, rewards for the truth, and a brake for a market as a
// whole.
//
// # Guarantees
//
// What somebody could harm others with, and nothing else secures, is never more than what they have at stake ([Stakes.Expose]); stake that is asked
// back can be taken until it is free, and is not free while a case is open. A report is no verdict. A verdict is about one violation,
// which is punished once; what it takes waits in an account of the case until no appeal can change it, so that an overturned verdict is always
// paid back in full. Victims come before penalties. Every [Move] is money from an account that has it: nothing is created.
//
// A [Pool] pays each policy at most once, by the outcome of a deal and not by anybody's word, never more than the limit, and sells none that it could
// not stand for. [Quadratic] pays most, in expectation, for the report that is believed; [Peers] never punishes agreement; [Shapley] divides
// exactly.
//
// # Usage
//
//	moves, err := stakes.Lock("ann", 100*money.Unit)
//	err = stakes.Expose("ann", "deal-7", 40*money.Unit)
//	moves, err = stakes.Report(at, stake.Violation{ID: "v-1", Kind: "abandonment", Offender: "ann", Victim: "bob", Loss: loss, Evidence: "deal-7"})
//
// # Duties of the user
//
// Make the moves in the ledger, with the command, before it is answered. See to it who may review. Give Proven only to what a machine
// has checked. Time is an argument, in nanoseconds.
//
// # Failure modes
//
// [TooLowError], [StateError], [InputError], [ErrDuplicate], [ErrFrozen], [ErrCapacity], [ErrUnknown]; none changes anything.
//
// # State and testing
//
// State is in [Stakes], [Pool] and [Stress], each with one owner. They need no doubles.
package stake

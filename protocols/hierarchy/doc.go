// SPDX-License-Identifier: Apache-2.0

// Package hierarchy decides by vote among many: ballots are counted in groups and the groups' counts in a tree, and the outcome is that of one flat
// count.
//
// # Guarantees
//
// The root has the exact tally: a count is replaced by the group's next one and never added to it, so that what is told twice, late or by a
// group's next representative counts once. How the electorate is grouped does not change the outcome. A representative that has been replaced is
// not listened to. Nobody is dropped by a new grouping.
//
// A majority of majorities would be another outcome; [Delegated] gives it to who asks for it, and says where it differs from the vote of all.
//
// # Usage
//
//	vote, err := hierarchy.New(hierarchy.Spec{Spec: consensus.Spec{...}, FanOut: 32})
//	run := vote.Run()
//
// # Duties of the user
//
// Representatives are trusted not to lie; where they are not, use [Merkle] roots and proofs, with which every voter can see its ballot in the count.
//
// # Failure modes
//
// [consensus.RuleError] for a spec that cannot be; [StaleEpochError] for counts of a representative that was replaced; the errors of ballots of package
// consensus.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine's state belongs to its run; see package machine.
package hierarchy

// SPDX-License-Identifier: Apache-2.0

// Package reason compares lines of reasoning: by the answers that several agents reach again and again, by debate, and step by step.
//
// # Guarantees
//
// Answers are compared after a [Normalizer] has made equal answers equal. In [Sampling] every agent counts the same, however many samples it gave, and
// it ends early exactly when the samples outstanding cannot change who leads. In [Debate] the first answers are revealed together, so that
// nobody copies the first speaker; the last vote is blind. In a [Chain] each step is proposed blind and taken by a vote; one on which too few agree is
// opened once more, and then there is no decision. What is empty, refused or too long is an abstention with a reason. Every change of a
// position is kept, and so is the dissent.
//
// # Usage
//
//	m, err := reason.NewSampling(reason.SamplingSpec{Session: "s1", Question: "17*23?", Electorate: all})
//
// # Duties of the user
//
// Choose a Normalizer that fits the answers: numbers, letters and sentences need different ones.
//
// # Failure modes
//
// [SpecError] for a spec that cannot be, all mistakes joined; notes with the errors of package consensus for answers that do not count.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine's state belongs to its run; see package machine.
package reason

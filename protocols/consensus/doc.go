// SPDX-License-Identifier: Apache-2.0

// Package consensus decides by vote: by simple and by weighted consensus, and by proposals that are refined in rounds.
//
// # Guarantees
//
// Every comparison is exact: weights are whole millionths and products have 128 bits. One agent has one ballot; a replacement takes the place of
// the ballot before it. A vote ends early exactly when no way in which those who have not answered could still vote, abstain or stay away
// changes its outcome, be that a decision or none. Each ballot that does not count has a typed reason.
//
// Only crashes are tolerated: a participant that lies casts one false ballot, and who runs the machine is trusted.
//
// # Usage
//
//	vote, err := consensus.NewVote(consensus.Spec{Session: "s1", Question: "Ship it?", Options: []string{"yes", "no"}, Electorate: all})
//	run := vote.Run()
//	effects := run.Step(machine.Opened{At: now, Deadline: now.Add(time.Minute)})
//
// # Duties of the user
//
// Weights are fixed when the session opens: what is learned during a session changes the next one. [Weight] makes them of what is known of an
// agent's expertise and [Cap] keeps one voter from deciding alone.
//
// # Failure modes
//
// [RuleError] for a rule that cannot decide, all mistakes joined; [BallotError], [ErrNotMember], [ErrBallotClosed] and [ErrQuestionMismatch] in
// the notes of ballots that do not count. An outcome without a decision says why: no quorum, a tie, a missed threshold.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine's state belongs to its run. Feed it events; see package machine.
package consensus

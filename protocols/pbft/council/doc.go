// SPDX-License-Identifier: Apache-2.0

// Package council is agents deciding among liars: their ballots are operations that a Byzantine group orders, and the count is its replicated state.
//
// # Guarantees
//
// A ballot counts only if its agent signed it, and then at every honest member alike: no primary, and no f members, can forge, drop, double or
// reorder ballots unnoticed. The vote ends when nothing outstanding can change it, or when f+1 members have said that its time is up: one of them
// does not lie. The outcome is that of package consensus over the ballots in the group's order. A [Proof] shows it to anybody who knows the
// members' keys: f+1 of them signed it. Two different ballots of one agent under one number are a [TwoBallots], which convicts the agent.
//
// An [Accord] is the outcome of another protocol that the group takes as its own: no two honest members ever hold different ones.
//
// # Usage
//
// [NewPoll] and [NewAccord] make the replicated state for package pbft; [New] makes the machine of a session, which asks participants, hands their
// ballots to the [Service], and ends with what the group decided. [Ratify] puts an accord behind the machine of any other protocol.
//
// # Duties of the user
//
// Who runs the machine offers the [Service]: it carries out a [Request] in the session's group and says what came of it in a [Response]. What is asked
// twice under one key is done once. An agent that is asked twice gives the same answer: it has one word.
//
// # Failure modes
//
// Ballots are refused with the errors of package consensus; [ErrProof] for a proof that proves nothing, pbft.ErrEvidence for evidence. A session whose
// group does not decide in time has expired; one whose group was stopped by more than f liars has failed.
//
// # State and testing
//
// Machines and states are values without clock, chance or process, and are tested as such. OTP has no counterpart.
package council

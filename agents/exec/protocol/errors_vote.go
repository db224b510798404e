// SPDX-License-Identifier: Apache-2.0

package protocol

import "mabeam.dev/actors/fault"

// Why a program is not asked for a vote, or gives none.
var (
	// ErrNotVoter is returned for a program whose hello does not name [FeatureVote].
	ErrNotVoter = fault.New(4918, "program does not vote")
	// ErrVoteSilent is the reason for a program that did not answer in time.
	ErrVoteSilent = fault.NewTimeout(4919, "no vote within the time")
	// ErrVoteLate is what is wrong with an answer after the time of its question.
	ErrVoteLate = fault.New(4920, "vote came too late")
	// ErrVoteTwice is what is wrong with a second answer to a question.
	ErrVoteTwice = fault.New(4921, "question was answered before")
	// ErrVoteUnknown is what is wrong with an answer to a question that the program was not asked, or too long ago.
	ErrVoteUnknown = fault.New(4922, "no such question")
)

// FaultCode is E4923.
func (*VoteError) FaultCode() fault.Code { return 4923 }

// What is wrong with a vote or proposal, or with a request for one.
var (
	// ErrVoteMalformed is what is wrong with an answer that is not built as one: no id, a field of another type, nothing in it.
	ErrVoteMalformed = fault.New(1945, "vote is malformed")
	// ErrVoteOption is what is wrong with a vote for what cannot be chosen.
	ErrVoteOption = fault.New(1946, "vote is for no option")
	// ErrVoteRange is what is wrong with a rating, confidence or score that is not from 0 to 1.
	ErrVoteRange = fault.New(1947, "number is not from 0 to 1")
	// ErrVoteRequest is returned for a question that makes no line: without name or time, of a role that asks for no opinion, or over the limit.
	ErrVoteRequest = fault.New(1948, "call for a vote is invalid")
	// ErrVoteRole is what is wrong with a vote where a proposal was asked for, and the other way round.
	ErrVoteRole = fault.New(1949, "answer is not what was asked for")
)

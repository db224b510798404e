// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Why a ballot does not count.
var (
	// ErrNotMember is the note of a ballot of somebody who is not in the electorate.
	ErrNotMember = fault.New(4910, "consensus: not a member of the electorate")
	// ErrBallotClosed is the note of a ballot that came after the vote was closed, or after its deadline.
	ErrBallotClosed = fault.New(4911, "consensus: the vote is closed")
	// ErrQuestionMismatch is the note of a ballot for another question.
	ErrQuestionMismatch = fault.New(4912, "consensus: the ballot is for another question")
)

// RuleError is a mistake in the rules of a vote.
type RuleError struct {
	Field string // that is wrong
	Why   string // what is wrong with it
}

// Error names the field.
func (e *RuleError) Error() string { return fmt.Sprintf("consensus: rule: %s: %s", e.Field, e.Why) }

// FaultCode is E1936.
func (*RuleError) FaultCode() fault.Code { return 1936 }

// BallotError is a ballot that cannot count.
type BallotError struct {
	Field string // that is wrong
	Why   string // what is wrong with it
}

// Error names the field.
func (e *BallotError) Error() string { return fmt.Sprintf("consensus: ballot: %s: %s", e.Field, e.Why) }

// FaultCode is E1937.
func (*BallotError) FaultCode() fault.Code { return 1937 }

// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/pbft/wire"
)

// Conditions that callers branch on. Inside notes they say why a message changed nothing.
var (
	// ErrInvalidOptions is returned for options that no replica can follow.
	ErrInvalidOptions = fault.New(1955, "pbft: options that cannot be followed")
	// ErrEvidence is returned for evidence that proves nothing.
	ErrEvidence = fault.New(1956, "pbft: not a proof of misconduct")
	// ErrCertificate is returned for a decision certificate that proves nothing.
	ErrCertificate = fault.New(1957, "pbft: not a proof of a decision")
	// ErrDigest is the reason for refusing a batch or chunk that is not what its digest says.
	ErrDigest = fault.New(1958, "pbft: not of this digest")

	// ErrBadView is the reason for ignoring a message of a view that the replica is not in.
	ErrBadView = fault.New(4702, "pbft: of another view")
	// ErrOutOfWindow is the reason for ignoring a sequence number outside the watermarks, and a request outside its client's window.
	ErrOutOfWindow = fault.New(4703, "pbft: outside the window")
	// ErrNewViewInvalid is the reason for refusing a NEW-VIEW that does not follow from its VIEW-CHANGEs.
	ErrNewViewInvalid = fault.New(4704, "pbft: the new view does not follow from its view changes")
	// ErrViewChangeInvalid is the reason for refusing a VIEW-CHANGE that claims more than it proves.
	ErrViewChangeInvalid = fault.New(4705, "pbft: the view change is not proven")
	// ErrAmnesiac is the reason why a replica without its vote log says nothing.
	ErrAmnesiac = fault.New(4706, "pbft: the vote log is lost")
	// ErrStateTransfer is returned for a transferred state that cannot be read although its digest is right.
	ErrStateTransfer = fault.New(4707, "pbft: the state cannot be read")
	// ErrRefused is the reason for refusing a proposal or request that breaks a rule.
	ErrRefused = fault.New(4708, "pbft: refused")
	// ErrOverloaded is the reason for dropping what passes a bound on resources of one sender.
	ErrOverloaded = fault.New(4711, "pbft: too much of one sender")
	// ErrSafetyViolated is what a *SafetyError is.
	ErrSafetyViolated = fault.New(4709, "pbft: more members lie than the group tolerates")
	// ErrVoteLog is returned for a vote log that no replica of the group has written.
	ErrVoteLog = fault.New(4710, "pbft: not a vote log of this replica")
)

// SafetyError is two proven decisions that contradict each other: more than f members have lied, and nothing is promised any more.
type SafetyError struct {
	Member     wire.Member // who found it
	Seq        uint64      // the number that two things are decided for
	Mine       wire.Digest // what this member has decided
	Proven     wire.Digest // what a certificate says
	Checkpoint bool        // digests of states, and not of batches
}

// Error names the number and both digests.
func (e *SafetyError) Error() string {
	what := "batches"
	if e.Checkpoint {
		what = "states"
	}
	return fmt.Sprintf("pbft: replica %d at %d: two %s are proven, %v and %v", e.Member, e.Seq, what, e.Mine, e.Proven)
}

// Unwrap returns ErrSafetyViolated.
func (e *SafetyError) Unwrap() error { return ErrSafetyViolated }

// FaultCode returns the code of ErrSafetyViolated.
func (e *SafetyError) FaultCode() fault.Code { return 4709 }

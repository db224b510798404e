// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Conditions that callers branch on.
var (
	// ErrInvalidEvidence is what every *EvidenceError is.
	ErrInvalidEvidence = fault.New(1861, "reputation: not evidence")
	// ErrNoEvidence is returned for what cites neither a settled transaction nor an upheld violation.
	ErrNoEvidence = fault.New(1862, "reputation: nothing settled is cited")
	// ErrInvalidRules is returned for rules that cannot be followed; the error names each field.
	ErrInvalidRules = fault.New(1863, "reputation: the rules cannot be followed")
	// ErrInvalidNetwork is returned for stakes and deals that cannot be ranked; the error names each place.
	ErrInvalidNetwork = fault.New(1864, "reputation: the network cannot be ranked")
	// ErrConflict is what a *ConflictError is.
	ErrConflict = fault.New(4561, "reputation: the citation was counted with another outcome")
	// ErrReputationTooLow is what a *TooLowError is.
	ErrReputationTooLow = fault.New(4562, "reputation: too low")
	// ErrNoStake is returned when nobody has stake that counts: there is nothing that trust could start from.
	ErrNoStake = fault.New(4563, "reputation: no stake to start trust from")
)

// EvidenceError is one thing that is wrong with evidence.
type EvidenceError struct {
	// Field names the place: "outcome".
	Field string
	// Reason says what is wrong there.
	Reason string
}

// Error names field and reason.
func (e *EvidenceError) Error() string { return "reputation: evidence " + e.Field + ": " + e.Reason }

// Unwrap returns ErrInvalidEvidence.
func (e *EvidenceError) Unwrap() error { return ErrInvalidEvidence }

// FaultCode returns the code of ErrInvalidEvidence.
func (e *EvidenceError) FaultCode() fault.Code { return 1861 }

// ConflictError says that a citation has come twice and does not say the same.
type ConflictError struct {
	// Agent is whom the evidence is about.
	Agent Agent
	// Cause is the first half of the citation.
	Cause string
	// Dimension is the other half.
	Dimension Dimension
	// Counted is the outcome that stands, Refused the one that came later.
	Counted, Refused float64
}

// Error names the citation and both outcomes.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("reputation: record %.64q of %.64q: %v was counted as %g, not %g", e.Cause, string(e.Agent), e.Dimension, e.Counted, e.Refused)
}

// Unwrap returns ErrConflict.
func (e *ConflictError) Unwrap() error { return ErrConflict }

// FaultCode returns the code of ErrConflict.
func (e *ConflictError) FaultCode() fault.Code { return 4561 }

// TooLowError says which dimension keeps an agent out, and by how much.
type TooLowError struct {
	// Agent is who was to be admitted.
	Agent Agent
	// Dimension is the lowest of those below the gate.
	Dimension Dimension
	// Have is its lower bound, Need the gate.
	Have, Need float64
}

// Error names the dimension, the bound and the gate.
func (e *TooLowError) Error() string {
	return fmt.Sprintf("reputation: admit %.64q: %v is %.3f, need %.3f", string(e.Agent), e.Dimension, e.Have, e.Need)
}

// Unwrap returns ErrReputationTooLow.
func (e *TooLowError) Unwrap() error { return ErrReputationTooLow }

// FaultCode returns the code of ErrReputationTooLow.
func (e *TooLowError) FaultCode() fault.Code { return 4562 }

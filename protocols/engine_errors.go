// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/machine"
)

// Conditions that callers branch on. Every mistake in a Spec is a selector.ErrInvalidSpec.
var (
	// ErrNotFound is returned for a session that the engine does not know, or has forgotten.
	ErrNotFound = fault.New(4904, "protocols: no such session")
	// ErrExpired is returned for a session whose time was up before it could decide.
	ErrExpired = fault.NewTimeout(4905, "protocols: the session has expired")
	// ErrAlreadyDecided is returned to who would cancel a session that has ended.
	ErrAlreadyDecided = fault.New(4907, "protocols: the session has ended")
	// ErrUnavailable is returned when the engine or its journal is down. Whether what was asked was done is open: repeat it with the same id.
	ErrUnavailable = fault.New(4917, "protocols: the engine is not available")
)

// FaultCode is E1938.
func (*SpecError) FaultCode() fault.Code { return 1938 }

// DurabilityError is returned for a session that is to survive less than its protocol needs, or more than the engine can.
type DurabilityError struct {
	Want Durability // what was asked for
	Min  Durability // the least that the protocol takes
}

// Error has both classes.
func (e *DurabilityError) Error() string {
	if e.Min.rank() <= e.Want.rank() {
		return fmt.Sprintf("protocols: session: %s needs a journal, and the engine has none", e.Want)
	}
	return fmt.Sprintf("protocols: session: %s is asked for, and %s is the least", e.Want, e.Min)
}

// FaultCode is E1935.
func (*DurabilityError) FaultCode() fault.Code { return 1935 }

// BudgetError is returned when the budget of a session cannot be reserved.
type BudgetError struct {
	Need  int64 // what was to be reserved
	Cause error // of the budgeter
}

// Error has the sum.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("protocols: reserve %d: %v", e.Need, e.Cause)
}

// Unwrap returns the cause.
func (e *BudgetError) Unwrap() error { return e.Cause }

// FaultCode is E4901.
func (*BudgetError) FaultCode() fault.Code { return 4901 }

// OverloadedError is returned when as many sessions are active as there may be.
type OverloadedError struct {
	Active int // sessions that have not ended
	Max    int // how many there may be
}

// Error has both numbers.
func (e *OverloadedError) Error() string {
	return fmt.Sprintf("protocols: %d sessions are active, and %d may be", e.Active, e.Max)
}

// FaultCode is E4902.
func (*OverloadedError) FaultCode() fault.Code { return 4902 }

// ConflictError is returned for an id that stands for another session.
type ConflictError struct {
	ID SessionID // that was chosen
}

// Error names the id.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("protocols: session %q: the id stands for another session", string(e.ID))
}

// FaultCode is E4903.
func (*ConflictError) FaultCode() fault.Code { return 4903 }

// CancelledError is returned for a session that was cancelled.
type CancelledError struct {
	ID  SessionID // of the session
	Why string    // as it was said by who cancelled it
}

// Error gives the reason.
func (e *CancelledError) Error() string {
	return fmt.Sprintf("protocols: session %q was cancelled: %s", string(e.ID), e.Why)
}

// FaultCode is E4906.
func (*CancelledError) FaultCode() fault.Code { return 4906 }

// SessionFailedError is returned for a session that has crashed too often, or whose protocol has failed.
type SessionFailedError struct {
	ID    SessionID // of the session
	Cause string    // the last crash, or what the protocol says
}

// Error gives the cause.
func (e *SessionFailedError) Error() string {
	return fmt.Sprintf("protocols: session %q has failed: %s", string(e.ID), e.Cause)
}

// FaultCode is E4908.
func (*SessionFailedError) FaultCode() fault.Code { return 4908 }

// NoDecisionError is returned for a session that ended without a decision.
type NoDecisionError struct {
	ID   SessionID   // of the session
	Why  machine.Why // the kind of reason
	Text string      // the details, perhaps empty
}

// Error gives the reason.
func (e *NoDecisionError) Error() string {
	return fmt.Sprintf("protocols: session %q has no decision: %s", string(e.ID), strings.TrimSuffix(string(e.Why)+": "+e.Text, ": "))
}

// FaultCode is E4909.
func (*NoDecisionError) FaultCode() fault.Code { return 4909 }

// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"fmt"
	"time"

	"mabeam.dev/actors/fault"
)

// What proposals and calls end with. Errors about the value itself are those of package kind.
var (
	// ErrNotFound is returned when a space has no variable, version or override of the name.
	ErrNotFound = fault.New(4676, "cognitive: there is no such thing")
	// ErrDuplicateName is returned when a variable is added under a name that is taken.
	ErrDuplicateName = fault.New(4677, "cognitive: the name is taken")
	// ErrComputed is returned when somebody proposes a value for a composite.
	ErrComputed = fault.New(4678, "cognitive: the value is computed")
	// ErrDenied is returned when the proposer may not change the variable.
	ErrDenied = fault.New(4680, "cognitive: the proposer may not change it")
	// ErrVersionConflict matches every VersionConflictError.
	ErrVersionConflict = fault.New(4681, "cognitive: another version")
	// ErrCooldown matches every CooldownError.
	ErrCooldown = fault.New(4682, "cognitive: the variable cools down")
	// ErrRateLimited is returned when a proposer proposes too often.
	ErrRateLimited = fault.New(4683, "cognitive: too many proposals")
	// ErrBusy is returned when too many proposals wait for one variable.
	ErrBusy = fault.New(4684, "cognitive: too many proposals wait")
	// ErrRejected matches every RejectedError.
	ErrRejected = fault.New(4685, "cognitive: the proposal was rejected")
	// ErrNoQuorum is returned when too few took part in a decision, or a cluster has no majority.
	ErrNoQuorum = fault.New(4686, "cognitive: no quorum")
	// ErrDeadline is returned when a proposal was not decided in time. It also matches context.DeadlineExceeded.
	ErrDeadline = fault.NewTimeout(4687, "cognitive: the proposal has expired")
	// ErrCancelled is returned when a proposal was taken back.
	ErrCancelled = fault.New(4688, "cognitive: the proposal was taken back")
	// ErrSuperseded is returned when a newer proposal of the same adapter came before an older one had its turn.
	ErrSuperseded = fault.New(4689, "cognitive: a newer proposal came")
	// ErrDecisionLost is returned when nobody knows any more how a decision went. Nothing was changed.
	ErrDecisionLost = fault.New(4690, "cognitive: the decision is lost")
	// ErrSlow ends a subscription whose subscriber does not keep up.
	ErrSlow = fault.New(4691, "cognitive: the subscriber is too slow")
	// ErrStopped is returned when a variable was removed or its space has ended.
	ErrStopped = fault.New(4692, "cognitive: the variable is not there any more")
	// ErrRestarted is returned when a process ended that had taken a proposal. Whether it was committed is open: repeat it with its key.
	ErrRestarted = fault.New(4693, "cognitive: restarted before it answered")
	// ErrGuard matches every GuardError.
	ErrGuard = fault.New(4696, "cognitive: a guard holds the proposal back")
	// ErrUnconfirmed is returned when something was committed but too few agents have confirmed that they apply it.
	ErrUnconfirmed = fault.New(4697, "cognitive: committed but not confirmed")
)

// ConstraintError is returned when a change would break a constraint across variables.
type ConstraintError struct {
	// Name is that of the constraint.
	Name string
	// Cause says why it could not be judged; nil if it was, and is broken.
	Cause error
}

// Error names the constraint.
func (e *ConstraintError) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("cognitive: constraint %q: %s", e.Name, e.Cause)
	}
	return fmt.Sprintf("cognitive: constraint %q would be broken", e.Name)
}

// FaultCode is E4679.
func (*ConstraintError) FaultCode() fault.Code { return 4679 }

// Unwrap returns the cause.
func (e *ConstraintError) Unwrap() error { return e.Cause }

// VersionConflictError is returned when a variable has another version than the one that a proposal was based on.
type VersionConflictError struct {
	// Have is the version that the variable has, Want the one that the proposal was based on.
	Have, Want Version
}

// Error names both versions.
func (e *VersionConflictError) Error() string {
	return fmt.Sprintf("cognitive: the version is %s, not %s", e.Have, e.Want)
}

// FaultCode is E4681.
func (*VersionConflictError) FaultCode() fault.Code { return 4681 }

// Is reports whether target is ErrVersionConflict.
func (*VersionConflictError) Is(target error) bool { return target == ErrVersionConflict } //nolint:errorlint // the sentinel itself

// CooldownError is returned when a variable was changed too short a time ago.
type CooldownError struct {
	// Until is when it may be changed again, on the system's clock.
	Until time.Time
}

// Error tells until when.
func (e *CooldownError) Error() string {
	return "cognitive: the variable cools down until " + e.Until.UTC().Format(time.RFC3339Nano)
}

// FaultCode is E4682.
func (*CooldownError) FaultCode() fault.Code { return 4682 }

// Is reports whether target is ErrCooldown.
func (*CooldownError) Is(target error) bool { return target == ErrCooldown } //nolint:errorlint // the sentinel itself

// GuardError is returned when a proposal changes too little, too much, or has too little evidence.
type GuardError struct {
	// Guard is "dead band", "slew", "switching cost" or "reversal".
	Guard string
	// Got is what the proposal has, Want what it would need.
	Got, Want float64
}

// Error names the guard and both figures.
func (e *GuardError) Error() string {
	return fmt.Sprintf("cognitive: %s: %.4g, want %.4g", e.Guard, e.Got, e.Want)
}

// FaultCode is E4696.
func (*GuardError) FaultCode() fault.Code { return 4696 }

// Is reports whether target is ErrGuard.
func (*GuardError) Is(target error) bool { return target == ErrGuard } //nolint:errorlint // the sentinel itself

// RejectedError is returned when those who were asked did not agree.
type RejectedError struct {
	// Tally is how they voted, by option; empty if there was no vote.
	Tally map[string]float64
	// Reason is what the decider said.
	Reason string
}

// Error gives the reason.
func (e *RejectedError) Error() string {
	if e.Reason == "" {
		return ErrRejected.Error()
	}
	return ErrRejected.Error() + ": " + e.Reason
}

// FaultCode is E4685.
func (*RejectedError) FaultCode() fault.Code { return 4685 }

// Is reports whether target is ErrRejected.
func (*RejectedError) Is(target error) bool { return target == ErrRejected } //nolint:errorlint // the sentinel itself

// DegradedError says why a composite keeps its last good value.
type DegradedError struct {
	// Variable is the composite.
	Variable string
	// Cause is what went wrong.
	Cause error
}

// Error names the composite and the cause.
func (e *DegradedError) Error() string {
	return fmt.Sprintf("cognitive: composite %q: %s", e.Variable, e.Cause)
}

// FaultCode is E4694.
func (*DegradedError) FaultCode() fault.Code { return 4694 }

// Unwrap returns the cause.
func (e *DegradedError) Unwrap() error { return e.Cause }

// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// SpecError is a setting that no bandit can have.
type SpecError struct {
	// Field is its name, and Why what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *SpecError) Error() string { return fmt.Sprintf("bandit: %q: %s", e.Field, e.Why) }

// FaultCode is E1981.
func (*SpecError) FaultCode() fault.Code { return 1981 }

// RewardError is a report that a bandit did not learn from.
type RewardError struct {
	// Arm is the arm that was named.
	Arm int
	// Why is what is wrong with the report.
	Why string
}

// Error names the arm and what was wrong.
func (e *RewardError) Error() string {
	return fmt.Sprintf("bandit: reward of arm %d: %s", e.Arm, e.Why)
}

// FaultCode is E1985.
func (*RewardError) FaultCode() fault.Code { return 1985 }

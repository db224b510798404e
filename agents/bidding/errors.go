// SPDX-License-Identifier: Apache-2.0

package bidding

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Why an agent passes.
var (
	// ErrNoCapacity is the reason of who has no free slot, or is asked for no task that can be won.
	ErrNoCapacity = fault.New(4409, "bidding: no free slot")
	// ErrBroke is the reason of who has spent its budget.
	ErrBroke = fault.New(4410, "bidding: the budget is spent")
	// ErrPrice is the reason of who would ask a price that is not above 0, or that does not fit into an amount.
	ErrPrice = fault.New(1604, "bidding: not a price")
	// ErrAboveCeiling is the reason of who would ask more than is paid.
	ErrAboveCeiling = fault.New(4411, "bidding: above what is paid")
	// ErrUnavailable is the reason of an agent that was asked and gave no answer.
	ErrUnavailable = fault.New(4412, "bidding: the agent gave no answer")
)

// RuleError is one mistake in the settings of a policy.
type RuleError struct {
	Key    string // as a config file names it
	Reason string // what is wrong with its value
}

// Error names the key and the mistake.
func (e *RuleError) Error() string { return fmt.Sprintf("bidding: check %q: %s", e.Key, e.Reason) }

// FaultCode is E1605.
func (*RuleError) FaultCode() fault.Code { return 1605 }

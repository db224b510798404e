// SPDX-License-Identifier: Apache-2.0

package team

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// Errors that callers branch on.
var (
	// ErrInfeasible is returned when no team meets all conditions; it is proven. RoleError and BudgetError say more, and are this too.
	ErrInfeasible = fault.New(4650, "team: infeasible")
	// ErrNotFound is returned when the bounded search among more than 20 agents has found no team, and has not proven that there is none.
	ErrNotFound = fault.New(4653, "team: none found in the bounded search")
)

// RoleError is returned when no available agent has a required role. It is ErrInfeasible.
type RoleError struct {
	// Missing are the roles, in the order of the query.
	Missing []string
}

// Error names the roles.
func (e *RoleError) Error() string { return "team: nobody for " + strings.Join(e.Missing, ", ") }

// Unwrap returns ErrInfeasible.
func (*RoleError) Unwrap() error { return ErrInfeasible }

// FaultCode is E4651.
func (*RoleError) FaultCode() fault.Code { return 4651 }

// BudgetError is returned when all teams that meet the other conditions cost more than the budget. It is ErrInfeasible.
type BudgetError struct {
	// Budget is what there is, and Least what the cheapest team costs.
	Budget, Least int64
}

// Error says both amounts.
func (e *BudgetError) Error() string {
	return fmt.Sprintf("team: the cheapest costs %d of a budget of %d", e.Least, e.Budget)
}

// Unwrap returns ErrInfeasible.
func (*BudgetError) Unwrap() error { return ErrInfeasible }

// FaultCode is E4652.
func (*BudgetError) FaultCode() fault.Code { return 4652 }

// SpecError is a query that cannot be.
type SpecError struct {
	// Field is its name, and Why what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *SpecError) Error() string { return fmt.Sprintf("team: %q: %s", e.Field, e.Why) }

// FaultCode is E1984.
func (*SpecError) FaultCode() fault.Code { return 1984 }

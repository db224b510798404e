// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"errors"
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/registry/migrate/plan"
)

var (
	// ErrDifferent is what every [*DifferentError] is.
	ErrDifferent = fault.New(7602, "migrate: the registries differ")
	// ErrOpenCalls is what every [*OpenCallsError] is.
	ErrOpenCalls = fault.New(7603, "migrate: calls are open")
	// ErrConflict is returned by a [Journal] whose last record is not the one before that which is to be saved: another process has written
	// meanwhile.
	ErrConflict = fault.New(7604, "migrate: the journal has another last record")
	// ErrForeign is returned by a start whose journal is about other registries.
	ErrForeign = fault.New(7605, "migrate: the journal is about other registries")

	errNoTable = errors.New("migrate: there is no table")
	errNoRoute = errors.New("migrate: the migration has not started")
)

// DifferentError is returned by a step that needs equal registries.
type DifferentError struct {
	// Command is the step.
	Command plan.Command
	// Report lists every difference.
	Report plan.Report
}

// Error names the first differences.
func (e *DifferentError) Error() string {
	const most = 5
	var parts []string
	for i, d := range e.Report.Differences {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(e.Report.Differences)-most))
			break
		}
		parts = append(parts, d.String())
	}
	return fmt.Sprintf("migrate: %s: the registries differ: %s", e.Command, strings.Join(parts, ", "))
}

// FaultCode is E7602.
func (*DifferentError) FaultCode() fault.Code { return 7602 }

// Is makes the error an ErrDifferent.
func (e *DifferentError) Is(target error) bool { return target == ErrDifferent }

// OpenCallsError is returned by a retirement of a registry that somebody still waits for.
type OpenCallsError struct {
	// Registry is its name.
	Registry string
	// Open is how many calls are under way.
	Open int64
}

// Error names the registry.
func (e *OpenCallsError) Error() string {
	return fmt.Sprintf("migrate: retire %q: %d calls are open", e.Registry, e.Open)
}

// FaultCode is E7603.
func (*OpenCallsError) FaultCode() fault.Code { return 7603 }

// Is makes the error an ErrOpenCalls.
func (e *OpenCallsError) Is(target error) bool { return target == ErrOpenCalls }

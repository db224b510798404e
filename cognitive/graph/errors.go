// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// ErrDuplicate is returned when a name is taken.
var ErrDuplicate = fault.New(4675, "graph: the name is taken")

// CycleError is returned when something would depend on itself.
type CycleError struct {
	// Path begins and ends with the same name; each name after the first is an input of the one before it.
	Path []string
}

// Error shows the path.
func (e *CycleError) Error() string { return "graph: cycle: " + strings.Join(e.Path, " <- ") }

// FaultCode is E4672.
func (*CycleError) FaultCode() fault.Code { return 4672 }

// UnknownError is returned when an input is not there.
type UnknownError struct {
	// Name is what was to be computed, Input what it lacks; Input is empty if Name itself is not there.
	Name, Input string
}

// Error names both.
func (e *UnknownError) Error() string {
	if e.Input == "" {
		return fmt.Sprintf("graph: %q is not there", e.Name)
	}
	return fmt.Sprintf("graph: %q needs %q, which is not there", e.Name, e.Input)
}

// FaultCode is E4673.
func (*UnknownError) FaultCode() fault.Code { return 4673 }

// DependedError is returned when something is to be removed that others are computed from.
type DependedError struct {
	// Name is what was to be removed.
	Name string
	// By are those that need it, in the order in which they were added.
	By []string
}

// Error names all.
func (e *DependedError) Error() string {
	return fmt.Sprintf("graph: %q is an input of %q", e.Name, e.By)
}

// FaultCode is E4674.
func (*DependedError) FaultCode() fault.Code { return 4674 }

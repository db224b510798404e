// SPDX-License-Identifier: Apache-2.0

package workflow

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// SpecError is a mistake in a workflow.
type SpecError struct {
	Node  string // that is wrong; empty for the workflow
	Field string // of the node
	Why   string // what is wrong with it
}

// Error names node and field.
func (e *SpecError) Error() string {
	return fmt.Sprintf("workflow: node %q: %s: %s", e.Node, e.Field, e.Why)
}

// FaultCode is E1940.
func (*SpecError) FaultCode() fault.Code { return 1940 }

// CycleError is a workflow whose nodes wait for one another.
type CycleError struct {
	Path []string // nodes, each waiting for the next; the first again at the end
}

// Error shows the way round.
func (e *CycleError) Error() string { return "workflow: cycle: " + strings.Join(e.Path, " -> ") }

// FaultCode is E1939.
func (*CycleError) FaultCode() fault.Code { return 1939 }

// NodeError is a node that has failed.
type NodeError struct {
	ID    string // of the node
	Cause string // as its agent said it
}

// Error names the node.
func (e *NodeError) Error() string { return fmt.Sprintf("workflow: node %q: %s", e.ID, e.Cause) }

// FaultCode is E4914.
func (*NodeError) FaultCode() fault.Code { return 4914 }

// UnknownOutcomeError is a node of which nobody knows whether it was done.
type UnknownOutcomeError struct {
	Node string // its id
}

// Error names the node.
func (e *UnknownOutcomeError) Error() string {
	return fmt.Sprintf("workflow: node %q: nobody knows whether it was done", e.Node)
}

// FaultCode is E4915.
func (*UnknownOutcomeError) FaultCode() fault.Code { return 4915 }

// CompensationError is what could not be undone.
type CompensationError struct {
	Nodes []string // whose effects are still there
}

// Error names the nodes.
func (e *CompensationError) Error() string {
	return "workflow: not undone: " + strings.Join(e.Nodes, ", ")
}

// FaultCode is E4916.
func (*CompensationError) FaultCode() fault.Code { return 4916 }

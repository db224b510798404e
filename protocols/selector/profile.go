// SPDX-License-Identifier: Apache-2.0

package selector

import (
	"errors"
	"strconv"
)

// Protocol names a protocol.
type Protocol string

// The protocols.
const (
	Simple       Protocol = "simple_consensus"
	Weighted     Protocol = "weighted_consensus"
	Refinement   Protocol = "iterative_refinement"
	Hierarchical Protocol = "hierarchical_consensus"
	Byzantine    Protocol = "byzantine_consensus"
	Market       Protocol = "market_coordination"
	Ensemble     Protocol = "ensemble_learning"
	Optimization Protocol = "hyperparameter_optimization"
	Reasoning    Protocol = "reasoning_consensus"
	Workflow     Protocol = "workflow"
)

// Type says what a session is for.
type Type string

// The types of sessions. Empty means Standard.
const (
	Standard      Type = "standard"
	Refine        Type = "refinement"
	Economic      Type = "economic"
	MLEnsemble    Type = "ml_ensemble"
	MLOptimize    Type = "ml_optimization"
	MLReasoning   Type = "ml_reasoning"
	Orchestration Type = "workflow"
)

// Fault says what faults the decision must stand. Empty means Low.
type Fault string

// The levels of fault tolerance.
const (
	Low    Fault = "low"    // crashes
	Medium Fault = "medium" // crashes, and the decision is durable
	High   Fault = "high"   // liars
)

// Scope says where the participants live. Empty means Local.
type Scope string

// The scopes.
const (
	Local       Scope = "local"
	Distributed Scope = "distributed"
)

// Profile is what the choice depends on.
type Profile struct {
	// N is how many participants there are.
	N     int
	Type  Type
	Fault Fault
	// F is how many liars the decision must stand, for Fault High; 0 means as many as N allows.
	F     int
	Scope Scope
	// Expertise says that participants weigh differently.
	Expertise bool
	// Protocol is an explicit choice; empty leaves it to the selector.
	Protocol Protocol
}

// withDefaults fills in what empty means.
func (p Profile) withDefaults() Profile {
	if p.Type == "" {
		p.Type = Standard
	}
	if p.Fault == "" {
		p.Fault = Low
	}
	if p.Scope == "" {
		p.Scope = Local
	}
	return p
}

// problems returns everything that nobody knows, joined.
func (p Profile) problems() error {
	var all []error
	switch p.Type {
	case Standard, Refine, Economic, MLEnsemble, MLOptimize, MLReasoning, Orchestration:
	default:
		all = append(all, &ProfileError{"type", strconv.Quote(string(p.Type)) + " is unknown"})
	}
	switch p.Fault {
	case Low, Medium, High:
	default:
		all = append(all, &ProfileError{"fault", strconv.Quote(string(p.Fault)) + " is unknown"})
	}
	switch p.Scope {
	case Local, Distributed:
	default:
		all = append(all, &ProfileError{"scope", strconv.Quote(string(p.Scope)) + " is unknown"})
	}
	if p.N < 0 {
		all = append(all, &ProfileError{"n", strconv.Itoa(p.N) + " participants"})
	}
	if p.F < 0 || p.F > 0 && p.Fault != High {
		all = append(all, &ProfileError{"f", strconv.Itoa(p.F) + " liars ask for fault tolerance high, and there are no fewer than none"})
	}
	if len(all) == 0 {
		return nil
	}
	return errors.Join(all...)
}

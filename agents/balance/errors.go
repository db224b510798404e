// SPDX-License-Identifier: Apache-2.0

package balance

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/query"
)

// ErrNoAgent is returned by a pick that found no candidate, as a [*NoAgentError].
var ErrNoAgent = fault.New(3401, "balance: no agent")

// Cause is what is against an agent as a candidate. Of several the first in the order of the constants is counted.
type Cause uint8

// The causes.
const (
	// ByState: it is neither Ready nor Busy.
	ByState Cause = iota
	// ByHealth: it is not healthy enough, or was not judged.
	ByHealth
	// ByVersion: its capability is not of the version asked for.
	ByVersion
	// ByTry: it was tried before.
	ByTry
	// ByBreaker: its breaker is open.
	ByBreaker
	// ByLimit: it holds as much as it may.
	ByLimit
	// ByResources: it has not enough free, or nobody knows how much.
	ByResources

	causes
)

var causeNames = [causes]string{"state", "health", "version", "tried", "breaker", "in-flight limit", "resources"}

// String names the cause.
func (c Cause) String() string {
	if c < causes {
		return causeNames[c]
	}
	return fmt.Sprintf("Cause(%d)", uint8(c))
}

// MarshalText writes the name, which is how a cause stands in JSON.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Exclusion is how many agents one cause spoke against.
type Exclusion struct {
	Cause Cause
	N     int
}

// NoAgentError says that nobody can get the work now, and why. It is [ErrNoAgent].
type NoAgentError struct {
	// Query is who was asked for.
	Query query.Query
	// Meant is how many agents the query means, whatever their state.
	Meant int
	// Excluded are the causes that spoke against one of them or more, in the order of the causes. Their numbers add up to Meant.
	Excluded []Exclusion
}

// Error says who was asked for and what was against them.
func (e *NoAgentError) Error() string {
	text := fmt.Sprintf("balance: pick %q: no agent", e.Query.String())
	if e.Meant == 0 {
		return text + " is meant"
	}
	parts := make([]string, 0, len(e.Excluded))
	for _, x := range e.Excluded {
		parts = append(parts, fmt.Sprintf("%s %d", x.Cause, x.N))
	}
	return fmt.Sprintf("%s of %d can take it: %s", text, e.Meant, strings.Join(parts, ", "))
}

// FaultCode is E3401.
func (*NoAgentError) FaultCode() fault.Code { return 3401 }

// Is reports that it is [ErrNoAgent].
func (e *NoAgentError) Is(target error) bool { return target == ErrNoAgent }

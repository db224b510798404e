// SPDX-License-Identifier: Apache-2.0

package index

import (
	"encoding/json"
	"fmt"
	"time"

	"mabeam.dev/agents/query"
)

// Row is what the registry knows of one agent at one version. A Row that was given to [View.Apply] or came out of a View is never
// changed by anybody: a change is a new Row.
type Row struct {
	// Namespace and ID together name the agent. The default namespace is "".
	Namespace, ID string
	// Kind, Team and Role may be "", which queries see as missing.
	Kind, Team, Role string
	// Capabilities are what it can do.
	Capabilities []Capability
	// Labels are the user's own marks, each name once.
	Labels []Label
	// Node is where it lives; "" is missing.
	Node string
	// State is where it is in its life; query.Stateless for what is no agent.
	State query.Lifecycle
	// Health is how it is, and why.
	Health Health
	// Incarnation counts its starts, Version the changes of its row.
	Incarnation, Version uint64
	// Limits are what it may use.
	Limits Limits
	// Usage is what it uses, and is measured.
	Usage Usage
	// Performance is how well it works, and is measured.
	Performance Performance
	// Weight is its share when work is given out; 0 means 1.
	Weight float64
	// Config is the kind's own configuration as JSON.
	Config json.RawMessage
	// Keys are the public keys by which others know what it signs; the zero value is none.
	Keys Keys
	// Coordination is what it takes part in; nil for nothing.
	Coordination *Coordination
	// Reason is why it is in its state, such as the reason of its death; "" for none.
	Reason string
	// RegisteredAt is when it came; the zero time is missing. MigratedAt is when it was taken over from another registry.
	RegisteredAt, MigratedAt time.Time
	// Handle reaches it. The index never looks into it.
	Handle Handle
}

// Handle reaches an agent: an address that says which. The registry's process knows what is behind it.
type Handle interface{ fmt.Stringer }

// Capability is one thing an agent can do. Its name is a path such as nlp/summarise; a query for a prefix finds it.
type Capability struct {
	Name, Version string
	Settings      json.RawMessage
}

// Label is one mark and its value.
type Label struct{ Name, Value string }

// Label returns the value of the label with a name.
func (r *Row) Label(name string) (value string, ok bool) {
	for _, l := range r.Labels {
		if l.Name == name {
			return l.Value, true
		}
	}
	return "", false
}

// Health is how an agent is and what speaks for it.
type Health struct {
	Status query.Status
	// Causes are all that is wrong, not only the worst.
	Causes []Cause
	// Since is when it got this status, LastReport when it was last judged. The zero time means never.
	Since, LastReport time.Time
}

// Cause is one thing that is wrong with an agent.
type Cause struct {
	Name   string
	Status query.Status
	Detail string
}

// Maybe is a value that may be unknown, which is its zero value: unknown is not 0.
type Maybe[T any] struct {
	value T
	known bool
}

// Known makes a Maybe of a value.
func Known[T any](v T) Maybe[T] { return Maybe[T]{v, true} }

// Get returns the value and whether it is known.
func (m Maybe[T]) Get() (T, bool) { return m.value, m.known }

// MarshalJSON writes the value, or null.
func (m Maybe[T]) MarshalJSON() ([]byte, error) {
	if !m.known {
		return []byte("null"), nil
	}
	return json.Marshal(m.value)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Maybe[T]) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*m = Maybe[T]{}
		return nil
	}
	m.known = true
	return json.Unmarshal(raw, &m.value)
}

// Limits are what an agent may use; 0 means no limit.
type Limits struct {
	Memory   int64   // bytes
	CPU      float64 // CPUs
	Queue    int64   // messages
	Inflight int64   // tasks at once
	Budget   int64   // micro-units of money
}

// Source says where figures of usage come from.
type Source uint8

// The sources. Unmeasured is the zero Source: nobody said.
const (
	Unmeasured Source = iota
	Measured
	Reported
	Estimated
)

// Usage is what an agent uses.
type Usage struct {
	Source Source
	// Memory is used, MemoryFree is below the limit, both in bytes.
	Memory, MemoryFree Maybe[int64]
	// CPU is used, CPUFree is below the limit, both in CPUs.
	CPU, CPUFree Maybe[float64]
	// Queue is how many messages wait, Inflight how many tasks are in hand.
	Queue, Inflight Maybe[int64]
}

// Performance is how well an agent works.
type Performance struct {
	P50, P99 Maybe[time.Duration]
	// SuccessRate is a share from 0 to 1, Throughput counts tasks a second.
	SuccessRate, Throughput Maybe[float64]
	// Done and Failed count tasks since it was registered.
	Done, Failed uint64
}

// Coordination is what an agent takes part in, as the protocols report it.
type Coordination struct {
	Sessions, Barriers, Leaderships []string
	Locks                           []Lock
}

// Lock is a lock that an agent holds, with the token that fences it.
type Lock struct {
	Name  string
	Token uint64
}

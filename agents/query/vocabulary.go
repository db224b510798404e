// SPDX-License-Identifier: Apache-2.0

package query

import "fmt"

// Status is how an agent is: the value of the field health. Greater is worse, but for Unknown, which is what an agent is before
// anybody has judged it.
type Status uint8

// The statuses, best first.
const (
	Unknown Status = iota
	Healthy
	Degraded
	Overloaded
	Unhealthy
	Dead
)

// Lifecycle is where an agent is in its life: the value of the field state. The zero Lifecycle is the absence of one, as plain services
// have it that are no agents.
type Lifecycle uint8

// The states of an agent's life, in the order in which a life goes through them.
const (
	Stateless Lifecycle = iota
	Registered
	Starting
	Ready
	Busy
	Maintenance
	Draining
	Stopped
	Failed
	Lost
)

// Statuses and Lifecycles are how many values there are, the absent one included: the size of a table that is indexed by them.
const (
	Statuses   = int(Dead) + 1
	Lifecycles = int(Lost) + 1
)

var statusNames = [Statuses]string{"unknown", "healthy", "degraded", "overloaded", "unhealthy", "dead"}

var lifecycleNames = [Lifecycles]string{
	"", "registered", "starting", "ready", "busy", "maintenance", "draining", "stopped", "failed", "lost",
}

// String returns the word that queries use.
func (s Status) String() string {
	if int(s) < Statuses {
		return statusNames[s]
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// String returns the word that queries use; "" for Stateless.
func (l Lifecycle) String() string {
	if int(l) < Lifecycles {
		return lifecycleNames[l]
	}
	return fmt.Sprintf("Lifecycle(%d)", uint8(l))
}

// MarshalText writes the word that queries use, which is how a status stands in JSON.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalText writes the word that queries use, which is how a state stands in JSON.
func (l Lifecycle) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Status) UnmarshalText(text []byte) error {
	for i, name := range statusNames {
		if name == string(text) {
			*s = Status(i)
			return nil
		}
	}
	return fmt.Errorf("query: read status %q: no such status", text)
}

// UnmarshalText reads what MarshalText writes.
func (l *Lifecycle) UnmarshalText(text []byte) error {
	for i, name := range lifecycleNames {
		if name == string(text) {
			*l = Lifecycle(i)
			return nil
		}
	}
	return fmt.Errorf("query: read state %q: no such state", text)
}

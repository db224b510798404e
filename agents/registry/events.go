// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"log/slog"
	"time"

	"mabeam.dev/telemetry"
)

// Registered is the event of an agent that has come into the registry, for the first time or again.
type Registered struct {
	Agent       ID        // who
	Kind        string    // its kind
	Incarnation uint64    // which of its lives
	At          time.Time // when, on the clock of the system
}

// Removed is the event of an agent that has left the registry, and with that every index.
type Removed struct {
	Agent       ID        // who
	Kind        string    // its kind
	Incarnation uint64    // which of its lives
	Reason      string    // why its process ended; "" if it was unregistered
	At          time.Time // when, on the clock of the system
}

// Committed is the event of a commit of a registry: one new View, or a group of writes of which none was taken.
type Committed struct {
	Registry string        // its name
	Version  uint64        // of the View
	Agents   int           // rows in it
	Writes   int           // that the commit is made of
	Refused  int           // calls that were refused
	Watches  int           // queries that are watched
	Took     time.Duration // from the first decision's end to the last notice
	At       time.Time     // when, on the clock of the system
}

// EventName returns "registry.registered".
func (Registered) EventName() string { return "registry.registered" }

// EventName returns "registry.removed".
func (Removed) EventName() string { return "registry.removed" }

// EventName returns "registry.committed".
func (Committed) EventName() string { return "registry.committed" }

// LogLevel is Debug.
func (Registered) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Debug: the end of the process is told by itself.
func (Removed) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Debug.
func (Committed) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names the agent.
func (e Registered) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyAgent, e.Agent.Name), slog.Uint64("incarnation", e.Incarnation)}
}

// LogAttrs names the agent and the reason.
func (e Removed) LogAttrs() []slog.Attr {
	out := []slog.Attr{slog.String(telemetry.KeyAgent, e.Agent.Name), slog.Uint64("incarnation", e.Incarnation)}
	if e.Reason != "" {
		out = append(out, slog.String(telemetry.KeyReason, e.Reason))
	}
	return out
}

// LogAttrs names the version and the size of the commit.
func (e Committed) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.Uint64("version", e.Version), slog.Int("writes", e.Writes)}
}

// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"log/slog"
	"time"
)

// Event is something that has happened, as a struct of plain values.
type Event interface {
	// EventName returns the event's name in the catalogue, "family.what_happened" in the past tense, the same for every
	// value of the type.
	EventName() string
}

// Logged is an event that says how it wants to be logged. Other events are logged at debug level by their name alone.
type Logged interface {
	Event
	// LogLevel returns the level: Error where a supervisor gave up, Warn for restarts and dead letters, Info for the life of
	// the node, Debug for single processes.
	LogLevel() slog.Level
	// LogAttrs returns what is worth reading, under the keys of this package.
	LogAttrs() []slog.Attr
}

// Origin is where and in which connection an event happened; event types embed it. Every field is optional, and the zero
// value says nothing.
type Origin struct {
	// At is the time of the node's clock, never read by this package.
	At time.Time
	// Node is the name of the node.
	Node string
	// Path is the process's path in the supervision tree.
	Path string
	// Kind is the process's kind.
	Kind string
	// Incarnation is the number of the process's life, from 1.
	Incarnation uint64
	// Agent and Team name the agent that the process is, where it is one.
	Agent, Team string
	// Correlation joins everything that belongs to one task or session; Cause is the event or message right before.
	Correlation, Cause string
}

// Attrs returns the fields that say something, as log attributes. The time is left out: a log record has its own.
func (o Origin) Attrs() []slog.Attr {
	var out []slog.Attr
	add := func(key, value string) {
		if value != "" {
			out = append(out, slog.String(key, value))
		}
	}
	add(KeyNode, o.Node)
	add(KeyPath, o.Path)
	add(KeyKind, o.Kind)
	if o.Incarnation != 0 {
		out = append(out, slog.Uint64(KeyIncarnation, o.Incarnation))
	}
	add(KeyAgent, o.Agent)
	add(KeyTeam, o.Team)
	add(KeyCorrelation, o.Correlation)
	add(KeyCause, o.Cause)
	return out
}

// EventsLost stands in a queue where events were dropped because the queue was full.
type EventsLost struct {
	// Subscriber is the queue's name.
	Subscriber string
	// Count is how many events are missing at this place, at least 1.
	Count uint64
}

// EventName returns "system.events_lost".
func (EventsLost) EventName() string { return "system.events_lost" }

// LogLevel returns Warn.
func (EventsLost) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the queue and the number of missing events.
func (e EventsLost) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(KeySubscriber, e.Subscriber), slog.Uint64(KeyCount, e.Count)}
}

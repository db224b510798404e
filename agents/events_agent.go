// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"log/slog"
	"time"

	"mabeam.dev/agents/health"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/query"
	"mabeam.dev/telemetry"
)

// AgentMoved is the event of a step in an agent's life: it is in another state now. Going to work and having done it is not told: from Ready to
// Busy and back is as good as the same state here.
type AgentMoved struct {
	Agent       string          // its id
	Team        string          // the team it belongs to, if any
	Kind        string          // its kind
	Incarnation uint64          // which of its lives
	Version     uint64          // of what is known of it; orders the events of one agent
	From        lifecycle.State // where it was
	To          lifecycle.State // where it is
	Event       lifecycle.Event // what moved it
	Reason      string          // why, for people
	Returned    int             // pieces of work that it will not finish
	At          time.Time       // when, on the clock of the system
}

// AgentHealthChanged is the event of another health status.
type AgentHealthChanged struct {
	Agent       string         // its id
	Team        string         // the team it belongs to, if any
	Kind        string         // its kind
	Incarnation uint64         // which of its lives
	Version     uint64         // of what is known of it; orders the events of one agent
	From        health.Status  // how it was
	To          health.Status  // how it is
	Causes      []health.Cause // all that is wrong
	At          time.Time      // when, on the clock of the system
}

// EventName returns "agent.moved".
func (AgentMoved) EventName() string { return "agent.moved" }

// EventName returns "agent.health_changed".
func (AgentHealthChanged) EventName() string { return "agent.health_changed" }

// LogLevel is Debug: crashes and restarts are told by processes and supervisors.
func (AgentMoved) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Warn for what gets worse, else Debug.
func (e AgentHealthChanged) LogLevel() slog.Level {
	if e.To > e.From && e.To > query.Healthy {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// LogAttrs names the agent and the states.
func (e AgentMoved) LogAttrs() []slog.Attr {
	out := []slog.Attr{
		slog.String(telemetry.KeyAgent, e.Agent), slog.String("from", e.From.String()), slog.String("to", e.To.String()),
		slog.String("by", e.Event.String()),
	}
	if e.Reason != "" {
		out = append(out, slog.String(telemetry.KeyReason, e.Reason))
	}
	return out
}

// LogAttrs names the agent, the statuses and the causes.
func (e AgentHealthChanged) LogAttrs() []slog.Attr {
	out := []slog.Attr{
		slog.String(telemetry.KeyAgent, e.Agent), slog.String("from", e.From.String()), slog.String("to", e.To.String()),
	}
	for _, c := range e.Causes {
		out = append(out, slog.String(telemetry.KeyCause, c.Name+": "+c.Detail))
	}
	return out
}

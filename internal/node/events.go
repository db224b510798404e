// SPDX-License-Identifier: Apache-2.0

package node

import (
	"log/slog"
	"time"

	"mabeam.dev/internal/node/phase"
	"mabeam.dev/telemetry"
)

// keyPhase and keyService name a phase and a service in logged events.
const (
	keyPhase   = "phase"
	keyService = "service"
)

// PhaseStarting is the event of a phase that begins to start, for the first time or again.
type PhaseStarting struct {
	Phase  phase.Name    // which one
	Budget time.Duration // the longest that it may take
}

// PhaseUp is the event of a phase that has started: every required service of it has finished its Init.
type PhaseUp struct {
	Phase phase.Name    // which one
	Took  time.Duration // since it began
}

// ServiceMissing is the event of an optional service that could not be started: the node goes on without it and tries again.
type ServiceMissing struct {
	Phase   phase.Name // of the service
	Service string     // its name in the tree
	Err     error      // what kept it from starting
}

// EventName returns "node.phase_starting".
func (PhaseStarting) EventName() string { return "node.phase_starting" }

// EventName returns "node.phase_up".
func (PhaseUp) EventName() string { return "node.phase_up" }

// EventName returns "node.service_missing".
func (ServiceMissing) EventName() string { return "node.service_missing" }

// LogLevel is Debug.
func (PhaseStarting) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Debug.
func (PhaseUp) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Warn.
func (ServiceMissing) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the phase.
func (e PhaseStarting) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(keyPhase, string(e.Phase))}
}

// LogAttrs names the phase and how long it took.
func (e PhaseUp) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(keyPhase, string(e.Phase)), slog.Duration(telemetry.KeyDuration, e.Took)}
}

// LogAttrs names the service and what kept it from starting.
func (e ServiceMissing) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(keyPhase, string(e.Phase)), slog.String(keyService, e.Service), slog.Any(telemetry.KeyError, e.Err)}
}

// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"log/slog"
	"time"

	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
)

// SystemSnapshot is the event of a look at the whole system, every few seconds.
type SystemSnapshot struct {
	// At is the system's time.
	At time.Time
	// Processes is how many live.
	Processes int
	// Started counts processes that came up since the system was made.
	Started int64
	// Crashed counts processes that ended by a crash since then.
	Crashed int64
	// DeadLetters counts messages that reached nobody since then.
	DeadLetters int64
	// Abandoned is how many handlers of killed processes have not returned.
	Abandoned int64
	// Goroutines is how many the operating system's process has; like the next three it is 0 in a simulation.
	Goroutines int
	// HeapBytes is the memory of live objects and of dead ones that are not collected yet.
	HeapBytes uint64
	// MemoryBytes is all that the Go runtime has taken from the operating system.
	MemoryBytes uint64
	// Collections counts garbage collections.
	Collections uint64
}

// AlertFired is the event of an alert that begins to fire.
type AlertFired struct{ Alert }

// AlertResolved is the event of an alert that is over.
type AlertResolved struct{ Alert }

// Alert is which alert an event is about.
type Alert struct {
	// Rule is the rule's name.
	Rule string
	// Key is what it is about, such as an agent; empty for a series without keys.
	Key string
	// Severity is that of the rule.
	Severity alert.Severity
	// Value is the last one known, in the unit of the series.
	Value float64
	// At is when it fired or was resolved.
	At time.Time
	// Since is when the breach began.
	Since time.Time
	// Muted is "silenced" or "inhibited" if nobody is told, else empty.
	Muted string
}

// RouteFailed is the event of a delivery that did not arrive.
type RouteFailed struct {
	// Route is the receiver.
	Route string
	// Notices is how many notices it was to get.
	Notices int
	// Reason is the sender's error.
	Reason string
	// First is false if the delivery before has failed as well.
	First bool
}

// RouteRecovered is the event of a delivery that arrived after others had failed.
type RouteRecovered struct {
	// Route is the receiver.
	Route string
}

// EventName returns "system.snapshot".
func (SystemSnapshot) EventName() string { return "system.snapshot" }

// EventName returns "alert.fired".
func (AlertFired) EventName() string { return "alert.fired" }

// EventName returns "alert.resolved".
func (AlertResolved) EventName() string { return "alert.resolved" }

// EventName returns "alert.route_failed".
func (RouteFailed) EventName() string { return "alert.route_failed" }

// EventName returns "alert.route_recovered".
func (RouteRecovered) EventName() string { return "alert.route_recovered" }

// LogLevel is Debug: it is there for those who look.
func (SystemSnapshot) LogLevel() slog.Level { return slog.LevelDebug }

// LogLevel is Warn.
func (AlertFired) LogLevel() slog.Level { return slog.LevelWarn }

// LogLevel is Info.
func (AlertResolved) LogLevel() slog.Level { return slog.LevelInfo }

// LogLevel is Error for the first failure, because somebody who should know does not, and Debug for those that follow.
func (e RouteFailed) LogLevel() slog.Level {
	if e.First {
		return slog.LevelError
	}
	return slog.LevelDebug
}

// LogLevel is Info.
func (RouteRecovered) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs shows the figures.
func (e SystemSnapshot) LogAttrs() []slog.Attr {
	return []slog.Attr{
		slog.Int("processes", e.Processes), slog.Int64("crashed", e.Crashed), slog.Int64("dead_letters", e.DeadLetters),
		slog.Int64("abandoned", e.Abandoned), slog.Int("goroutines", e.Goroutines), slog.Uint64("heap_bytes", e.HeapBytes),
	}
}

// LogAttrs names the alert and its value.
func (a Alert) LogAttrs() []slog.Attr {
	out := []slog.Attr{slog.String(telemetry.KeyRule, a.Rule)}
	if a.Key != "" {
		out = append(out, slog.String(telemetry.KeySeries, a.Key))
	}
	out = append(out, slog.String(telemetry.KeySeverity, a.Severity.String()), slog.Float64(telemetry.KeyValue, a.Value), slog.Time(telemetry.KeySince, a.Since))
	if a.Muted != "" {
		out = append(out, slog.String(telemetry.KeyMuted, a.Muted))
	}
	return out
}

// LogAttrs names the route and the reason.
func (e RouteFailed) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyRoute, e.Route), slog.Int(telemetry.KeyCount, e.Notices), slog.String(telemetry.KeyReason, e.Reason)}
}

// LogAttrs names the route.
func (e RouteRecovered) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String(telemetry.KeyRoute, e.Route)}
}

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
	// Processes is how many live; Started, Crashed and DeadLetters count since the system was made; Abandoned is how many handlers of killed
	// processes have not returned.
	Processes                                int
	Started, Crashed, DeadLetters, Abandoned int64
	// Goroutines, HeapBytes, MemoryBytes and Collections are of the operating system's process: goroutines, live objects, memory taken from the
	// system, and garbage collections so far. They are 0 in a simulation.
	Goroutines             int
	HeapBytes, MemoryBytes uint64
	Collections            uint64
}

// AlertFired is the event of an alert that begins to fire.
type AlertFired struct{ Alert }

// AlertResolved is the event of an alert that is over.
type AlertResolved struct{ Alert }

// Alert is which alert an event is about.
type Alert struct {
	// Rule, Key and Severity tell which alert it is.
	Rule, Key string
	Severity  alert.Severity
	// Value is the last one known.
	Value float64
	// At is when it fired or was resolved, Since when the breach began.
	At, Since time.Time
	// Muted is "silenced" or "inhibited" if nobody is told, else empty.
	Muted string
}

// RouteFailed is the event of a delivery that did not arrive. First tells the first failure from those that follow it.
type RouteFailed struct {
	// Route is the receiver, Notices how many notices it was to get.
	Route   string
	Notices int
	// Reason is the sender's error.
	Reason string
	First  bool
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
	out := []slog.Attr{slog.String("rule", a.Rule)}
	if a.Key != "" {
		out = append(out, slog.String("key", a.Key))
	}
	out = append(out, slog.String("severity", a.Severity.String()), slog.Float64("value", a.Value), slog.Time("since", a.Since))
	if a.Muted != "" {
		out = append(out, slog.String("muted", a.Muted))
	}
	return out
}

// LogAttrs names the route and the reason.
func (e RouteFailed) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("route", e.Route), slog.Int(telemetry.KeyCount, e.Notices), slog.String(telemetry.KeyReason, e.Reason)}
}

// LogAttrs names the route.
func (e RouteRecovered) LogAttrs() []slog.Attr { return []slog.Attr{slog.String("route", e.Route)} }

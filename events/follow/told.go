// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"log/slog"

	"mabeam.dev/events"
	"mabeam.dev/telemetry"
)

// EventGivenUp is the event: a consumer has written an event that it could not handle to its dead stream, and goes on.
type EventGivenUp struct {
	Consumer string          // its name
	Position events.Position // of the event that was given up
	Type     string          // of the event that was given up
	Attempts int             // how often it was given to the handler
	Err      error           // of the last attempt
}

// EventName returns "follow.event_given_up".
func (EventGivenUp) EventName() string { return "follow.event_given_up" }

// LogLevel is Warn.
func (EventGivenUp) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names consumer, position, type and error.
func (e EventGivenUp) LogAttrs() []slog.Attr {
	return []slog.Attr{
		slog.String(telemetry.KeySubscriber, e.Consumer), slog.Uint64("position", uint64(e.Position)), slog.String(telemetry.KeyEvent, e.Type),
		slog.Int(telemetry.KeyAttempt, e.Attempts), slog.Any(telemetry.KeyError, e.Err),
	}
}

// ConsumerHalted is the event: a consumer stands still until somebody moves or restarts it.
type ConsumerHalted struct {
	Consumer string          // its name
	Position events.Position // of the event that it cannot handle; 0 if it cannot read the log on
	Err      error           // why
}

// EventName returns "follow.consumer_halted".
func (ConsumerHalted) EventName() string { return "follow.consumer_halted" }

// LogLevel is Error: somebody has to look.
func (ConsumerHalted) LogLevel() slog.Level { return slog.LevelError }

// LogAttrs names consumer, position and error.
func (e ConsumerHalted) LogAttrs() []slog.Attr {
	return []slog.Attr{
		slog.String(telemetry.KeySubscriber, e.Consumer), slog.Uint64("position", uint64(e.Position)), slog.Any(telemetry.KeyError, e.Err),
	}
}

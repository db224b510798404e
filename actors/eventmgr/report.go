// SPDX-License-Identifier: Apache-2.0

package eventmgr

import (
	"errors"
	"log/slog"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/telemetry"
)

// HandlerCrashed is the event of a handler that returned an error or panicked, and has been removed. The manager lives.
type HandlerCrashed struct {
	// Manager is the process.
	Manager actors.PID
	// ID is the handler's.
	ID string
	// InHand is what it was doing: the type of the event, or the callback.
	InHand string
	// Err is what it returned, or an *exit.CrashError with the panic and its stack.
	Err error
}

// EventName returns "eventmgr.handler_crashed".
func (HandlerCrashed) EventName() string { return "eventmgr.handler_crashed" }

// LogLevel is Warn.
func (HandlerCrashed) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the manager, the handler, what it was doing, the error and, of a panic, the stack.
func (e HandlerCrashed) LogAttrs() []slog.Attr {
	out := []slog.Attr{
		slog.String(telemetry.KeyPath, e.Manager.Path()), slog.Uint64(telemetry.KeyIncarnation, e.Manager.Incarnation()),
		slog.String(telemetry.KeySubscriber, e.ID), slog.String(telemetry.KeyMessage, e.InHand), slog.String(telemetry.KeyError, e.Err.Error()),
	}
	var crash *exit.CrashError
	if errors.As(e.Err, &crash) && crash.Stack != nil {
		out = append(out, slog.String(telemetry.KeyStack, string(crash.Stack)))
	}
	return out
}

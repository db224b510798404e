// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"log/slog"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/telemetry"
)

// LogOnce goes around what logs events where crash reports are made: a crash is in the log once, as its report. The exit of a process that
// crashed itself is left out; one that ended of another's crash is logged with the reason and without the other's stack. Alerts that fire and
// are resolved are left out, too: a route to the log tells them, at the level of their severity.
func LogOnce(log func(telemetry.Event)) func(telemetry.Event) {
	return func(e telemetry.Event) {
		switch e.(type) {
		case AlertFired, AlertResolved:
			return
		}
		if x, ok := e.(actors.ProcessExited); ok && x.Reason.Kind() == exit.Crash {
			if ownCrash(x) {
				return
			}
			e = stackless{x}
		}
		log(e)
	}
}

// ownCrash reports whether a process crashed itself. Who ends because somebody else crashed carries that one's crash as a reason.
func ownCrash(e actors.ProcessExited) bool {
	crash := e.Reason.CrashError()
	return crash != nil && (crash.Incarnation == 0 || crash.Incarnation == e.PID.Incarnation())
}

// stackless is an exit whose stack is that of another process, and shown there.
type stackless struct{ actors.ProcessExited }

// LogAttrs names the process and the reason.
func (e stackless) LogAttrs() []slog.Attr {
	return []slog.Attr{
		slog.String(telemetry.KeyPath, e.PID.Path()), slog.Uint64(telemetry.KeyIncarnation, e.PID.Incarnation()),
		slog.String(telemetry.KeyReason, e.Reason.String()),
	}
}

// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"context"
	"fmt"
	"log/slog"

	"mabeam.dev/actors/fault"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/alert"
)

// Sender brings deliveries to whoever is behind a route: a log, a web hook, an event store.
type Sender interface {
	// Send returns nil when the delivery has arrived. It ends when ctx does. A delivery may come twice; its ID tells.
	Send(ctx context.Context, d alert.Delivery) error
}

// SenderFunc is a function as a Sender; it is how a program connects an event store.
type SenderFunc func(ctx context.Context, d alert.Delivery) error

// Send calls the function.
func (f SenderFunc) Send(ctx context.Context, d alert.Delivery) error { return f(ctx, d) }

// LogTo returns a Sender that writes a line for each notice: at Error for a severity of critical or high, else at Warn, and at Info for what is over. A nil
// logger means slog.Default().
func LogTo(logger *slog.Logger) Sender {
	if logger == nil {
		logger = slog.Default()
	}
	return SenderFunc(func(ctx context.Context, d alert.Delivery) error {
		for _, n := range d.Notices {
			attrs := []slog.Attr{slog.String(telemetry.KeyRule, n.Rule)}
			if n.Key != "" {
				attrs = append(attrs, slog.String(telemetry.KeySeries, n.Key))
			}
			attrs = append(attrs, slog.String(telemetry.KeySeverity, n.Severity.String()), slog.Float64(telemetry.KeyValue, n.Value), slog.Float64(telemetry.KeyThreshold, n.Threshold))
			if n.Runbook != "" {
				attrs = append(attrs, slog.String(telemetry.KeyRunbook, n.Runbook))
			}
			logger.LogAttrs(ctx, levelOf(n), "alert "+n.What, attrs...)
		}
		return nil
	})
}

func levelOf(n alert.Notice) slog.Level {
	switch {
	case n.What == alert.Over:
		return slog.LevelInfo
	case n.Severity == alert.Critical, n.Severity == alert.High:
		return slog.LevelError
	}
	return slog.LevelWarn
}

// SenderError is a route that nobody sends to.
type SenderError struct {
	// Route is the name in the spec.
	Route string
}

// Error names the route.
func (e *SenderError) Error() string {
	return fmt.Sprintf("telemetry/collect: route %q: there is no sender for it", e.Route)
}

// FaultCode is E1703.
func (*SenderError) FaultCode() fault.Code { return 1703 }

// PanicError is a Sender that panicked.
type PanicError struct {
	// Value is what panic was called with.
	Value any
}

// Error renders the panic's value.
func (e *PanicError) Error() string {
	return fmt.Sprintf("telemetry/collect: sender: panic: %v", e.Value)
}

// FaultCode is E8301.
func (*PanicError) FaultCode() fault.Code { return 8301 }

// send calls a Sender so that whatever it does becomes an error.
func send(ctx context.Context, s Sender, d alert.Delivery) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{v}
		}
	}()
	return s.Send(ctx, d)
}

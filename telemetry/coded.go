// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"log/slog"

	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/fault"
)

// Codes returns the code of an error as a log attribute, and that of its cause where it is another; none for nil and for errors without a code.
func Codes(err error) []slog.Attr {
	f := fault.Of(err)
	if f.Code == 0 || f.Code == fault.Unknown {
		return nil
	}
	attrs := []slog.Attr{slog.String(KeyCode, f.Code.String())}
	if cause := f.Cause(); cause != f.Code {
		attrs = append(attrs, slog.String(KeyCauseCode, cause.String()))
	}
	return attrs
}

// Reason returns why a process ended as log attributes: the reason, and the codes of a crash.
func Reason(why exit.Reason) []slog.Attr {
	attrs := []slog.Attr{slog.String(KeyReason, why.String())}
	if crash := why.CrashError(); crash != nil {
		attrs = append(attrs, Codes(crash)...)
	}
	return attrs
}

// Coded returns a handler that adds the codes of errors to what it hands on: of the first attribute of a record whose value is an error. A
// record that has a code is left as it is. It is one value as the handler is, and as safe for concurrent use.
func Coded(h slog.Handler) slog.Handler { return coded{h} }

type coded struct{ next slog.Handler }

// Enabled asks the next handler.
func (c coded) Enabled(ctx context.Context, level slog.Level) bool { return c.next.Enabled(ctx, level) }

// Handle adds the codes.
func (c coded) Handle(ctx context.Context, r slog.Record) error {
	var found []slog.Attr
	has := false
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == KeyCode {
			has = true
		}
		if err, ok := a.Value.Any().(error); ok && found == nil && a.Value.Kind() == slog.KindAny {
			found = Codes(err)
		}
		return !has
	})
	if has || found == nil {
		return c.next.Handle(ctx, r)
	}
	more := r.Clone() // the record may be another handler's as well
	more.AddAttrs(found...)
	return c.next.Handle(ctx, more)
}

// WithAttrs binds attributes to the next handler.
func (c coded) WithAttrs(attrs []slog.Attr) slog.Handler { return coded{c.next.WithAttrs(attrs)} }

// WithGroup opens a group in the next handler.
func (c coded) WithGroup(name string) slog.Handler { return coded{c.next.WithGroup(name)} }

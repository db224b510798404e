// SPDX-License-Identifier: Apache-2.0

package otel

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// In returns a context in which an open span is the present one, so that what code begins there belongs to it; key may be an alias. Without
// such a span it is ctx.
func (s *Spans) In(ctx context.Context, key string) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, ok := s.mu.open[key]
	if !ok {
		element, ok = s.mu.aliases[key]
	}
	if !ok {
		return ctx
	}
	return trace.ContextWithSpan(ctx, element.Value.(*open).span)
}

// Run does something in a span of its own, below the one of ctx if there is one. An error makes the span a failed one; a panic does too, and
// goes on. The span is in nobody's bound: it ends when do does.
func (s *Spans) Run(ctx context.Context, name string, do func(context.Context) error, attrs ...slog.Attr) error {
	ctx, span := s.tracer.Start(ctx, name, s.stamped(trace.WithAttributes(attributes(attrs)...))...)
	return s.within(ctx, span, do)
}

// within does something and ends its span.
func (s *Spans) within(ctx context.Context, span trace.Span, do func(context.Context) error) error {
	broke := true
	defer func() {
		if broke {
			span.SetStatus(codes.Error, "panic")
		}
		s.finish(span)
	}()
	err := do(ctx)
	broke = false
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
	return err
}

func (s *Spans) stamped(options ...trace.SpanStartOption) []trace.SpanStartOption {
	if s.o.Now != nil {
		options = append(options, trace.WithTimestamp(s.o.Now()))
	}
	return options
}

func (s *Spans) finish(span trace.Span) {
	if s.o.Now != nil {
		span.End(trace.WithTimestamp(s.o.Now()))
		return
	}
	span.End()
}

// Trace names a span in a message: the traceparent of W3C. The zero Trace names none. It is plain text, so that a message that carries one can
// be stored and can leave the program.
type Trace string

// TraceOf names the present span of a context; the zero Trace if there is none.
func TraceOf(ctx context.Context) Trace {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return Trace(carrier["traceparent"])
}

// In returns a context whose work belongs to the named span, such as that of a caller in another program. A Trace that names nothing, or is no
// traceparent, changes nothing.
func (t Trace) In(ctx context.Context) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": string(t)})
}

// Link links the present span of ctx to one that is open or has ended lately: what it led to. It reports false if there is no such span.
func (s *Spans) Link(ctx context.Context, key string) bool {
	s.mu.Lock()
	id, ok := s.contextLocked(key)
	s.mu.Unlock()
	if ok {
		trace.SpanFromContext(ctx).AddLink(trace.Link{SpanContext: id})
	}
	return ok
}

// Received does something about a message in a span that is a root of its own and linked to the span that the sender named: a message that was told
// is followed up, not contained. A Trace that names nothing makes no link.
func (s *Spans) Received(ctx context.Context, from Trace, name string, do func(context.Context) error, attrs ...slog.Attr) error {
	ctx = trace.ContextWithSpanContext(ctx, trace.SpanContext{}) // nothing above it
	id := trace.SpanContextFromContext(from.In(ctx))
	options := []trace.SpanStartOption{trace.WithNewRoot(), trace.WithAttributes(attributes(attrs)...)}
	if id.IsValid() {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: id}))
	}
	ctx, span := s.tracer.Start(ctx, name, s.stamped(options...)...)
	return s.within(ctx, span, do)
}

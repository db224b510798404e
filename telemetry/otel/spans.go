// SPDX-License-Identifier: Apache-2.0

package otel

import (
	"container/list"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"mabeam.dev/telemetry"
)

// Scope is the instrumentation scope of all spans.
const Scope = "mabeam.dev"

// DefaultMaxOpen is how many spans may be open if options say nothing.
const DefaultMaxOpen = 100_000

// Options set up spans.
type Options struct {
	// Provider makes the tracer; required.
	Provider trace.TracerProvider
	// Now gives the times of events that have none: that of the system. Nil leaves them to the provider.
	Now func() time.Time
	// MaxOpen bounds the open spans; 0 means DefaultMaxOpen.
	MaxOpen int
}

// Start is the beginning of a span.
type Start struct {
	// Key names the span until it ends.
	Key string
	// Parent is the key of an open span that this one belongs to; empty, or not open, makes a root.
	Parent string
	// Alias is another key for [Spans.In], such as one that the receiver of a message can tell; empty is none. Of two open spans the later one has it.
	Alias string
	// Links are keys of spans that led to this one and do not contain it, such as the attempt before; they may have ended lately. Others are left
	// out.
	Links []string
	// Name is what kind of work it is: a word of a closed set.
	Name string
	// At is when it began; the zero time means now.
	At time.Time
	// Attrs are attributes of the span.
	Attrs []slog.Attr
}

// Stop is the end of a span.
type Stop struct {
	// Key is that of the Start.
	Key string
	// At is when it ended; the zero time means now.
	At time.Time
	// With are keys of spans that end with it if they are still open.
	With []string
	// Failed sets the status to an error, with the Reason.
	Failed bool
	Reason string
	// Attrs are attributes that are known only now.
	Attrs []slog.Attr
}

// Point is something that happened in a span.
type Point struct {
	// Key is that of the span; nothing happens if it is not open.
	Key string
	// Name says what happened.
	Name string
	// At is when; the zero time means now.
	At time.Time
	// Attrs say more.
	Attrs []slog.Attr
}

// Stats are figures of spans.
type Stats struct {
	// Open is how many are open now.
	Open int
	// Begun and Ended count them.
	Begun, Ended uint64
	// Unfinished were ended because there were too many or because of Close; Strays are ends without a beginning and second beginnings.
	Unfinished, Strays uint64
}

// Spans are the spans of one bus. It is safe for concurrent use.
type Spans struct {
	o      Options
	bus    *telemetry.Bus
	tracer trace.Tracer

	mu struct {
		sync.Mutex
		open    map[string]*list.Element // of order
		aliases map[string]*list.Element // of order
		recent  map[string]trace.SpanContext
		ring    []string // the keys of recent, the oldest at next
		next    int
		order   *list.List // *open, the first begun first
		stats   Stats
		cancels []func()
		closed  bool
	}
}

// open is a span that has not ended.
type open struct {
	key, alias string
	span       trace.Span
}

// remembered is how many spans that have ended can be linked to.
const remembered = 4096

// New makes spans for a bus. It panics without a provider.
func New(bus *telemetry.Bus, o Options) *Spans {
	if o.Provider == nil {
		panic("telemetry/otel: New needs a provider")
	}
	if o.MaxOpen <= 0 {
		o.MaxOpen = DefaultMaxOpen
	}
	s := &Spans{o: o, bus: bus, tracer: o.Provider.Tracer(Scope)}
	s.mu.open, s.mu.aliases, s.mu.order = map[string]*list.Element{}, map[string]*list.Element{}, list.New()
	s.mu.recent, s.mu.ring = map[string]trace.SpanContext{}, make([]string, remembered)
	return s
}

// Begin makes every event of exactly type E begin a span, if ok.
func Begin[E telemetry.Event](s *Spans, extract func(E) (start Start, ok bool)) {
	on(s, func(e E) {
		if start, ok := extract(e); ok {
			s.begin(start)
		}
	})
}

// End makes every event of exactly type E end a span, if ok.
func End[E telemetry.Event](s *Spans, extract func(E) (stop Stop, ok bool)) {
	on(s, func(e E) {
		if stop, ok := extract(e); ok {
			s.end(stop)
		}
	})
}

// Mark makes every event of exactly type E a point in an open span, if ok.
func Mark[E telemetry.Event](s *Spans, extract func(E) (point Point, ok bool)) {
	on(s, func(e E) {
		if point, ok := extract(e); ok {
			s.mark(point)
		}
	})
}

// on subscribes until Close.
func on[E telemetry.Event](s *Spans, fn func(E)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.mu.closed {
		s.mu.cancels = append(s.mu.cancels, telemetry.Subscribe(s.bus, "spans", fn))
	}
}

func (s *Spans) begin(b Start) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.mu.open[b.Key]; twice || s.mu.closed {
		s.mu.stats.Strays++
		return
	}
	if s.mu.order.Len() >= s.o.MaxOpen {
		s.abandonLocked()
	}
	ctx := context.Background()
	if parent, ok := s.mu.open[b.Parent]; ok {
		ctx = trace.ContextWithSpan(ctx, parent.Value.(*open).span)
	}
	options := []trace.SpanStartOption{trace.WithAttributes(attributes(b.Attrs)...)}
	if at := s.at(b.At); !at.IsZero() {
		options = append(options, trace.WithTimestamp(at))
	}
	for _, key := range b.Links {
		if id, ok := s.contextLocked(key); ok {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: id}))
		}
	}
	_, span := s.tracer.Start(ctx, b.Name, options...)
	s.mu.open[b.Key] = s.mu.order.PushBack(&open{b.Key, b.Alias, span})
	if b.Alias != "" {
		s.mu.aliases[b.Alias] = s.mu.open[b.Key]
	}
	s.mu.stats.Begun++
}

// contextLocked returns the identity of a span that is open or has ended lately.
func (s *Spans) contextLocked(key string) (trace.SpanContext, bool) {
	if element, ok := s.mu.open[key]; ok {
		return element.Value.(*open).span.SpanContext(), true
	}
	id, ok := s.mu.recent[key]
	return id, ok
}

// rememberLocked keeps the identity of a span that ends.
func (s *Spans) rememberLocked(o *open) {
	if _, again := s.mu.recent[o.key]; !again {
		delete(s.mu.recent, s.mu.ring[s.mu.next])
		s.mu.ring[s.mu.next] = o.key
		s.mu.next = (s.mu.next + 1) % remembered
	}
	s.mu.recent[o.key] = o.span.SpanContext()
}

func (s *Spans) end(e Stop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, ok := s.mu.open[e.Key]
	if !ok {
		s.mu.stats.Strays++
		return
	}
	span := element.Value.(*open).span
	span.SetAttributes(attributes(e.Attrs)...)
	if e.Failed {
		span.SetStatus(codes.Error, e.Reason)
	}
	for _, key := range e.With {
		if other, ok := s.mu.open[key]; ok {
			s.closeLocked(other, s.at(e.At))
		}
	}
	s.closeLocked(element, s.at(e.At))
}

func (s *Spans) mark(p Point) {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, ok := s.mu.open[p.Key]
	if !ok {
		return
	}
	options := []trace.EventOption{trace.WithAttributes(attributes(p.Attrs)...)}
	if at := s.at(p.At); !at.IsZero() {
		options = append(options, trace.WithTimestamp(at))
	}
	element.Value.(*open).span.AddEvent(p.Name, options...)
}

// abandonLocked ends the span that was begun first.
func (s *Spans) abandonLocked() {
	first := s.mu.order.Front()
	first.Value.(*open).span.SetStatus(codes.Error, "unfinished")
	s.mu.stats.Unfinished++
	s.closeLocked(first, s.at(time.Time{}))
}

func (s *Spans) closeLocked(element *list.Element, at time.Time) {
	o := s.mu.order.Remove(element).(*open)
	delete(s.mu.open, o.key)
	if s.mu.aliases[o.alias] == element {
		delete(s.mu.aliases, o.alias)
	}
	s.rememberLocked(o)
	s.mu.stats.Ended++
	if at.IsZero() {
		o.span.End()
		return
	}
	o.span.End(trace.WithTimestamp(at))
}

// at is the time of an event, or now.
func (s *Spans) at(t time.Time) time.Time {
	if t.IsZero() && s.o.Now != nil {
		return s.o.Now()
	}
	return t
}

// SpanContext returns the identity of an open span, for those who carry it out of the process.
func (s *Spans) SpanContext(key string) (id trace.SpanContext, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, ok := s.mu.open[key]
	if !ok {
		return trace.SpanContext{}, false
	}
	return element.Value.(*open).span.SpanContext(), true
}

// Stats returns the figures as they are now.
func (s *Spans) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.mu.stats
	st.Open = s.mu.order.Len()
	return st
}

// Close ends the subscriptions, and all open spans as unfinished, the first begun last so that children end before their parents.
func (s *Spans) Close() {
	s.mu.Lock()
	cancels := slices.Clone(s.mu.cancels)
	s.mu.cancels, s.mu.closed = nil, true
	s.mu.Unlock()
	for _, cancel := range cancels {
		cancel()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for last := s.mu.order.Back(); last != nil; last = s.mu.order.Back() {
		last.Value.(*open).span.SetStatus(codes.Error, "unfinished")
		s.mu.stats.Unfinished++
		s.closeLocked(last, s.at(time.Time{}))
	}
}

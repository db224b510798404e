// SPDX-License-Identifier: Apache-2.0

package otel

import (
	"fmt"
	"log/slog"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace/noop"

	"mabeam.dev/telemetry"
)

var noon = time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)

type (
	accepted struct{ Task string }
	started  struct{ Task, Agent string }
	attempt  struct{ Task, Reason string }
	ended    struct {
		Task string
		OK   bool
	}
)

func (accepted) EventName() string { return "test.accepted" }
func (started) EventName() string  { return "test.started" }
func (attempt) EventName() string  { return "test.attempt" }
func (ended) EventName() string    { return "test.ended" }

// tasks is what a program wires: a span for the task, one for each attempt in it.
func tasks(max int) (*telemetry.Bus, *Spans, *tracetest.SpanRecorder) {
	bus, rec, now := telemetry.NewBus(), tracetest.NewSpanRecorder(), noon
	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(rec))
	s := New(bus, Options{Provider: provider, MaxOpen: max, Now: func() time.Time { now = now.Add(time.Second); return now }})
	Begin(s, func(e accepted) (Start, bool) { return Start{Key: e.Task, Name: "task"}, e.Task != "" })
	Begin(s, func(e started) (Start, bool) {
		return Start{Key: e.Task + "/attempt", Parent: e.Task, Name: "attempt", Attrs: []slog.Attr{slog.String("agent", e.Agent)}}, true
	})
	End(s, func(e attempt) (Stop, bool) {
		return Stop{Key: e.Task + "/attempt", Failed: e.Reason != "", Reason: e.Reason}, true
	})
	Mark(s, func(e attempt) (Point, bool) { return Point{Key: e.Task, Name: "retried"}, e.Reason != "" })
	End(s, func(e ended) (Stop, bool) {
		return Stop{Key: e.Task, Failed: !e.OK, Attrs: []slog.Attr{slog.Bool("ok", e.OK)}}, true
	})
	return bus, s, rec
}

func TestTaskIsASpanWithItsAttemptsInIt(t *testing.T) {
	bus, s, rec := tasks(0)
	telemetry.Emit(bus, accepted{"t1"})
	id, ok := s.SpanContext("t1")
	require.True(t, ok)
	require.True(t, id.IsValid())
	telemetry.Emit(bus, started{"t1", "ann"})
	telemetry.Emit(bus, attempt{"t1", "crash"})
	telemetry.Emit(bus, started{"t1", "bob"})
	telemetry.Emit(bus, attempt{"t1", ""})
	telemetry.Emit(bus, ended{"t1", true})
	spans := rec.Ended()
	require.Len(t, spans, 3)
	first, second, task := spans[0], spans[1], spans[2]
	for _, a := range spans[:2] {
		assert.Equal(t, "attempt", a.Name())
		assert.Equal(t, id.TraceID(), a.SpanContext().TraceID())
		assert.Equal(t, id.SpanID(), a.Parent().SpanID())
	}
	assert.Equal(t, codes.Error, first.Status().Code)
	assert.Equal(t, "crash", first.Status().Description)
	assert.Contains(t, first.Attributes(), attribute.String("agent", "ann"))
	assert.Equal(t, codes.Unset, second.Status().Code)
	assert.Equal(t, "task", task.Name())
	assert.Equal(t, noon.Add(time.Second), task.StartTime())
	assert.True(t, task.EndTime().After(second.EndTime()))
	assert.Contains(t, task.Attributes(), attribute.Bool("ok", true))
	require.Len(t, task.Events(), 1)
	assert.Equal(t, "retried", task.Events()[0].Name)
	assert.Equal(t, Stats{Begun: 3, Ended: 3}, s.Stats())
	_, ok = s.SpanContext("t1")
	assert.False(t, ok)
}

func TestWhatDoesNotFitIsCountedAndHarmsNothing(t *testing.T) {
	bus, s, rec := tasks(0)
	telemetry.Emit(bus, ended{"never begun", true})
	telemetry.Emit(bus, attempt{"never begun", "x"})
	telemetry.Emit(bus, accepted{""})
	telemetry.Emit(bus, accepted{"twice"})
	telemetry.Emit(bus, accepted{"twice"})
	telemetry.Emit(bus, started{"orphan", "ann"})
	assert.Equal(t, Stats{Open: 2, Begun: 2, Strays: 3}, s.Stats())
	s.Close()
	s.Close()
	assert.Len(t, rec.Ended(), 2)
	assert.False(t, rec.Ended()[0].Parent().IsValid(), "an orphan is a root")
	assert.False(t, bus.Active())
	Begin(s, func(accepted) (Start, bool) { return Start{}, true })
	assert.False(t, bus.Active(), "nothing begins after Close")
}

func TestOpenSpansAreBoundedAndTheOldestGoesFirst(t *testing.T) {
	bus, s, rec := tasks(3)
	for i := range 10 {
		telemetry.Emit(bus, accepted{fmt.Sprint(i)})
	}
	assert.Equal(t, Stats{Open: 3, Begun: 10, Ended: 7, Unfinished: 7}, s.Stats())
	for _, span := range rec.Ended() {
		assert.Equal(t, "unfinished", span.Status().Description)
	}
	_, ok := s.SpanContext("6")
	assert.False(t, ok)
	_, ok = s.SpanContext("7")
	assert.True(t, ok)
	s.Close()
	assert.Len(t, rec.Ended(), 10)
}

func TestConcurrentEmittersLoseNoSpan(t *testing.T) {
	bus, s, _ := tasks(0)
	s.o.Now = nil
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				task := fmt.Sprint(g, "-", i)
				telemetry.Emit(bus, accepted{task})
				telemetry.Emit(bus, started{task, "a"})
				telemetry.Emit(bus, attempt{task, ""})
				telemetry.Emit(bus, ended{task, true})
			}
		})
	}
	wg.Wait()
	assert.Equal(t, Stats{Begun: 3200, Ended: 3200}, s.Stats())
}

func TestWithoutAnSDKNothingIsRecorded(t *testing.T) {
	bus := telemetry.NewBus()
	s := New(bus, Options{Provider: noop.NewTracerProvider()})
	Begin(s, func(e accepted) (Start, bool) { return Start{Key: e.Task, Name: "task"}, true })
	telemetry.Emit(bus, accepted{"t"})
	id, ok := s.SpanContext("t")
	assert.True(t, ok)
	assert.False(t, id.IsValid())
	assert.PanicsWithValue(t, "telemetry/otel: New needs a provider", func() { New(bus, Options{}) })
}

func TestLogAttributesBecomeSpanAttributes(t *testing.T) {
	got := attributes([]slog.Attr{
		slog.String("s", "x"), slog.Int("i", -1), slog.Uint64("u", 7), slog.Uint64("big", math.MaxUint64), slog.Float64("f", 0.5), slog.Bool("b", true),
		slog.Duration("d", 1500*time.Millisecond), slog.Time("t", noon), slog.Any("a", []int{1}),
		slog.Group("g", slog.Int("x", 1), slog.Group("h", slog.Int("y", 2))), slog.Group("", slog.Int("z", 3)),
	})
	assert.Equal(t, []attribute.KeyValue{
		attribute.String("s", "x"), attribute.Int64("i", -1), attribute.Int64("u", 7), attribute.String("big", "18446744073709551615"),
		attribute.Float64("f", 0.5), attribute.Bool("b", true), attribute.Float64("d", 1.5), attribute.String("t", "2000-01-01 12:00:00 +0000 UTC"),
		attribute.String("a", "[1]"), attribute.Int64("g.x", 1), attribute.Int64("g.h.y", 2), attribute.Int64("z", 3),
	}, got)
}

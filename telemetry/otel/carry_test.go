// SPDX-License-Identifier: Apache-2.0

package otel

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"mabeam.dev/telemetry"
)

func recorded() (*Spans, *tracetest.SpanRecorder) {
	rec := tracetest.NewSpanRecorder()
	return New(telemetry.NewBus(), Options{Provider: sdk.NewTracerProvider(sdk.WithSpanProcessor(rec))}), rec
}

func TestCodeRunsInTheSpanOfItsTask(t *testing.T) {
	s, rec := recorded()
	s.begin(Start{Key: "t/attempt", Alias: "ann/t", Name: "attempt"})
	err := s.Run(s.In(t.Context(), "ann/t"), "agent", func(ctx context.Context) error {
		return s.Run(ctx, "inner", func(context.Context) error { return nil })
	})
	require.NoError(t, err)
	s.end(Stop{Key: "t/attempt"})
	all := rec.Ended()
	require.Len(t, all, 3)
	inner, agent, attempt := all[0], all[1], all[2]
	assert.Equal(t, agent.SpanContext().SpanID(), inner.Parent().SpanID())
	assert.Equal(t, attempt.SpanContext().SpanID(), agent.Parent().SpanID())
	assert.Equal(t, t.Context(), s.In(t.Context(), "ann/t"), "it has ended")
}

func TestErrorsAndPanicsMakeASpanAFailedOne(t *testing.T) {
	s, rec := recorded()
	broken := errors.New("broken")
	require.ErrorIs(t, s.Run(t.Context(), "a", func(context.Context) error { return broken }), broken)
	assert.PanicsWithValue(t, "jammed", func() { _ = s.Run(t.Context(), "b", func(context.Context) error { panic("jammed") }) })
	for i, why := range []string{"broken", "panic"} {
		assert.Equal(t, sdk.Status{Code: codes.Error, Description: why}, rec.Ended()[i].Status())
	}
}

func TestAMessageIsFollowedUpInATraceOfItsOwnWithALinkToItsSender(t *testing.T) {
	s, rec := recorded()
	var carried Trace
	require.NoError(t, s.Run(t.Context(), "sender", func(ctx context.Context) error { carried = TraceOf(ctx); return nil }))
	require.NotEmpty(t, carried)
	require.NoError(t, s.Run(t.Context(), "other", func(ctx context.Context) error {
		return s.Received(ctx, carried, "receiver", func(context.Context) error { return nil })
	}))
	sender, receiver := rec.Ended()[0], rec.Ended()[1]
	assert.NotEqual(t, sender.SpanContext().TraceID(), receiver.SpanContext().TraceID())
	assert.False(t, receiver.Parent().IsValid())
	require.Len(t, receiver.Links(), 1)
	assert.Equal(t, sender.SpanContext().SpanID(), receiver.Links()[0].SpanContext.SpanID())
	require.NoError(t, s.Received(t.Context(), "nonsense", "lone", func(context.Context) error { return nil }))
	assert.Empty(t, rec.Ended()[3].Links())
	assert.Empty(t, TraceOf(t.Context()))
}

func TestLinksReachSpansThatHaveEndedLatelyAndNoOthers(t *testing.T) {
	s, rec := recorded()
	s.begin(Start{Key: "t/attempt", Name: "attempt"})
	s.end(Stop{Key: "t/attempt"})
	s.begin(Start{Key: "t/attempt", Name: "attempt", Links: []string{"t/attempt", "nobody"}})
	s.begin(Start{Key: "t/wait", Name: "wait"})
	s.end(Stop{Key: "t/attempt", With: []string{"t/wait", "t/nothing"}})
	all := rec.Ended()
	require.Len(t, all, 3)
	require.Len(t, all[2].Links(), 1)
	assert.Equal(t, all[0].SpanContext().SpanID(), all[2].Links()[0].SpanContext.SpanID())
	for range remembered {
		s.begin(Start{Key: "other", Name: "other"})
		s.end(Stop{Key: "other"})
	}
	s.begin(Start{Key: "x", Name: "x", Links: []string{"t/attempt"}})
	s.end(Stop{Key: "x"})
	assert.Len(t, rec.Ended()[len(rec.Ended())-1].Links(), 1, "one key takes one place")
	for i := range remembered {
		key := string(rune('a'+i%26)) + string(rune(0x4e00+i))
		s.begin(Start{Key: key, Name: "other"})
		s.end(Stop{Key: key})
	}
	assert.Len(t, s.mu.recent, remembered)
	s.begin(Start{Key: "y", Name: "y", Links: []string{"t/attempt"}})
	s.end(Stop{Key: "y"})
	assert.Empty(t, rec.Ended()[len(rec.Ended())-1].Links())
}

func TestARequestFromElsewhereIsContinuedAndLinkedToWhatItLedTo(t *testing.T) {
	s, rec := recorded()
	s.begin(Start{Key: "t", Name: "task"})
	ctx := Trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").In(t.Context())
	require.NoError(t, s.Run(ctx, "intake", func(ctx context.Context) error {
		assert.True(t, s.Link(ctx, "t"))
		assert.False(t, s.Link(ctx, "nobody"))
		return nil
	}))
	s.end(Stop{Key: "t"})
	intake, task := rec.Ended()[0], rec.Ended()[1]
	assert.Equal(t, "4bf92f3577b34da6a3ce929d0e0e4736", intake.SpanContext().TraceID().String())
	assert.Equal(t, "00f067aa0ba902b7", intake.Parent().SpanID().String())
	require.Len(t, intake.Links(), 1)
	assert.Equal(t, task.SpanContext().SpanID(), intake.Links()[0].SpanContext.SpanID())
	assert.Equal(t, t.Context(), Trace("nonsense").In(t.Context()))
}

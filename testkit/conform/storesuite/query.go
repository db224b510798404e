// SPDX-License-Identifier: Apache-2.0

package storesuite

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/events"
)

// query is what a query must give: the log, filtered and turned round.
func (m *naive) query(q events.Query) (out []events.Event) {
	for _, e := range m.log {
		switch {
		case q.Stream != "" && e.Stream != q.Stream, q.Agent != "" && e.Agent != q.Agent,
			len(q.Types) > 0 && !slices.Contains(q.Types, e.Type),
			q.Correlation != events.ID{} && e.Correlation != q.Correlation,
			q.Causation != events.ID{} && e.Causation != q.Causation,
			e.Position < q.From, q.To > 0 && e.Position > q.To,
			!q.Since.IsZero() && e.At.Before(q.Since), !q.Until.IsZero() && !e.At.Before(q.Until):
		default:
			out = append(out, e)
		}
	}
	if q.Descending {
		slices.Reverse(out)
	}
	return out
}

// queries generates queries whose conditions meet often, over a log of n events stamped between two times.
func queries(n int, since, until time.Time) *rapid.Generator[events.Query] {
	return rapid.Custom(func(rt *rapid.T) events.Query {
		some := func(name string) bool { return rapid.IntRange(0, 2).Draw(rt, name) == 0 }
		q := events.Query{AllowScan: true, Limit: rapid.IntRange(0, 5).Draw(rt, "limit"), Descending: some("descending")}
		if some("by stream") {
			q.Stream = rapid.SampledFrom([]events.Stream{"a", "b", "none"}).Draw(rt, "stream")
		}
		if some("by agent") {
			q.Agent = rapid.SampledFrom([]string{"agent", "none"}).Draw(rt, "agent")
		}
		if some("by type") {
			q.Types = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"t", "u", "v", "none"}), 1, 3, rapid.ID).Draw(rt, "types")
		}
		if some("by correlation") {
			q.Correlation = number(rapid.Uint64Range(1, 3).Draw(rt, "correlation"))
		}
		if some("by causation") {
			q.Causation = number(rapid.Uint64Range(1, 60).Draw(rt, "causation"))
		}
		if some("from") {
			q.From = events.Position(rapid.IntRange(0, n+1).Draw(rt, "first"))
		}
		if some("to") {
			q.To = q.From + events.Position(rapid.IntRange(0, n).Draw(rt, "last"))
		}
		span := int(until.Sub(since)/time.Microsecond) + 2
		if some("since") && span > 0 {
			q.Since = since.Add(time.Duration(rapid.IntRange(-1, span).Draw(rt, "µs")) * time.Microsecond)
		}
		if some("until") && span > 0 {
			q.Until = since.Add(time.Duration(rapid.IntRange(-1, span).Draw(rt, "µs")) * time.Microsecond)
			if q.Until.Before(q.Since) {
				q.Until = q.Since
			}
		}
		return q
	})
}

// paged reads all pages of a query.
func paged(t require.TestingT, store events.Store, q events.Query) (out []events.Event) {
	for {
		p, err := store.Query(context.Background(), q)
		require.NoError(t, err, "%+v", q)
		require.LessOrEqual(t, len(p.Events), q.Size())
		out = append(out, p.Events...)
		if q.Cursor = p.Next; q.Cursor == "" {
			return out
		}
		require.NotEmpty(t, p.Events, "a page with a successor holds something")
	}
}

func querying(t *testing.T, h *bench) {
	const n = 1500
	for i := 0; i < n; i += 50 {
		ev := make([]events.New, 50)
		for k := range ev {
			ev[k] = h.fact([]string{"a", "b", "c"}[(i+k)%3], fmt.Sprint(i+k))
			ev[k].Agent = []string{"", "x", "y"}[(i+k)%5%3]
			ev[k].Correlation = number(uint64(5000 + (i+k)%100))
			ev[k].Causation = number(uint64((i + k) % 7))
		}
		h.now = h.now.Add(time.Second)
		h.append(to(events.Stream([]string{"even", "odd"}[i/50%2]), events.Any, ev...))
	}
	m := &naive{log: h.all()}
	at := m.log[777].At
	for _, q := range []events.Query{
		{},
		{Limit: 1000},
		{Descending: true},
		{Stream: "even"},
		{Stream: "even", From: 700, To: 1201, Limit: 10},
		{Stream: "odd", Descending: true, Limit: 333},
		{Agent: "x", Limit: events.MaxPage},
		{Agent: "x", Types: []string{"a", "c"}},
		{Types: []string{"b"}},
		{Types: []string{"c", "a", "none"}, Limit: 7, From: 1400},
		{Types: []string{"c", "a"}, Descending: true},
		{Correlation: number(5003)},
		{Correlation: number(5003), Causation: number(3)},
		{Correlation: number(5003), Stream: "odd", Agent: "y", Descending: true, Limit: 1},
		{Since: at, Limit: 13},
		{Until: at},
		{Since: at, Until: at.Add(time.Microsecond)},
		{Since: at.Add(-time.Nanosecond), Until: at.Add(time.Nanosecond)},
		{Since: at, Until: at},
		{From: 200, To: 200},
		{From: n + 1},
		{Causation: number(2), From: 3, Until: at},
		{Causation: number(2), AllowScan: true},
	} {
		want := m.query(q)
		got := paged(t, h.store, q)
		if len(want) == 0 {
			assert.Empty(t, got, "%+v", q)
		} else {
			assert.Equal(t, want, got, "%+v", q)
		}
	}
	p, err := h.store.Query(t.Context(), events.Query{Agent: "x", Limit: 10})
	require.NoError(t, err)
	assert.Equal(t, events.Position(n), p.Head)
	assert.Equal(t, p.Events[9].Position, p.Through, "a full page goes as far as its last event")
	h.append(to("odd", events.Any, h.fact("a", "")))
	p, err = h.store.Query(t.Context(), events.Query{Agent: "x", From: p.Head - 1})
	require.NoError(t, err)
	assert.Equal(t, events.Position(n+1), p.Through, "the last page goes to the head")
	assert.Empty(t, p.Next)
}

func queryRefusals(t *testing.T, h *bench) {
	h.append(to("s", events.Any, h.fact("a", ""), h.fact("a", ""), h.fact("a", "")))
	at := h.now
	_, err := h.store.Query(t.Context(), events.Query{Causation: number(1)})
	assert.ErrorIs(t, err, events.ErrScan)
	_, err = h.store.Query(t.Context(), events.Query{Causation: number(1), From: 1})
	assert.ErrorIs(t, err, events.ErrScan, "one end is not enough")
	p, err := h.store.Query(t.Context(), events.Query{Types: []string{"a"}, Limit: 1})
	require.NoError(t, err)
	require.NotEmpty(t, p.Next)
	_, err = h.store.Query(t.Context(), events.Query{
		Stream: "a\nb", Agent: "\xff", Types: []string{"", "a", "a"}, From: 3, To: 2,
		Since: at, Until: at.Add(-1), Limit: events.MaxPage + 1, Cursor: p.Next,
	})
	var fields []string
	for _, err := range unjoin(err) {
		var qe *events.QueryError
		if assert.ErrorAs(t, err, &qe) {
			fields = append(fields, qe.Field)
			assert.ErrorIs(t, err, events.ErrInvalid)
		}
	}
	assert.Equal(t, []string{"stream", "agent", "types[0]", "types[2]", "from", "since", "limit", "cursor"}, fields)
	_, err = h.store.Query(t.Context(), events.Query{Types: []string{"a"}, Cursor: "no cursor"})
	assert.ErrorIs(t, err, events.ErrInvalid)
}

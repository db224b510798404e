// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/events/memory"
)

// Whatever the data is, a line gives it back byte for byte.
func FuzzLineGivesTheEventBack(f *testing.F) {
	for _, s := range []string{"", "null", `{"a":1}`, `{"a": 1}`, "\"<\u2028>\"", "\xff", "1e999", `"\u003c"`, "[]\n", `{"a":1,"a":2}`} {
		f.Add([]byte(s), "type", "agent", uint64(7), int64(1_700_000_000_123_456))
	}
	f.Fuzz(func(t *testing.T, data []byte, kind, agent string, incarnation uint64, at int64) {
		e := events.Event{
			New:    events.New{ID: events.ID{1}, Type: kind, Schema: 1, Agent: agent, Context: events.AgentContext{Incarnation: incarnation}, Data: data},
			Stream: "s", Version: 3, Position: 9, At: time.UnixMicro(at).UTC(),
		}
		if (events.Append{Stream: e.Stream, Events: []events.New{e.New}}).Validate() != nil || e.At.Year() < 0 || e.At.Year() > 9999 {
			return // no store holds such an event
		}
		line, err := events.Line(e)
		require.NoError(t, err)
		assert.NotContains(t, string(line), "\n")
		got, err := events.ParseLine(line)
		require.NoError(t, err)
		assert.True(t, e.Same(got.New), "%s", line)
		assert.Equal(t, []any{e.Stream, e.Version, e.Position, e.At}, []any{got.Stream, got.Version, got.Position, got.At})
	})
}

// An import of anything ends with an answer, and what it restored can be verified.
func FuzzImportOfAnything(f *testing.F) {
	store := memory.New(memory.Options{Now: func() time.Time { return time.UnixMicro(1) }})
	_, err := store.AppendGroup(f.Context(), []events.Append{{Stream: "s", Events: []events.New{{ID: events.ID{1}, Type: "t", Data: []byte("1")}, {ID: events.ID{2}, Type: "t"}}}})
	require.NoError(f, err)
	var whole bytes.Buffer
	_, err = events.Export(&whole, store.ReadAll(f.Context(), 0))
	require.NoError(f, err)
	f.Add(whole.String())
	f.Add(strings.Replace(whole.String(), `"ver":1`, `"ver":7`, 1))
	f.Add(strings.Replace(whole.String(), `"pos":2`, `"pos":18446744073709551615`, 1))
	f.Add("{\"format\":\"mabeam.events\",\"version\":1}\n{}\n")
	f.Fuzz(func(t *testing.T, text string) {
		into := memory.New(memory.Options{})
		if _, err := events.Import(t.Context(), strings.NewReader(text), into); err != nil {
			var bad *events.ImportError
			require.ErrorAs(t, err, &bad)
			assert.Positive(t, bad.Line)
		}
		_, err := events.Verify(t.Context(), into)
		assert.NoError(t, err)
	})
}

// A cursor that did not come from a page of the query is refused, and never leads astray.
func FuzzCursorOfAnything(f *testing.F) {
	store := memory.New(memory.Options{})
	for i := range 5 {
		_, err := store.AppendGroup(f.Context(), []events.Append{{Stream: "s", Events: []events.New{{ID: number(i + 1), Type: "t"}}}})
		require.NoError(f, err)
	}
	p, err := store.Query(f.Context(), events.Query{Limit: 2})
	require.NoError(f, err)
	f.Add(string(p.Next), true)
	f.Add("x", false)
	f.Fuzz(func(t *testing.T, cursor string, down bool) {
		q := events.Query{Cursor: events.Cursor(cursor), Limit: 2, Descending: down}
		p, err := store.Query(t.Context(), q)
		if err != nil {
			assert.ErrorIs(t, err, events.ErrInvalid)
			return
		}
		for i, e := range p.Events {
			assert.Equal(t, "t", e.Type)
			assert.True(t, i == 0 || (e.Position > p.Events[i-1].Position) != down)
		}
	})
}

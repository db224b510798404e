// SPDX-License-Identifier: Apache-2.0

package storesuite

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
)

// other opens another empty store of the same kind, with a clock far behind.
func (h *bench) other() *bench {
	return newBench(h.t, Backend{Open: func(dir string, now func() time.Time) (events.Store, error) {
		return h.b.Open(dir, func() time.Time { return now().Add(-100 * time.Hour) })
	}})
}

func export(t *testing.T, h *bench) string {
	t.Helper()
	var b bytes.Buffer
	_, err := events.Export(&b, h.store.ReadAll(t.Context(), 0))
	require.NoError(t, err)
	return b.String()
}

func exporting(t *testing.T, h *bench) {
	ctx := t.Context()
	odd := []events.New{
		{
			ID: number(7001), Type: "order.placed", Schema: 3, Agent: "agent/ü", Context: events.AgentContext{Incarnation: 1 << 62, Kind: "<k>"},
			Correlation: number(5), Causation: number(6), Metadata: map[string]string{"a": "<&>\u2028", "": ""}, Data: []byte(`{"a":"<\u003c&>","n":1e400}`),
		},
		{ID: number(7002), Type: "t", Data: []byte(`{ "spaced": true }`)},
		{ID: number(7003), Type: "t", Data: []byte("null")},
		{ID: number(7004), Type: "t", Data: []byte("\x00\xff{")},
		{ID: number(7005), Type: "t", Data: []byte("\"\u2028\xff\"")},
		{ID: number(7006), Type: "t", Data: []byte(`"text"`)},
		{ID: number(7007), Type: "t"},
	}
	h.append(to("odd", events.Any, odd...))
	h.fill(2500)
	_, err := h.store.Remove(ctx, events.Removal{Stream: "a", Before: 301})
	require.NoError(t, err)
	all := h.all()
	text := export(t, h)
	assert.Equal(t, len(all)+2, strings.Count(text, "\n"), "a line for each event, one before and one behind")

	copied := h.other()
	got, err := events.Import(ctx, strings.NewReader(text), copied.store.(events.Restorer))
	require.NoError(t, err)
	assert.Equal(t, events.Exported{Events: len(all), Last: all[len(all)-1].Position}, got)
	require.Equal(t, all, copied.all())
	_, err = collect(copied.store.Read(ctx, "a", 300))
	assert.ErrorIs(t, err, events.ErrCompacted, "what was removed stays removed")
	assert.Len(t, copied.stream("a"), len(h.stream("a")))
	assert.Equal(t, text, export(t, copied), "an export of the copy is the same")
	_, err = events.Import(ctx, strings.NewReader(text), copied.store.(events.Restorer))
	require.NoError(t, err, "again, as after a crash")
	require.Equal(t, all, copied.all())
	where := copied.append(to("odd", events.Exact(7), h.fact("x", "")))
	assert.Equal(t, all[len(all)-1].Position+1, where.First)
	assert.False(t, copied.all()[len(all)].At.Before(all[len(all)-1].At), "stamps never fall, whatever the clock says")
	for _, s := range []*bench{h, copied} {
		seen, err := events.Verify(ctx, s.store)
		require.NoError(t, err)
		assert.Equal(t, 3, seen.Streams)
	}

	for name, change := range map[string]func(*events.Event){
		"content": func(e *events.Event) { e.Data = []byte("other") },
		"stamp":   func(e *events.Event) { e.At = e.At.Add(time.Second) },
		"id":      func(e *events.Event) { e.ID = number(12345) },
	} {
		e := all[3].Clone()
		change(&e)
		_, err := copied.store.(events.Restorer).Restore(ctx, []events.Event{e})
		assert.ErrorIs(t, err, events.ErrIDConflict, name)
	}
	last := copied.all()[len(all)]
	next := last
	next.Position, next.ID = last.Position+5, number(12346)
	for name, c := range map[string]struct {
		change func(*events.Event)
		want   error
	}{
		"a hole in the stream": {func(e *events.Event) { e.Version += 2 }, events.ErrVersion},
		"an id in use":         {func(e *events.Event) { e.ID = last.ID; e.Version++ }, events.ErrIDConflict},
		"an earlier stamp":     {func(e *events.Event) { e.Version++; e.At = epoch.Add(-time.Hour) }, events.ErrInvalid},
		"no position":          {func(e *events.Event) { e.Version++; e.Position = 1 << 63 }, events.ErrInvalid},
		"no version":           {func(e *events.Event) { e.Version = 0 }, events.ErrInvalid},
		"too fine a stamp":     {func(e *events.Event) { e.Version++; e.At = e.At.Add(1) }, events.ErrInvalid},
		"a bad type":           {func(e *events.Event) { e.Version++; e.Type = "" }, events.ErrInvalid},
	} {
		e := next
		c.change(&e)
		_, err := copied.store.(events.Restorer).Restore(ctx, []events.Event{e})
		assert.ErrorIs(t, err, c.want, name)
	}
	assert.Len(t, copied.all(), len(all)+1, "nothing of a refused batch is restored")
}

func badExports(t *testing.T, h *bench) {
	ctx := t.Context()
	h.fill(100)
	text := export(t, h)
	lines := strings.SplitAfter(text, "\n")
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"empty":             {"", 1},
		"something else":    {"{\"format\":\"other\"}\n", 1},
		"a later form":      {"{\"format\":\"mabeam.events\",\"version\":2}\n", 1},
		"cut":               {text[:len(text)/2], 0},
		"without its end":   {strings.Join(lines[:len(lines)-2], ""), 102},
		"a line is missing": {strings.Join(append(append([]string{}, lines[:20]...), lines[21:]...), ""), 0},
		"a byte is changed": {strings.Replace(text, `"data":49`, `"data":51`, 1), 102},
		"not JSON":          {strings.Replace(text, `"data":49`, `"data":5x`, 1), 0},
		"not an id":         {strings.Replace(text, `"id":"0`, `"id":"g`, 1), 2},
	} {
		copied := h.other()
		_, err := events.Import(ctx, strings.NewReader(c.text), copied.store.(events.Restorer))
		var bad *events.ImportError
		if assert.ErrorAs(t, err, &bad, name) && c.line > 0 {
			assert.Equal(t, c.line, bad.Line, name)
		}
	}
}

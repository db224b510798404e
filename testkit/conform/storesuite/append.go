// SPDX-License-Identifier: Apache-2.0

package storesuite

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
)

func roundTrip(t *testing.T, h *bench) {
	full := events.New{
		ID: number(77), Type: "task.accepted", Schema: 3, Agent: "agent/ü", Context: events.AgentContext{Incarnation: 7, Kind: "reviewer", Node: "node<1>", Capability: "review", Health: "degraded"}, Correlation: number(5), Causation: number(6),
		Metadata: map[string]string{"zeta": "1", "alpha": "<&>", "": "empty key"}, Data: []byte("{\"a\":1}\x00\xff"),
	}
	bare := events.New{ID: number(78), Type: "t"}
	large := events.New{ID: number(79), Type: "t", Data: []byte(strings.Repeat("x", events.MaxData))}
	where := h.append(to("a/b ü", events.NoStream, full, bare, large))
	got := h.stream("a/b ü")
	require.Len(t, got, 3)
	for i, want := range []events.New{full, bare, large} {
		assert.True(t, got[i].Same(want), "content of event %d", i)
		assert.Equal(t, events.Stream("a/b ü"), got[i].Stream)
		assert.Equal(t, events.Version(i+1), got[i].Version)
		assert.Equal(t, where.First+events.Position(i), got[i].Position)
		assert.Equal(t, h.now, got[i].At)
		assert.Equal(t, time.UTC, got[i].At.Location())
	}
	assert.Equal(t, uint32(1), got[1].Schema, "schema 0 is stored as 1")
	assert.Equal(t, got, h.all())
}

func order(t *testing.T, h *bench) {
	var last events.Position
	for i := range 40 {
		s := events.Stream([]string{"x", "y", "z"}[i%3])
		where := h.append(to(s, events.Any, h.fact("a", "1"), h.fact("b", "2")))
		assert.Greater(t, where.First, last)
		assert.Greater(t, where.Last, where.First)
		assert.Equal(t, events.Version(2*(i/3)+2), where.Version)
		last = where.Last
	}
	head, err := h.store.Head(t.Context())
	require.NoError(t, err)
	assert.Equal(t, last, head)
	next := map[events.Stream]events.Version{}
	last = 0
	for _, e := range h.all() {
		assert.Greater(t, e.Position, last)
		last = e.Position
		next[e.Stream]++
		assert.Equal(t, next[e.Stream], e.Version)
	}
	st := h.store.Stats()
	assert.Equal(t, uint64(40), st.Groups)
	assert.Equal(t, uint64(80), st.Events)
	assert.Equal(t, head, st.Head)
}

func expectations(t *testing.T, h *bench) {
	h.append(to("two", events.Any, h.fact("a", ""), h.fact("b", "")))
	for _, c := range []struct {
		stream events.Stream
		expect events.Expect
		ok     bool
	}{
		{"two", events.NoStream, false},
		{"two", events.Exact(0), false},
		{"two", events.Exact(1), false},
		{"two", events.Exact(3), false},
		{"two", events.Exact(1 << 63), false},
		{"none1", events.Exists, false},
		{"none2", events.Exact(1), false},
		{"two", events.Exact(2), true},
		{"two", events.Exists, true},
		{"two", events.Any, true},
		{"none3", events.NoStream, true},
		{"none4", events.Exact(0), true},
		{"none5", events.Any, true},
	} {
		before := len(h.stream(c.stream))
		out := h.group(to(c.stream, c.expect, h.fact("c", "")))
		if c.ok {
			assert.NoError(t, out[0].Err, "%s on %q", c.expect, c.stream)
			assert.Len(t, h.stream(c.stream), before+1)
			continue
		}
		var ve *events.VersionError
		if assert.ErrorAs(t, out[0].Err, &ve, "%s on %q", c.expect, c.stream) {
			assert.ErrorIs(t, ve, events.ErrVersion)
			assert.Equal(t, &events.VersionError{Stream: c.stream, Want: c.expect, Have: events.Version(before)}, ve)
		}
		assert.Len(t, h.stream(c.stream), before)
	}
}

func isolation(t *testing.T, h *bench) {
	taken := h.fact("a", "1")
	h.append(to("s", events.Any, taken))
	other := taken
	other.Data = []byte("2")
	twice := h.fact("t", "")
	out := h.group(
		to("s", events.Exact(1), h.fact("b", "")),   // accepted
		to("s", events.Exact(1), h.fact("c", "")),   // the one before has moved the stream
		to("s", events.Any, other),                  // conflict with a stored id
		to("", events.Any, h.fact("d", "")),         // malformed
		to("s", events.Exact(2), h.fact("e", "")),   // accepted: the refused ones did not count
		to("n", events.NoStream, twice),             // accepted
		to("n", events.NoStream, twice),             // repeats its neighbour
		to("n", events.NoStream, h.fact("f", "")),   // the stream exists by now
		to("m", events.Exists, h.fact("g", "")),     // no such stream
		to("m", events.NoStream, h.fact("h", "")),   // accepted
		to("s", events.Any, taken),                  // repeats a stored one
		to("x", events.Any, taken),                  // same id in another stream
		to("s", events.Any, taken, h.fact("i", "")), // partly known
	)
	wants := []error{nil, events.ErrVersion, events.ErrIDConflict, events.ErrInvalid, nil, nil, nil, events.ErrVersion, events.ErrVersion, nil, nil, events.ErrIDConflict, events.ErrIDConflict}
	for i, want := range wants {
		if want == nil {
			assert.NoError(t, out[i].Err, "append %d", i)
		} else {
			assert.ErrorIs(t, out[i].Err, want, "append %d", i)
		}
	}
	assert.True(t, out[6].Repeated)
	assert.Equal(t, out[5].First, out[6].First)
	assert.Equal(t, events.Appended{First: 1, Last: 1, Version: 1, Repeated: true}, out[10].Appended)
	kinds := func(s events.Stream) (k string) {
		for _, e := range h.stream(s) {
			k += e.Type
		}
		return k
	}
	assert.Equal(t, "abe", kinds("s"))
	assert.Equal(t, "t", kinds("n"))
	assert.Equal(t, "h", kinds("m"))
	assert.Equal(t, "", kinds("x"))
	st := h.store.Stats()
	assert.Equal(t, []uint64{5, 2, 7}, []uint64{st.Appends, st.Repeated, st.Rejected})
}

func repetition(t *testing.T, h *bench) {
	ev := []events.New{h.fact("a", "1"), h.fact("b", "2")}
	ev[0].Metadata = map[string]string{"k": "v", "l": "w"}
	first := h.append(to("s", events.NoStream, ev...))
	assert.False(t, first.Repeated)
	h.append(to("s", events.Any, h.fact("c", "3")))
	h.append(to("other", events.Any, h.fact("c", "3")))
	again := h.append(to("s", events.NoStream, ev...)) // the stream exists by now, and still the answer is the original one
	assert.True(t, again.Repeated)
	first.Repeated = true
	assert.Equal(t, first, again)
	single := h.append(to("s", events.Any, ev[1]))
	assert.Equal(t, events.Appended{First: first.Last, Last: first.Last, Version: 2, Repeated: true}, single)
	assert.Len(t, h.all(), 4)
}

func conflicts(t *testing.T, h *bench) {
	base := events.New{ID: number(900), Type: "a", Agent: "x", Correlation: number(901), Causation: number(902), Metadata: map[string]string{"k": "v"}, Data: []byte("1")}
	next := events.New{ID: number(903), Type: "b"}
	h.append(to("s", events.Any, base, next))
	changed := map[string]func(*events.New){
		"type":        func(n *events.New) { n.Type = "z" },
		"schema":      func(n *events.New) { n.Schema = 2 },
		"context":     func(n *events.New) { n.Context.Kind = "k" },
		"agent":       func(n *events.New) { n.Agent = "" },
		"correlation": func(n *events.New) { n.Correlation = events.ID{} },
		"causation":   func(n *events.New) { n.Causation = number(1) },
		"metadata":    func(n *events.New) { n.Metadata = map[string]string{"k": "w"} },
		"data":        func(n *events.New) { n.Data = nil },
	}
	for name, change := range changed {
		n := base
		change(&n)
		var ce *events.ConflictError
		if assert.ErrorAs(t, h.group(to("s", events.Any, n))[0].Err, &ce, name) {
			assert.Equal(t, &events.ConflictError{Stream: "s", ID: base.ID, At: 1}, ce, name)
			assert.ErrorIs(t, ce, events.ErrIDConflict)
		}
	}
	assert.ErrorIs(t, h.group(to("r", events.Any, base))[0].Err, events.ErrIDConflict, "other stream")
	assert.ErrorIs(t, h.group(to("s", events.Any, next, base))[0].Err, events.ErrIDConflict, "other order")
	assert.ErrorIs(t, h.group(to("s", events.Any, base, h.fact("c", "")))[0].Err, events.ErrIDConflict, "partly new, new one last")
	assert.ErrorIs(t, h.group(to("s", events.Any, h.fact("c", ""), base))[0].Err, events.ErrIDConflict, "partly new, new one first")
	assert.Len(t, h.all(), 2)
}

func malformed(t *testing.T, h *bench) {
	good := h.fact("a", "")
	long := strings.Repeat("n", events.MaxName+1)
	bad := []events.New{
		{ID: events.ID{}, Type: ""},
		{ID: number(500), Type: long, Agent: "a\nb"},
		{ID: number(500), Type: "\xff", Data: make([]byte, events.MaxData+1)},
		{ID: number(501), Type: "t", Metadata: map[string]string{"k": strings.Repeat("v", events.MaxMetadata)}},
		{ID: number(502), Type: "t", Metadata: map[string]string{"k": "\xfe"}},
		{ID: number(503), Type: "t", Context: events.AgentContext{Kind: "\xff", Health: "a\tb"}},
	}
	out := h.group(to("a\x00b", events.Expect(-9), bad...), to("s", events.Any), to("s", events.Any, good))
	var fields []string
	for _, err := range unjoin(out[0].Err) {
		var fe *events.FieldError
		if assert.ErrorAs(t, err, &fe) {
			fields = append(fields, fe.Field)
			assert.ErrorIs(t, err, events.ErrInvalid)
		}
	}
	assert.Equal(t, []string{
		"stream", "expect", "events[0].id", "events[0].type", "events[1].type", "events[1].agent",
		"events[2].id", "events[2].type", "events[2].data", "events[3].metadata", "events[4].metadata",
		"events[5].context.kind", "events[5].context.health",
	}, fields)
	assert.ErrorIs(t, out[1].Err, events.ErrInvalid, "no events")
	assert.NoError(t, out[2].Err)
	many := make([]events.New, events.MaxEvents+1)
	for i := range many {
		many[i] = h.fact("m", "")
	}
	assert.ErrorIs(t, h.group(to("s", events.Any, many...))[0].Err, events.ErrInvalid, "too many events")
	var heavy []events.New
	for range events.MaxAppend/events.MaxData + 1 {
		heavy = append(heavy, h.fact("h", strings.Repeat("x", events.MaxData)))
	}
	assert.ErrorIs(t, h.group(to("s", events.Any, heavy...))[0].Err, events.ErrInvalid, "too many bytes")
	assert.Len(t, h.all(), 1)
}

// unjoin gives the parts of a joined error.
func unjoin(err error) []error {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		return many.Unwrap()
	}
	return []error{err}
}

func stamps(t *testing.T, h *bench) {
	var last time.Time
	for _, step := range []time.Duration{0, time.Second, -time.Hour, 0, 59 * time.Minute, 2 * time.Minute, 999 * time.Nanosecond} {
		h.now = h.now.Add(step)
		h.append(to("s", events.Any, h.fact("a", "")))
		e := h.all()
		at := e[len(e)-1].At
		assert.False(t, at.Before(last), "stamp fell from %s to %s", last, at)
		want := h.now.Truncate(time.Microsecond)
		if want.Before(last) {
			want = last
		}
		assert.Equal(t, want, at)
		last = at
	}
}

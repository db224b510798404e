// SPDX-License-Identifier: Apache-2.0

package storesuite

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
)

func tracing(t *testing.T, h *bench) {
	c := number(4000)
	link := func(kind string, cause events.ID) events.New {
		n := h.fact(kind, "")
		n.Correlation, n.Causation = c, cause
		return n
	}
	root := link("root", events.ID{})
	left, right := link("left", root.ID), link("right", root.ID)
	leaf := link("leaf", left.ID)
	lost := link("orphan", number(4999))
	self := link("self", events.ID{})
	self.Causation = self.ID
	below := link("below", lost.ID)
	other := h.fact("other", "")
	other.Correlation = number(4001)
	h.append(to("a", events.Any, root, left, other))
	h.append(to("b", events.Any, right, lost, leaf, self, below))
	trace, err := events.TraceOf(t.Context(), h.store, c)
	require.NoError(t, err)
	var shape []string
	for depth, e := range trace.Walk() {
		shape = append(shape, strings.Repeat(".", depth)+e.Type)
	}
	assert.Equal(t, []string{"root", ".left", "..leaf", ".right", "orphan", ".below", "self"}, shape)
	assert.Equal(t, []int{1, 2, 7}, []int{len(trace.Roots), len(trace.Orphans), len(trace.Events)})
	trace, err = events.TraceOf(t.Context(), h.store, number(7777))
	require.NoError(t, err)
	assert.Empty(t, trace.Events)
	_, err = events.TraceOf(t.Context(), h.store, events.ID{})
	assert.ErrorIs(t, err, events.ErrInvalid)
}

func sweeping(t *testing.T, h *bench) {
	ctx := t.Context()
	start := h.now
	for i := range 30 { // 3,000 positions, a hundred each second
		h.now = start.Add(time.Duration(i) * time.Second)
		for _, s := range []events.Stream{"telemetry/a", "telemetry/b", "domain", "counted", "sized"} {
			var ev []events.New
			for range 20 {
				ev = append(ev, h.fact("x", "0123456789"))
			}
			h.append(to(s, events.Any, ev...))
		}
	}
	size := int64(events.New{Type: "x", Data: []byte("0123456789")}.Size())
	keep := events.Retention{Classes: []events.Class{
		{Name: "telemetry", Prefixes: []string{"telemetry/"}, MaxAge: 15 * time.Second, Unowned: true},
		{Name: "counted", Prefixes: []string{"counted"}, MaxEvents: 300},
		{Name: "sized", Prefixes: []string{"sized"}, MaxBytes: 450 * size, Forced: true},
		{Name: "rest", Prefixes: []string{""}},
	}}
	first := func() (out []events.Version) {
		infos, err := h.store.Streams(ctx, "", 10)
		require.NoError(t, err)
		for _, i := range infos {
			out = append(out, i.First)
		}
		return out
	}
	sweep := func(r events.Retention) events.Swept {
		t.Helper()
		got, err := r.Sweep(ctx, h.store, h.now)
		require.NoError(t, err)
		return got
	}
	sweep(events.Retention{})
	assert.Equal(t, []events.Version{1, 1, 1, 1, 1}, first(), "nothing is removed that no class gives up")

	require.NoError(t, h.store.PutBookmark(ctx, events.Bookmark{Name: "reader", Position: 500}))
	require.NoError(t, h.store.PutBookmark(ctx, events.Bookmark{Name: events.UpkeepPrefix + "x", Position: 1}))
	held := keep
	held.Hold = 301
	got := sweep(held) // counted, domain, sized, telemetry/a, telemetry/b
	assert.Equal(t, []events.Version{1, 1, 61, 61, 61}, first())
	assert.Equal(t, events.Swept{
		Streams: 5, Cut: 3, Events: 180, Bytes: 180 * size, Slowest: events.Bookmark{Name: "reader", Position: 500},
		Held: map[events.Guard]int{events.GuardSnapshot: 1, events.GuardHold: 3},
	}, got)

	got = sweep(keep)
	assert.Equal(t, []events.Version{1, 1, 151, 101, 101}, first(), "forced goes beyond the bookmark")
	assert.Equal(t, map[events.Guard]int{events.GuardSnapshot: 1, events.GuardBookmark: 2}, got.Held)

	require.NoError(t, h.store.DropBookmark(ctx, "reader"))
	require.NoError(t, h.store.PutSnapshot(ctx, events.Snap{Stream: "counted", Version: 200}))
	got = sweep(keep)
	assert.Equal(t, []events.Version{201, 1, 151, 281, 281}, first())
	assert.Equal(t, map[events.Guard]int{events.GuardSnapshot: 1}, got.Held)
	assert.Equal(t, events.Bookmark{}, got.Slowest)

	require.NoError(t, h.store.PutSnapshot(ctx, events.Snap{Stream: "counted", Version: 600}))
	s, err := events.NewSweep(keep, h.now.Add(time.Hour))
	require.NoError(t, err)
	steps := 0
	for done := false; !done; steps++ {
		before := s.Swept().Events
		done, err = s.Step(ctx, h.store)
		require.NoError(t, err)
		assert.LessOrEqual(t, s.Swept().Events-before, events.MaxBatch)
	}
	assert.Equal(t, 4, steps, "a batch a step")
	assert.Equal(t, events.Version(301), first()[0])
	for _, i := range first()[3:] {
		assert.Equal(t, events.Version(601), i, "everything is too old")
	}
	assert.Len(t, h.stream("domain"), 600)
	assert.Empty(t, h.stream("telemetry/a"))
	where := h.append(to("telemetry/a", events.Exact(600), h.fact("x", "")))
	assert.Equal(t, events.Version(601), where.Version)

	_, err = events.Retention{Classes: []events.Class{{}, {Name: "a", Prefixes: []string{"x"}, MaxAge: -1}, {Name: "a", Prefixes: []string{"x"}}}}.Sweep(ctx, h.store, h.now)
	assert.ErrorIs(t, err, events.ErrInvalid)
	assert.Len(t, unjoin(err), 4)
}

// grown is version 3 of a type: each version multiplied the number by ten.
type grown struct {
	N int `json:"n"`
}

func tenfold(data []byte) ([]byte, error) {
	var g grown
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, err
	}
	return json.Marshal(grown{10 * g.N})
}

func migrating(t *testing.T, h *bench) {
	ctx := t.Context()
	c := events.NewCatalog()
	kind := events.MustRegister[grown](c, events.Schema{Name: "grown", Version: 3, Required: []string{"n"}, Upcasts: map[uint32]events.Upcast{1: tenfold, 2: tenfold}})
	const n = 3 * events.MigrationBatch / 2
	for i := range n {
		e := h.fact("grown", fmt.Sprintf(`{"n":%d}`, i))
		e.Schema = uint32(i%4 + 1) // versions 1 to 4; 4 is of a later release
		other := h.fact("other", "no JSON")
		h.append(to("s", events.Any, e, other))
	}
	before := h.all()
	value := func(e events.Event) int {
		g, err := kind.Decode(e)
		require.NoError(t, err)
		return g.N
	}
	m := events.NewMigration(c)
	done, err := m.Step(ctx, h.store)
	require.NoError(t, err)
	assert.False(t, done)
	assert.Equal(t, events.MigrationBatch, m.Migrated().Seen)
	late := h.fact("grown", `{"n":7}`)
	h.append(to("s", events.Any, late)) // an old release still writes
	again, err := c.Migrate(ctx, h.store)
	require.NoError(t, err)
	assert.Equal(t, n+1-events.MigrationBatch, again.Seen, "a new run goes on where the last one stopped")
	head, err := h.store.Head(ctx)
	require.NoError(t, err)
	assert.Equal(t, head, again.Through)
	after := h.all()
	var changed []events.Event
	for i, e := range before {
		got := after[i]
		if e.Type != "grown" || e.Schema >= 3 {
			assert.Equal(t, e, got)
			continue
		}
		changed = append(changed, e)
		assert.Equal(t, uint32(3), got.Schema)
		assert.Equal(t, value(e), value(got), "the meaning stays")
		got.Schema, got.Data = e.Schema, e.Data
		assert.Equal(t, e, got, "only schema and data change")
	}
	assert.Equal(t, 700, value(after[len(after)-1]))
	old, err := collect(h.store.Originals(ctx, 0))
	require.NoError(t, err)
	assert.Equal(t, changed, old[:len(old)-1])
	assert.Equal(t, len(changed)+1, m.Migrated().Rewritten+again.Rewritten)
	empty, err := c.Migrate(ctx, h.store)
	require.NoError(t, err)
	assert.Equal(t, events.Migrated{Through: head}, empty)

	h.append(to("s", events.Any, h.fact("grown", `{"n":"no number"}`)))
	_, err = c.Migrate(ctx, h.store)
	var bad *events.MigrationError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, head+1, bad.Position)
	marks, err := h.store.Bookmarks(ctx)
	require.NoError(t, err)
	assert.False(t, slices.ContainsFunc(marks, func(b events.Bookmark) bool { return !strings.HasPrefix(b.Name, events.UpkeepPrefix) }))
}

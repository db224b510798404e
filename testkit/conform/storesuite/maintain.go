// SPDX-License-Identifier: Apache-2.0

package storesuite

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
)

func bookmarks(t *testing.T, h *bench) {
	ctx := t.Context()
	got, err := h.store.Bookmarks(ctx)
	require.NoError(t, err)
	assert.Empty(t, got)
	for _, b := range []events.Bookmark{{Name: "z", Position: 3}, {Name: "ä/b", Position: 9}, {Name: "a", Position: 1}, {Name: "z", Position: 2}} {
		require.NoError(t, h.store.PutBookmark(ctx, b))
	}
	require.NoError(t, h.store.DropBookmark(ctx, "a"))
	require.NoError(t, h.store.DropBookmark(ctx, "unknown"))
	got, err = h.store.Bookmarks(ctx)
	require.NoError(t, err)
	assert.Equal(t, []events.Bookmark{{Name: "z", Position: 2}, {Name: "ä/b", Position: 9}}, got)
	assert.ErrorIs(t, h.store.PutBookmark(ctx, events.Bookmark{Name: "a\nb"}), events.ErrInvalid)
	assert.ErrorIs(t, h.store.PutBookmark(ctx, events.Bookmark{Name: "a", Position: 1 << 63}), events.ErrInvalid)
}

func listing(t *testing.T, h *bench) {
	size := func(ev ...events.New) (sum int64) {
		for _, e := range ev {
			sum += int64(e.Size())
		}
		return sum
	}
	b1, b2, a1, c1 := h.fact("x", "12345"), h.fact("x", ""), h.fact("y", "1"), h.fact("z", "22")
	b2.Metadata = map[string]string{"key": "value"}
	h.append(to("b", events.Any, b1, b2))
	h.append(to("a", events.Any, a1))
	h.append(to("c", events.Any, c1))
	require.NoError(t, h.store.PutSnapshot(t.Context(), events.Snap{Stream: "b", Version: 1}))
	want := []events.StreamInfo{
		{Stream: "a", First: 1, Last: 1, Bytes: size(a1)},
		{Stream: "b", First: 1, Last: 2, Bytes: size(b1, b2), Snapshot: 1},
		{Stream: "c", First: 1, Last: 1, Bytes: size(c1)},
	}
	got, err := h.store.Streams(t.Context(), "", 10)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	got, err = h.store.Streams(t.Context(), "a", 1)
	require.NoError(t, err)
	assert.Equal(t, want[1:2], got)
}

// fill appends n events in turn to streams "a" (types x and y) and "b" (type z).
func (h *bench) fill(n int) {
	for i := 0; i < n; i += 100 {
		ev := [2][]events.New{}
		for k := range 50 {
			ev[0] = append(ev[0], h.fact([]string{"x", "y"}[k%2], fmt.Sprint(i+k)))
			ev[1] = append(ev[1], h.fact("z", fmt.Sprint(i+k)))
		}
		ev[0][0].Correlation = number(9000)
		h.now = h.now.Add(time.Second)
		h.append(to("a", events.Any, ev[0]...))
		h.append(to("b", events.Any, ev[1]...))
	}
}

func removing(t *testing.T, h *bench) {
	ctx := t.Context()
	h.fill(2500)
	all := h.all()
	kept := h.stream("a")
	info := func() events.StreamInfo {
		got, err := h.store.Streams(ctx, "", 1)
		require.NoError(t, err)
		require.Len(t, got, 1)
		return got[0]
	}
	before := info()
	var bytes int64
	remove := func(r events.Removal, n int) {
		t.Helper()
		r.Stream = "a"
		got, err := h.store.Remove(ctx, r)
		require.NoError(t, err)
		for _, e := range kept[:n] {
			bytes += int64(e.Size())
			got.Bytes -= int64(e.Size())
		}
		kept = kept[n:]
		assert.Equal(t, events.Removed{Events: n, First: kept[0].Version}, got)
		i := info()
		assert.Equal(t, events.StreamInfo{Stream: "a", First: kept[0].Version, Last: before.Last, Bytes: before.Bytes - bytes, Removed: i.Removed}, i)
	}
	remove(events.Removal{Before: 1}, 0)
	remove(events.Removal{Before: 101}, 100)
	remove(events.Removal{Before: 101}, 0)
	remove(events.Removal{Before: 400, Limit: 7}, 7)
	got, err := h.store.Remove(ctx, events.Removal{Stream: "unknown", Before: 5})
	require.NoError(t, err)
	assert.Zero(t, got)

	assert.Equal(t, kept, h.stream("a"), "0 reads what is kept")
	_, err = collect(h.store.Read(ctx, "a", kept[0].Version-1))
	var gone *events.CompactedError
	require.ErrorAs(t, err, &gone)
	assert.ErrorIs(t, err, events.ErrCompacted)
	assert.Equal(t, kept[0].Version, gone.Version)
	assert.Equal(t, info().Removed+1, gone.First)
	rest, err := collect(h.store.Read(ctx, "a", kept[0].Version))
	assert.NoError(t, err)
	assert.Equal(t, kept, rest)
	hole := info().Removed
	_, err = collect(h.store.ReadAll(ctx, hole))
	assert.ErrorIs(t, err, events.ErrCompacted)
	rest, err = collect(h.store.ReadAll(ctx, hole+1))
	assert.NoError(t, err)
	assert.Equal(t, all[hole:], rest, "positions stay")
	assert.Len(t, h.all(), 2500-107)

	m := &naive{log: h.all()}
	for _, c := range []struct {
		q     events.Query
		whole bool
	}{
		{events.Query{Stream: "a"}, false},
		{events.Query{Stream: "a", From: hole + 1}, true},
		{events.Query{Stream: "b"}, true},
		{events.Query{Types: []string{"z"}}, true},
		{events.Query{Types: []string{"x", "z"}}, false},
		{events.Query{}, false},
		{events.Query{Correlation: number(9000)}, false},
		{events.Query{From: hole + 1, Limit: 9}, true},
		{events.Query{Stream: "b", Descending: true, Limit: 1000}, true},
	} {
		assert.Equal(t, m.query(c.q), paged(t, h.store, c.q), "%+v", c.q)
		c.q.Complete = true
		if c.whole {
			assert.Equal(t, m.query(c.q), paged(t, h.store, c.q), "%+v", c.q)
			continue
		}
		_, err := h.store.Query(ctx, c.q)
		assert.ErrorIs(t, err, events.ErrCompacted, "%+v", c.q)
	}

	remove(events.Removal{Before: 1 << 40}, 1000-107) // positions up to 2000 may go, those of "a" among them are 1,000; the limit is not reached
	assert.Less(t, info().Removed, events.Removable(2500))
	where := h.append(to("a", events.Exact(before.Last), h.fact("x", "")))
	assert.Equal(t, before.Last+1, where.Version)
	assert.Equal(t, events.Position(2501), where.First, "nothing is given again")
	again := h.append(to("b", events.Any, events.New{ID: all[0].ID, Type: "free"}))
	assert.False(t, again.Repeated, "the id of a removed event is forgotten")
	require.NoError(t, h.store.PutSnapshot(ctx, events.Snap{Stream: "a", Version: 5}), "an old snapshot is still one")
}

func rewriting(t *testing.T, h *bench) {
	ctx := t.Context()
	h.fill(100)
	all := h.all()
	first, second := all[0], all[1]
	n, err := h.store.Rewrite(ctx, []events.Rewrite{{Old: first, Schema: 2, Data: []byte("new")}, {Old: second, Schema: 3}})
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	want := func(i int, schema uint32, data []byte) {
		t.Helper()
		e := all[i]
		e.Schema, e.Data = schema, data
		assert.Equal(t, e, h.all()[i])
	}
	want(0, 2, []byte("new"))
	want(1, 3, nil)
	n, err = h.store.Rewrite(ctx, []events.Rewrite{{Old: first, Schema: 2, Data: []byte("again")}})
	require.NoError(t, err)
	assert.Zero(t, n, "stored differently by now")
	n, err = h.store.Rewrite(ctx, []events.Rewrite{{Old: events.Event{New: first.New, Stream: "a", Version: 1, Position: 9999}, Schema: 2}})
	require.NoError(t, err)
	assert.Zero(t, n, "not there")
	_, err = h.store.Rewrite(ctx, []events.Rewrite{{Old: first, Schema: 1}})
	assert.ErrorIs(t, err, events.ErrInvalid)
	n, err = h.store.Rewrite(ctx, []events.Rewrite{{Old: h.all()[0], Schema: 4, Data: []byte("newer")}})
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	want(0, 4, []byte("newer"))

	old, err := collect(h.store.Originals(ctx, 0))
	require.NoError(t, err)
	assert.Equal(t, []events.Event{first, second}, old, "the first original is the one that is kept")
	again := h.append(to("a", events.NoStream, first.New, second.New))
	assert.True(t, again.Repeated, "a repetition is compared with what was appended")
	require.NoError(t, h.store.Confirm(ctx, first.Position))
	old, err = collect(h.store.Originals(ctx, 0))
	require.NoError(t, err)
	assert.Equal(t, []events.Event{second}, old)
	require.NoError(t, h.store.Confirm(ctx, 1<<62))
	old, err = collect(h.store.Originals(ctx, 0))
	require.NoError(t, err)
	assert.Empty(t, old)
	want(0, 4, []byte("newer"))
}

// removingAhead: another stream's hole, further behind, hides nothing.
func removingAhead(t *testing.T, h *bench) {
	ctx := t.Context()
	h.fill(4000)
	_, err := h.store.Remove(ctx, events.Removal{Stream: "a", Before: 1990})
	require.NoError(t, err)
	for _, before := range []events.Version{10, 1000} { // behind the iteration, and in front of it
		want := h.all()
		var got []events.Event
		for e, err := range h.store.ReadAll(ctx, 0) {
			if err != nil {
				assert.ErrorIs(t, err, events.ErrCompacted)
				assert.Greater(t, before, events.Version(10), "what was given is no loss")
				want = want[:len(got)]
				break
			}
			if got = append(got, e); len(got) == 20 {
				_, err := h.store.Remove(ctx, events.Removal{Stream: "b", Before: before})
				require.NoError(t, err)
			}
		}
		assert.Equal(t, want, got, "removed before %d", before)
	}
}

// SPDX-License-Identifier: Apache-2.0

package storesuite

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
)

func reading(t *testing.T, h *bench) {
	const n = 1300 // several pages of any sensible back end
	for i := 0; i < n; i += 100 {
		ev := make([]events.New, 100)
		for k := range ev {
			ev[k] = h.fact("a", "data")
		}
		h.append(to(events.Stream([]string{"even", "odd"}[i/100%2]), events.Any, ev...))
	}
	all := h.all()
	require.Len(t, all, n)
	even := h.stream("even")
	require.Len(t, even, 700)
	for _, from := range []events.Position{0, 1, 2, 512, 513, 700, n, n + 1, math.MaxUint64} {
		got, err := collect(h.store.ReadAll(t.Context(), from))
		assert.NoError(t, err)
		var want []events.Event
		if from <= n {
			want = all[max(from, 1)-1:]
		}
		assert.Equal(t, want, got, "from position %d", from)
	}
	for _, from := range []events.Version{0, 1, 2, 512, 513, 700, 701, math.MaxUint64} {
		got, err := collect(h.store.Read(t.Context(), "even", from))
		assert.NoError(t, err)
		var want []events.Event
		if from <= 700 {
			want = even[max(from, 1)-1:]
		}
		assert.Equal(t, want, got, "from version %d", from)
	}
	assert.Empty(t, h.stream("unknown"))
	seen := 0
	for _, err := range h.store.ReadAll(t.Context(), 0) {
		require.NoError(t, err)
		if seen++; seen == 3 {
			break
		}
	}
	assert.Equal(t, 3, seen)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	gone := errors.New("gone")
	seen = 0
	for _, err := range h.store.ReadAll(ctx, 0) {
		if err != nil {
			assert.ErrorIs(t, err, gone)
			continue
		}
		if seen++; seen == 5 {
			cancel(gone)
		}
	}
	assert.Equal(t, 5, seen, "an iteration ends with its context")
}

func readBound(t *testing.T, h *bench) {
	h.append(to("s", events.Any, h.fact("a", ""), h.fact("b", "")))
	seen := 0
	for _, err := range h.store.ReadAll(t.Context(), 0) {
		require.NoError(t, err)
		seen++
		h.append(to("s", events.Any, h.fact("c", "")))
	}
	assert.Equal(t, 2, seen)
	for _, err := range h.store.Read(t.Context(), "s", 3) {
		require.NoError(t, err)
		seen++
		h.append(to("s", events.Any, h.fact("d", "")))
	}
	assert.Equal(t, 4, seen)
	assert.Len(t, h.all(), 6)
}

func snapshots(t *testing.T, h *bench) {
	ctx := t.Context()
	_, ok, err := h.store.Snapshot(ctx, "s")
	require.NoError(t, err)
	assert.False(t, ok)
	err = h.store.PutSnapshot(ctx, events.Snap{Stream: "s", Version: 1, State: []byte("x")})
	assert.ErrorIs(t, err, events.ErrVersion, "ahead of the stream")
	assert.ErrorIs(t, h.store.PutSnapshot(ctx, events.Snap{Stream: "", Version: 1}), events.ErrInvalid)
	assert.ErrorIs(t, h.store.PutSnapshot(ctx, events.Snap{Stream: "s"}), events.ErrInvalid)
	for range 5 {
		h.append(to("s", events.Any, h.fact("a", "")))
	}
	for _, c := range []struct{ put, newest events.Version }{{3, 3}, {1, 3}, {4, 4}, {2, 4}, {5, 5}, {5, 5}, {1, 5}} {
		h.now = h.now.Add(time.Second)
		state := []byte{byte(c.put), byte(h.now.Second())}
		require.NoError(t, h.store.PutSnapshot(ctx, events.Snap{Stream: "s", Version: c.put, Schema: 7, State: state}))
		got, ok, err := h.store.Snapshot(ctx, "s")
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, c.newest, got.Version)
		assert.Equal(t, events.Stream("s"), got.Stream)
		assert.Equal(t, uint32(7), got.Schema)
		assert.Equal(t, byte(got.Version), got.State[0])
		if c.put == c.newest {
			assert.Equal(t, state, got.State, "a snapshot of the same version replaces")
			assert.Equal(t, h.now, got.At)
		}
	}
	_, ok, err = h.store.Snapshot(ctx, "t")
	require.NoError(t, err)
	assert.False(t, ok)
}

func refusals(t *testing.T, h *bench) {
	h.append(to("s", events.Any, h.fact("a", "")))
	gone := errors.New("gone")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	check := func(ctx context.Context, want error) {
		_, err := h.store.AppendGroup(ctx, []events.Append{to("s", events.Any, h.fact("b", ""))})
		assert.ErrorIs(t, err, want)
		_, err = collect(h.store.Read(ctx, "s", 0))
		assert.ErrorIs(t, err, want)
		_, err = collect(h.store.ReadAll(ctx, 0))
		assert.ErrorIs(t, err, want)
		_, err = h.store.Query(ctx, events.Query{})
		assert.ErrorIs(t, err, want)
		assert.ErrorIs(t, h.store.PutBookmark(ctx, events.Bookmark{Name: "b"}), want)
		assert.ErrorIs(t, h.store.DropBookmark(ctx, "b"), want)
		_, err = h.store.Bookmarks(ctx)
		assert.ErrorIs(t, err, want)
		_, err = h.store.Streams(ctx, "", 1)
		assert.ErrorIs(t, err, want)
		_, err = h.store.Remove(ctx, events.Removal{Stream: "s", Before: 1})
		assert.ErrorIs(t, err, want)
		_, err = h.store.Rewrite(ctx, nil)
		assert.ErrorIs(t, err, want)
		_, err = collect(h.store.Originals(ctx, 0))
		assert.ErrorIs(t, err, want)
		assert.ErrorIs(t, h.store.Confirm(ctx, 1), want)
		_, _, err = h.store.Snapshot(ctx, "s")
		assert.ErrorIs(t, err, want)
		assert.ErrorIs(t, h.store.PutSnapshot(ctx, events.Snap{Stream: "s", Version: 1}), want)
		_, err = h.store.Head(ctx)
		assert.ErrorIs(t, err, want)
	}
	check(ended, gone)
	assert.Len(t, h.all(), 1)
	require.NoError(t, h.store.Close())
	check(t.Context(), events.ErrClosed)
	require.NoError(t, h.store.Close(), "a second close does nothing")
}

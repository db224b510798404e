// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

func TestCompactionGivesTheRoomOfRemovedEventsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	const n = 4500
	for i := 0; i < n; i += 500 {
		var ev []events.New
		for k := range 500 {
			ev = append(ev, chunk(i+k, 500))
		}
		_, err := store.AppendGroup(t.Context(), []events.Append{{Stream: "s", Events: ev}})
		require.NoError(t, err)
	}
	for range 3 {
		_, err = store.Remove(t.Context(), events.Removal{Stream: "s", Before: 3001})
		require.NoError(t, err)
	}
	freed, err := store.Compact(t.Context())
	require.NoError(t, err)
	assert.Greater(t, freed, int64(3000*500))
	for range 2 {
		require.NoError(t, put(store, n, 500))
		seen, err := events.Verify(t.Context(), store)
		require.NoError(t, err)
		assert.Equal(t, events.Verified{Streams: 1, Events: n + 1 - 3000, Head: n + 1}, seen)
		require.NoError(t, store.Close())
		store, err = sqlite.Open(path, sqlite.Options{})
		require.NoError(t, err)
	}
	require.NoError(t, store.Close())
	_, err = store.Compact(t.Context())
	assert.ErrorIs(t, err, events.ErrClosed)
}

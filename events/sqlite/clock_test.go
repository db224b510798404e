// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

// The clock of the machine jumps back by years, while the store is open and between two openings: stamps never fall, queries by time find what they should, and what is retained by age is
// retained for too long rather than for too short a time.
func TestAClockThatJumpsBackwardsNeitherHidesNorLosesEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	now := time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC)
	open := func() *sqlite.Store {
		store, err := sqlite.Open(path, sqlite.Options{Logger: quiet, Now: func() time.Time { return now }, Flush: sqlite.FlushInterval})
		require.NoError(t, err)
		return store
	}
	store := open()
	n := 0
	for _, jump := range []time.Duration{time.Hour, -10 * 365 * 24 * time.Hour, time.Minute, -time.Microsecond, time.Hour} {
		now = now.Add(jump)
		for range 3 {
			require.NoError(t, put(store, n, 10))
			n++
		}
		require.NoError(t, store.PutSnapshot(t.Context(), events.Snap{Stream: "s", Version: events.Version(n)}))
		require.NoError(t, store.Close())
		store = open()
	}
	peak := time.Date(2035, 1, 1, 1, 0, 0, 0, time.UTC)
	var last time.Time
	for e, err := range store.ReadAll(t.Context(), 0) {
		require.NoError(t, err)
		assert.False(t, e.At.Before(last), "position %d", e.Position)
		last = e.At
	}
	assert.Equal(t, peak, last, "time stands still until the clock has caught up")
	page, err := store.Query(t.Context(), events.Query{Since: peak})
	require.NoError(t, err)
	assert.Len(t, page.Events, n)
	page, err = store.Query(t.Context(), events.Query{Until: peak})
	require.NoError(t, err)
	assert.Empty(t, page.Events)
	_, err = events.Verify(t.Context(), store)
	require.NoError(t, err)
	swept, err := events.Retention{Classes: []events.Class{{Name: "c", Prefixes: []string{""}, MaxAge: time.Hour, Unowned: true}}}.Sweep(t.Context(), store, now)
	require.NoError(t, err)
	assert.Zero(t, swept.Events, "by a clock that is behind nothing is old")
	require.NoError(t, store.Close())
}

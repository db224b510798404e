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

// What lies too far back to be looked at when a store is opened is found when it is verified.
func TestVerificationFindsDamageThatOpeningDoesNotLookFor(t *testing.T) {
	const n = 2300
	dir := t.TempDir()
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	require.NoError(t, err)
	for i := 0; i < n; i += 100 {
		var ev []events.New
		for k := range 100 {
			ev = append(ev, chunk(i+k, 100))
		}
		ev[0].Agent, ev[0].Context = "a", events.AgentContext{Kind: "worker", Node: "node-with-a-name"}
		_, err := store.AppendGroup(t.Context(), []events.Append{{Stream: "s", Events: ev}})
		require.NoError(t, err)
	}
	seen, err := events.Verify(t.Context(), store)
	require.NoError(t, err)
	assert.Equal(t, events.Verified{Streams: 1, Events: n, Head: n}, seen)
	require.NoError(t, store.Close())
	for _, c := range []struct {
		name   string
		damage func(t *testing.T, dir string)
		pos    events.Position
	}{
		{"data changed", func(t *testing.T, d string) { edit(t, d, "events.db", flip(t, chunk(99, 100).Data)) }, 100},
		{"row deleted", func(t *testing.T, d string) { sqlEdit(t, d, "DELETE FROM events WHERE pos = 77") }, 78},
		{"first rows deleted", func(t *testing.T, d string) { sqlEdit(t, d, "DELETE FROM events WHERE pos < 10") }, 10},
		{"context changed", func(t *testing.T, d string) { edit(t, d, "events.db", flip(t, []byte("node-with-a-name"))) }, 1},
		{"context taken from another event", func(t *testing.T, d string) {
			sqlEdit(t, d, "UPDATE events SET (context, context_crc) = (SELECT context, context_crc FROM events WHERE pos = 1) WHERE pos = 5")
		}, 5},
		{"context gone, its checksum still there", func(t *testing.T, d string) { sqlEdit(t, d, "UPDATE events SET context = NULL WHERE pos = 101") }, 101},
		{"stamps exchanged for one that falls", func(t *testing.T, d string) {
			sqlEdit(t, d, "UPDATE events SET at = at - 1000000 WHERE pos = 30")
		}, 30},
		{"the stream's end pretended", func(t *testing.T, d string) { sqlEdit(t, d, "UPDATE streams SET ver = ver + 1") }, 0},
		{"the stream's begin pretended", func(t *testing.T, d string) { sqlEdit(t, d, "UPDATE streams SET first = 20") }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := copyStore(t, dir)
			c.damage(t, d)
			store, err := sqlite.Open(filepath.Join(d, "events.db"), sqlite.Options{})
			require.NoError(t, err)
			defer func() { require.NoError(t, store.Close()) }()
			_, err = events.Verify(t.Context(), store)
			var e *events.CorruptError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.pos, e.Position)
			assert.Equal(t, "events.db", filepath.Base(e.Path))
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"encoding/binary"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

// Holds: EVT-1
func TestAMillionEventsOfOneInstantAreAllKept(t *testing.T) {
	total, group := 1_000_000, 1000
	if raceEnabled || testing.Short() {
		total = 20_000
		t.Logf("only %d events in this mode", total)
	}
	instant := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "events.db")
	open := func() *sqlite.Store {
		store, err := sqlite.Open(path, sqlite.Options{Now: func() time.Time { return instant }})
		require.NoError(t, err)
		return store
	}
	store := open()
	for i := 0; i < total; i += group {
		ev := make([]events.New, group)
		for k := range ev {
			ev[k] = events.New{Type: "tick", Data: binary.BigEndian.AppendUint32(nil, uint32(i+k))}
			binary.BigEndian.PutUint64(ev[k].ID[:], uint64(i+k+1))
		}
		out, err := store.AppendGroup(t.Context(), []events.Append{{Stream: "s", Events: ev}})
		require.NoError(t, err)
		require.NoError(t, out[0].Err)
	}
	require.NoError(t, store.Close())
	store = open()
	n := 0
	for e, err := range store.ReadAll(t.Context(), 0) {
		require.NoError(t, err)
		if binary.BigEndian.Uint64(e.ID[:]) != uint64(n+1) || e.Type != "tick" || binary.BigEndian.Uint32(e.Data) != uint32(n) || !e.At.Equal(instant) {
			t.Fatalf("event %d came back as %+v", n, e)
		}
		n++
	}
	require.Equal(t, total, n)
	require.NoError(t, store.Close())
}

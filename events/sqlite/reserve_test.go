// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

func TestReserveMakesRoomForTheLastAppendsOnAFullDisk(t *testing.T) {
	dir := smallDisk(t, "size=4m")
	path := filepath.Join(dir, "events.db")
	open := func(reserve int64) *sqlite.Store {
		store, err := sqlite.Open(path, sqlite.Options{Logger: quiet, ReserveBytes: reserve})
		require.NoError(t, err)
		return store
	}
	store := open(1 << 20)
	stored := 0
	for {
		err := put(store, stored, 3000)
		if err != nil {
			require.ErrorIs(t, err, events.ErrNoSpace)
			break
		}
		stored++
		require.Less(t, stored, 5000, "the disk must fill up")
	}
	freed, err := store.FreeReserve()
	require.NoError(t, err)
	assert.True(t, freed)
	for range 20 {
		require.NoError(t, put(store, stored, 3000))
		stored++
	}
	freed, err = store.FreeReserve()
	require.NoError(t, err)
	assert.False(t, freed)
	require.NoError(t, store.Close())

	store = open(64 << 20)
	n, err := count(store, 3000)
	require.NoError(t, err, "a disk without room for the reserve is no reason not to open")
	assert.Equal(t, stored, n)
	require.NoError(t, store.Close())
	_, err = os.Stat(path + ".reserve")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestReserveIsFilledWhenAStoreIsOpenedAndOnlyIfAsked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	for _, c := range []struct{ ask, want int64 }{{0, -1}, {100_000, 100_000}, {100_000, 100_000}, {300_000, 300_000}} {
		store, err := sqlite.Open(path, sqlite.Options{ReserveBytes: c.ask})
		require.NoError(t, err)
		have := int64(-1)
		if fi, err := os.Stat(path + ".reserve"); err == nil {
			have = fi.Size()
		}
		assert.Equal(t, c.want, have)
		require.NoError(t, store.Close())
	}
}

// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

// powerLoss copies a store's files as a loss of power may leave them: what was not flushed of the write-ahead log is gone, from a size on that was flushed.
func powerLoss(t *testing.T, dir string, flushed int64) string {
	t.Helper()
	d := copyStore(t, dir)
	edit(t, d, "events.db-wal", func(b []byte) []byte { return b[:flushed] })
	return d
}

func logSize(t *testing.T, dir string) int64 {
	t.Helper()
	fi, err := os.Stat(filepath.Join(dir, "events.db-wal"))
	require.NoError(t, err)
	return fi.Size()
}

func TestEachPolicyKeepsWhatItPromises(t *testing.T) {
	open := func(o sqlite.Options) (*sqlite.Store, string) {
		dir := t.TempDir()
		o.Logger, o.FlushEvery = quiet, time.Hour
		store, err := sqlite.Open(filepath.Join(dir, "events.db"), o)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, store.Close()) })
		return store, dir
	}
	reopened := func(dir string) (int, error) {
		store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{Logger: quiet})
		if err != nil {
			return 0, err
		}
		defer store.Close()
		return count(store, 10)
	}
	for _, flush := range []sqlite.Flush{sqlite.FlushAlways, sqlite.FlushInterval, sqlite.FlushNever} {
		t.Run(flush.String(), func(t *testing.T) {
			store, dir := open(sqlite.Options{Flush: flush})
			for i := range 5 {
				require.NoError(t, put(store, i, 10))
			}
			require.NoError(t, store.Sync(t.Context()))
			flushed := logSize(t, dir)
			for i := range 5 {
				require.NoError(t, put(store, 5+i, 10))
			}

			n, err := reopened(copyStore(t, dir))
			require.NoError(t, err)
			assert.Equal(t, 10, n, "everything survives kill -9")

			n, err = reopened(powerLoss(t, dir, flushed))
			if flush == sqlite.FlushAlways {
				assert.ErrorIs(t, err, sqlite.ErrLostTail, "a disk that did not keep what it confirmed is noticed")
			} else {
				require.NoError(t, err, "a loss that the policy allows is no damage")
				assert.Equal(t, 5, n)
			}
			_, err = reopened(powerLoss(t, dir, flushed/2))
			assert.ErrorIs(t, err, sqlite.ErrLostTail, "what was flushed is vouched for")

			require.NoError(t, store.Close())
			n, err = reopened(dir)
			require.NoError(t, err)
			assert.Equal(t, 10, n)
		})
	}
	t.Run("the strictest stream of a group decides and takes along what came before", func(t *testing.T) {
		store, dir := open(sqlite.Options{Flush: sqlite.FlushNever, Flushes: []sqlite.StreamFlush{{Prefix: "money/", Flush: sqlite.FlushAlways}}})
		require.NoError(t, put(store, 0, 10))
		out, err := store.AppendGroup(t.Context(), []events.Append{{Stream: "s", Events: []events.New{chunk(1, 10)}}, {Stream: "money/gold", Events: []events.New{chunk(900, 10)}}})
		require.NoError(t, err)
		require.NoError(t, out[1].Err)
		flushed := logSize(t, dir)
		require.NoError(t, put(store, 2, 10))
		_, err = reopened(powerLoss(t, dir, flushed-1))
		var lost *sqlite.LostTailError
		require.ErrorAs(t, err, &lost)
		assert.Equal(t, events.Position(3), lost.Want)
	})
	t.Run("retention flushes before it removes", func(t *testing.T) {
		store, dir := open(sqlite.Options{Flush: sqlite.FlushNever})
		for i := range 1500 {
			require.NoError(t, put(store, i, 10))
		}
		removed, err := store.Remove(t.Context(), events.Removal{Stream: "s", Before: 900, Limit: 500})
		require.NoError(t, err)
		assert.Equal(t, 500, removed.Events)
		_, err = reopened(copyStore(t, dir))
		assert.NotErrorIs(t, err, sqlite.ErrLostTail)
	})
}

func TestWhatIsLooseIsFlushedWithinTheInterval(t *testing.T) {
	dir := t.TempDir()
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{Logger: quiet, Flush: sqlite.FlushInterval, FlushEvery: time.Millisecond})
	require.NoError(t, err)
	require.NoError(t, put(store, 0, 10))
	flushed := sqlite.Flushed(store)
	<-flushed
	b, err := os.ReadFile(filepath.Join(dir, "events.db.head"))
	require.NoError(t, err)
	assert.True(t, bytes.Contains(b, []byte{0, 0, 0, 0, 0, 0, 0, 1}), "the witness knows of the first event")
	require.NoError(t, store.Close())
}

// childFlush appends under a policy and ends without Close.
func childFlush(args []string) error {
	flush, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	store, err := sqlite.Open(args[0], sqlite.Options{Logger: quiet, Flush: sqlite.Flush(flush), FlushEvery: time.Hour})
	if err != nil {
		return err
	}
	for i := range flushAppends {
		if err := put(store, i, 10); err != nil {
			return err
		}
	}
	return nil
}

const flushAppends = 50

// The engine really waits for the disk, or does not, as the policy between two transactions says.
func TestOnlyTheStrictPolicyCallsTheDiskForEachGroup(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("SKIPPED, NOT TESTED: no strace here to count calls of fsync")
	}
	calls := func(flush sqlite.Flush) int {
		dir := t.TempDir()
		trace := filepath.Join(dir, "trace")
		wrap := []string{strace, "-f", "-qq", "-e", "signal=none", "-e", "trace=fsync,fdatasync", "-o", trace}
		if err := child(t, wrap, "flush", filepath.Join(dir, "events.db"), strconv.Itoa(int(flush))).Run(); err != nil {
			t.Skipf("SKIPPED, NOT TESTED: strace does not work here: %v", err)
		}
		b, err := os.ReadFile(trace)
		require.NoError(t, err)
		return bytes.Count(b, []byte("sync("))
	}
	always, never := calls(sqlite.FlushAlways), calls(sqlite.FlushNever)
	assert.GreaterOrEqual(t, always-never, flushAppends)
	assert.Less(t, never, flushAppends/2)
}

// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

func TestReadersNeverSeeAHoleWhileWritersAppend(t *testing.T) {
	store, err := sqlite.Open(filepath.Join(t.TempDir(), "events.db"), sqlite.Options{Readers: 2})
	require.NoError(t, err)
	const writers, each = 4, 40
	problems := make(chan error, 16)
	var writing, reading sync.WaitGroup
	done := make(chan struct{})
	for w := range writers {
		writing.Go(func() {
			for n := range each {
				a := killAppend(w, uint64(n))
				out, err := store.AppendGroup(context.Background(), []events.Append{a})
				if err == nil {
					err = out[0].Err
				}
				if err != nil {
					problems <- err
					return
				}
			}
		})
	}
	for r := range 3 {
		reading.Go(func() {
			for last := false; !last; {
				select {
				case <-done:
					last = true // one more round, to see the end
				default:
				}
				var next events.Position = 1
				for e, err := range store.ReadAll(context.Background(), 0) {
					if err != nil || e.Position != next {
						problems <- fmt.Errorf("reader %d: position %d where %d was expected: %v", r, e.Position, next, err)
						return
					}
					next++
				}
				head, err := store.Head(context.Background())
				if err != nil || last && next != head+1 {
					problems <- fmt.Errorf("reader %d: ended before %d, head is %d: %v", r, next, head, err)
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	close(problems)
	for err := range problems {
		t.Error(err)
	}
	require.NoError(t, store.Close())
}

func TestCloseLetsAPageEndAndRefusesTheNext(t *testing.T) {
	store, err := sqlite.Open(filepath.Join(t.TempDir(), "events.db"), sqlite.Options{})
	require.NoError(t, err)
	for i := 0; i < 1024; i += 512 {
		var ev []events.New
		for k := range 512 {
			ev = append(ev, chunk(i+k, 8))
		}
		out, err := store.AppendGroup(t.Context(), []events.Append{{Stream: "s", Events: ev}})
		require.NoError(t, err)
		require.NoError(t, out[0].Err)
	}
	n := 0
	for _, err := range store.ReadAll(t.Context(), 0) {
		if n == 512 {
			assert.ErrorIs(t, err, events.ErrClosed)
			break
		}
		require.NoError(t, err)
		if n++; n == 10 {
			require.NoError(t, store.Close(), "an iteration in progress holds nothing")
		}
	}
	assert.Equal(t, 512, n)
}

func TestALargeLogIsWarnedAboutOncePerCrossing(t *testing.T) {
	var log strings.Builder
	store, err := sqlite.Open(filepath.Join(t.TempDir(), "events.db"), sqlite.Options{
		Logger: slog.New(slog.NewTextHandler(&log, nil)), LogWarnBytes: 50_000,
	})
	require.NoError(t, err)
	for i := range 40 {
		require.NoError(t, put(store, i, 3000))
	}
	assert.Equal(t, 1, strings.Count(log.String(), "write-ahead log is large"))
	st := store.Stats()
	assert.Greater(t, st.LogBytes, int64(50_000))
	assert.Positive(t, st.FileBytes)
	require.NoError(t, store.Close())
}

func TestTheFilesAreForTheirOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	require.NoError(t, put(store, 0, 10))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 5)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), e.Name())
	}
	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

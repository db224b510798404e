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

// Somebody removes the lock file, and a second process opens the journal: whatever the first one does, it writes nothing more.
func TestAStoreThatWasOpenedAnewElsewhereIsFenced(t *testing.T) {
	for name, write := range map[string]func(*testing.T, *sqlite.Store) error{
		"append": func(_ *testing.T, s *sqlite.Store) error { return put(s, 3, 10) },
		"snapshot": func(t *testing.T, s *sqlite.Store) error {
			return s.PutSnapshot(t.Context(), events.Snap{Stream: "s", Version: 1})
		},
		"bookmark": func(t *testing.T, s *sqlite.Store) error {
			return s.PutBookmark(t.Context(), events.Bookmark{Name: "b", Position: 1})
		},
		"remove": func(t *testing.T, s *sqlite.Store) error {
			_, err := s.Remove(t.Context(), events.Removal{Stream: "s", Before: 2})
			return err
		},
		"compact": func(t *testing.T, s *sqlite.Store) error { _, err := s.Compact(t.Context()); return err },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "events.db")
			first, err := sqlite.Open(path, sqlite.Options{Logger: quiet})
			require.NoError(t, err)
			for i := range 3 {
				require.NoError(t, put(first, i, 10))
			}
			require.NoError(t, os.Remove(path+".lock"))
			second, err := sqlite.Open(path, sqlite.Options{Logger: quiet})
			require.NoError(t, err)

			err = write(t, first)
			var fenced *sqlite.FencedError
			require.ErrorAs(t, err, &fenced)
			assert.Equal(t, []int64{2, 1}, []int64{fenced.Have, fenced.Mine})
			assert.ErrorIs(t, err, sqlite.ErrFenced)
			assert.ErrorIs(t, err, events.ErrPoisoned)
			assert.ErrorIs(t, put(first, 3, 10), events.ErrPoisoned)
			n, err := count(first, 10)
			require.NoError(t, err, "reads go on")
			assert.Equal(t, 3, n)

			require.NoError(t, put(second, 3, 10))
			require.NoError(t, first.Close())
			require.NoError(t, put(second, 4, 10))
			require.NoError(t, second.Close())
			last, err := sqlite.Open(path, sqlite.Options{Logger: quiet})
			require.NoError(t, err)
			n, err = count(last, 10)
			require.NoError(t, err)
			assert.Equal(t, 5, n)
			require.NoError(t, last.Close())
		})
	}
}

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

func TestNothingIsAcknowledgedInAFileThatIsGone(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, path string){
		"removed": func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) },
		"folder":  func(t *testing.T, path string) { require.NoError(t, os.RemoveAll(filepath.Dir(path))) },
		"renamed": func(t *testing.T, path string) { require.NoError(t, os.Rename(path, path+".old")) },
		"replaced": func(t *testing.T, path string) {
			require.NoError(t, os.Rename(path, path+".old"))
			require.NoError(t, os.WriteFile(path, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "data", "events.db")
			store, err := sqlite.Open(path, sqlite.Options{Logger: quiet})
			require.NoError(t, err)
			require.NoError(t, put(store, 0, 100))
			harm(t, path)
			err = put(store, 1, 100)
			require.ErrorIs(t, err, events.ErrPoisoned)
			assert.ErrorContains(t, err, "removed or replaced")
			assert.ErrorIs(t, put(store, 2, 100), events.ErrPoisoned)
			_ = store.Close() // whatever it can still do
		})
	}
}

// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"database/sql/driver"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	engine "modernc.org/sqlite"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

// The engine writes the first page of a new file under a journal which says that there was none; who is killed there leaves both.
func TestAFileWhoseMakerWasKilledIsMadeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	half, err := new(engine.Driver).Open("file:" + path)
	require.NoError(t, err)
	_, err = half.(driver.ExecerContext).ExecContext(t.Context(), "CREATE TABLE t (x)", nil)
	require.NoError(t, err)
	require.NoError(t, half.Close())
	journal := make([]byte, 512) // as the format of rollback journals has it: magic, records, nonce, pages before, sector, page
	copy(journal, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")
	binary.BigEndian.PutUint32(journal[20:], 512)
	binary.BigEndian.PutUint32(journal[24:], 4096)
	require.NoError(t, os.WriteFile(path+"-journal", journal, 0o600))

	_, err = sqlite.Open(path, sqlite.Options{ReadOnly: true})
	require.ErrorIs(t, err, events.ErrReadOnly, "who may not write cannot undo what is half done")
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	head, err := store.Head(t.Context())
	require.NoError(t, err)
	assert.Zero(t, head)
	require.NoError(t, store.Close())
	assert.NoFileExists(t, path+"-journal")
}

// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/events/sqlite"
)

// childHold opens a store, says so, and holds it until its standard input ends.
func childHold(args []string) error {
	store, err := sqlite.Open(args[0], sqlite.Options{Owner: "the other node"})
	if err != nil {
		return err
	}
	fmt.Println("open")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return store.Close()
}

func TestASecondProcessIsToldWhoHasTheStoreUntilThatOneIsKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	cmd := child(t, nil, "hold", path)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	defer in.Close()
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "open\n", line)

	for _, readOnly := range []bool{false, true} {
		_, err = sqlite.Open(path, sqlite.Options{ReadOnly: readOnly})
		var locked *sqlite.LockedError
		require.ErrorAs(t, err, &locked)
		assert.ErrorIs(t, err, sqlite.ErrStoreLocked)
		host, _ := os.Hostname()
		assert.Equal(t, cmd.Process.Pid, locked.Owner.PID)
		assert.Equal(t, host, locked.Owner.Host)
		assert.Equal(t, "the other node", locked.Owner.Name)
		assert.WithinDuration(t, time.Now(), locked.Owner.Since, time.Hour)
		assert.Equal(t, path+".lock", locked.Path)
	}
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err, "the lock ends with its owner")
	_, err = sqlite.Open(path, sqlite.Options{})
	var locked *sqlite.LockedError
	require.ErrorAs(t, err, &locked)
	assert.Equal(t, os.Getpid(), locked.Owner.PID, "a second opening by the same process is refused, too")
	require.NoError(t, store.Close())
}

func TestAnUnreadableLockFileNamesAnUnknownOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.db")
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path+".lock", []byte("garbage"), 0o600))
	_, err = sqlite.Open(path, sqlite.Options{})
	var locked *sqlite.LockedError
	require.ErrorAs(t, err, &locked)
	assert.Equal(t, sqlite.Owner{}, locked.Owner)
	assert.Contains(t, err.Error(), "unknown process")
	assert.False(t, errors.Is(err, sqlite.ErrLostTail))
	require.NoError(t, store.Close())
}

// SPDX-License-Identifier: Apache-2.0

//go:build unix

package admin

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAFolderThatOthersCanWriteToIsRefused(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	path := SocketPath("", "n")
	l, err := ListenSocket(path)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.NoError(t, os.Chmod(filepath.Dir(path), 0o777))
	_, err = ListenSocket(path)
	assert.ErrorIs(t, err, ErrForeignFolder)
	require.NoError(t, os.Remove(filepath.Dir(path)))
	require.NoError(t, os.Symlink(t.TempDir(), filepath.Dir(path)))
	_, err = ListenSocket(path)
	assert.ErrorIs(t, err, ErrForeignFolder)
}

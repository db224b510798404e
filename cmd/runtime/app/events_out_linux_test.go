// SPDX-License-Identifier: Apache-2.0

package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// An export into a pipe or a device that took its place, as it does with an older export, would be the end of /dev/null on the machine of whoever may do so.
func TestAnExportIsWrittenIntoWhatIsNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, unix.Mkfifo(path, 0o600))
	reader, err := os.OpenFile(path, os.O_RDWR, 0) // holds both ends, so that nobody waits for the other
	require.NoError(t, err)
	defer reader.Close()
	end, err := (&command{}).destination(path)
	require.NoError(t, err)
	defer end.close()
	require.Empty(t, end.path, "nothing takes the place of the pipe")
	_, err = end.stream.Write([]byte("line\n"))
	require.NoError(t, err)
	got := make([]byte, 5)
	_, err = reader.Read(got)
	require.NoError(t, err)
	require.Equal(t, "line\n", string(got))
}

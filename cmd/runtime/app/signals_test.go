// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What timeout(1) does: the signal comes to the program, and with it to the group that the program is in.
func TestASignalThatComesTwiceAtOnceIsOne(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "node.yaml")
	require.NoError(t, os.WriteFile(config, []byte(`
version: 1
node: {name: t, data: `+dir+`/data}
surfaces: {listen: off, socket: `+dir+`/s}
work: [{queue: q, results: `+dir+`/r}]
`), 0o600))
	signals := make(chan os.Signal, 2)
	signals <- syscall.SIGTERM
	signals <- syscall.SIGTERM
	var stdout, stderr bytes.Buffer
	code := Run(context.Background(), World{
		Args: []string{"run", "-c", config}, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Signals: signals,
	})
	assert.Equal(t, ExitDone, code, stderr.String())
	assert.Contains(t, stderr.String(), "terminated: draining")
}

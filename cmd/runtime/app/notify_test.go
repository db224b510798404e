// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServiceManagerIsToldWhenTheNodeIsReadyAndWhenItStops(t *testing.T) {
	dir, err := os.MkdirTemp("", "nt") // short enough for a socket's path
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	require.NoError(t, err)
	defer manager.Close()
	file := filepath.Join(dir, "node.yaml")
	require.NoError(t, os.WriteFile(file, []byte("version: 1\nnode: {name: n, data: "+dir+"/data}\nlog: {level: error}\nsurfaces: {listen: off}\n"), 0o600))

	var talk bytes.Buffer
	code := Run(context.Background(), World{
		Args: []string{"run", "-c", file, "--progress", "none"}, Env: []string{"XDG_RUNTIME_DIR=" + dir, "NOTIFY_SOCKET=" + socket},
		Stdin: strings.NewReader(""), Stdout: &talk, Stderr: &talk,
	})
	require.Equal(t, ExitDone, code, talk.String())
	var states []string
	for range 2 { // both have been written by now
		datagram := make([]byte, 64)
		n, err := manager.Read(datagram)
		require.NoError(t, err)
		states = append(states, string(datagram[:n]))
	}
	assert.Equal(t, []string{"READY=1", "STOPPING=1"}, states)
}

func TestServiceManagerThatHasGoneIsNoError(t *testing.T) {
	c := &command{World: World{Env: []string{"NOTIFY_SOCKET=@nobody-listens-here"}}}
	assert.NotPanics(t, func() { c.notify(notifyReady) })
}

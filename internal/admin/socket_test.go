// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/admin"
	"mabeam.dev/supervision"
)

// shortDir is a folder for sockets, whose paths are short by law.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ad")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// serve serves a node until the test ends.
func serve(t *testing.T, l net.Listener, n admin.Node) {
	t.Helper()
	server, done := &http.Server{Handler: admin.Handler(n, nil)}, make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-done, http.ErrServerClosed)
	})
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Mode().Perm()
}

func TestSocketIsForItsUserAlone(t *testing.T) {
	for name, mask := range map[string]int{"usual": 0o022, "none": 0, "strict": 0o777} {
		t.Run(name, func(t *testing.T) {
			dir := shortDir(t)
			path := admin.SocketPath(dir, "n")
			require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700)) // the strictest mask would lock the folder up
			old := syscall.Umask(mask)
			l, err := admin.ListenSocket(path)
			syscall.Umask(old)
			require.NoError(t, err)
			defer l.Close()
			assert.Equal(t, fs.FileMode(0o600), mode(t, path))
		})
	}
	dir := shortDir(t)
	l, err := admin.ListenSocket(admin.SocketPath(dir, "n"))
	require.NoError(t, err)
	defer l.Close()
	assert.Equal(t, fs.FileMode(0o700), mode(t, filepath.Join(dir, "mabeam")))
}

func TestSocketOfADeadNodeIsTakenOver(t *testing.T) {
	path := admin.SocketPath(shortDir(t), "n")
	l, err := admin.ListenSocket(path)
	require.NoError(t, err)
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as after kill -9
	require.NoError(t, l.Close())
	require.FileExists(t, path)
	assert.Equal(t, []string{path}, admin.Sockets(filepath.Dir(filepath.Dir(path))), "sockets of the dead are listed too")

	_, err = admin.DialSocket(path).Health(t.Context())
	var lost *admin.UnreachableError
	require.ErrorAs(t, err, &lost)
	assert.Equal(t, path, lost.At)

	l, err = admin.ListenSocket(path)
	require.NoError(t, err)
	serve(t, l, healthy())
	h, err := admin.DialSocket(path).Health(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "n", h.Node)
}

func TestSocketOfALivingNodeIsLeftAlone(t *testing.T) {
	path := admin.SocketPath(shortDir(t), "n")
	l, err := admin.ListenSocket(path)
	require.NoError(t, err)
	serve(t, l, healthy())
	_, err = admin.ListenSocket(path)
	require.ErrorIs(t, err, admin.ErrInUse)
	assert.Contains(t, err.Error(), path)
	_, err = admin.DialSocket(path).Health(t.Context())
	require.NoError(t, err, "the first one still answers")
}

func TestSocketThatCannotBeMadeIsAnErrorWithItsPath(t *testing.T) {
	file := filepath.Join(shortDir(t), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := admin.ListenSocket(filepath.Join(file, "n.sock"))
	require.ErrorIs(t, err, syscall.ENOTDIR)
	assert.Contains(t, err.Error(), "n.sock")
}

func TestWhatIsNoSocketIsLeftAlone(t *testing.T) {
	dir := shortDir(t)
	file := filepath.Join(dir, "results.jsonl")
	require.NoError(t, os.WriteFile(file, []byte("precious"), 0o600))
	for _, path := range []string{file, dir} {
		_, err := admin.ListenSocket(path)
		require.ErrorIs(t, err, admin.ErrNoSocket)
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "precious", string(text))
}

func TestSocketDirFollowsTheUser(t *testing.T) {
	assert.Equal(t, "/run/user/7/mabeam/n.sock", admin.SocketPath("/run/user/7", "n"))
	assert.Contains(t, admin.SocketPath("", "n"), os.TempDir())
}

func TestClientAsksOverSocketAndTCP(t *testing.T) {
	path := admin.SocketPath(shortDir(t), "n")
	unix, err := admin.ListenSocket(path)
	require.NoError(t, err)
	tcp, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	serve(t, unix, healthy())
	serve(t, tcp, healthy())
	for name, c := range map[string]*admin.Client{"socket": admin.DialSocket(path), "tcp": admin.DialAddr(tcp.Addr().String())} {
		h, err := c.Health(t.Context())
		require.NoError(t, err, name)
		assert.Equal(t, healthy().health, h, name)
		tree, err := c.Tree(t.Context(), 1)
		require.NoError(t, err, name)
		assert.Equal(t, 1, tree.Tree.Omitted, name)
		assert.Equal(t, "a", tree.Tree.Children[0].ID, name)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestClientTellsARefusalFromAnAbsence(t *testing.T) {
	path := admin.SocketPath(shortDir(t), "n")
	c := admin.DialSocket(path)
	var lost *admin.UnreachableError
	_, err := c.Tree(t.Context(), 0)
	require.ErrorAs(t, err, &lost)
	require.ErrorIs(t, err, fs.ErrNotExist)

	e := healthy()
	e.tree = func(context.Context, int) (supervision.Node, error) {
		return supervision.Node{}, errors.New("no tree today")
	}
	l, err := admin.ListenSocket(path)
	require.NoError(t, err)
	serve(t, l, e)
	var refused *admin.StatusError
	_, err = c.Tree(t.Context(), 0)
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, &admin.StatusError{At: path, Code: 503, Text: "no tree today"}, refused)
	assert.NotErrorAs(t, err, &lost)
}

func TestClientOfAnotherServiceGetsAnErrorAndNotZeros(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	other := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>hello")) })}
	done := make(chan error, 1)
	go func() { done <- other.Serve(l) }()
	_, err = admin.DialAddr(l.Addr().String()).Health(t.Context())
	assert.Error(t, err)
	require.NoError(t, other.Close())
	require.ErrorIs(t, <-done, http.ErrServerClosed)
}

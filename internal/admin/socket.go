// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"mabeam.dev/actors/fault"
)

// ErrInUse is returned when another living node answers at the socket.
var ErrInUse = fault.New(2403, "admin: another node answers at the socket")

// ErrNoSocket is returned when something else than a socket is at the path; it is left alone.
var ErrNoSocket = fault.New(2404, "admin: there is a file that is no socket")

// ErrTooLong is returned when a path is longer than the system allows for sockets.
var ErrTooLong = fault.New(2405, "admin: sockets have paths of about 100 bytes at most, this is one")

// ErrForeignFolder is returned when the folder for sockets, below the folder for temporary files, is another user's or open to others.
var ErrForeignFolder = fault.New(2406, "admin: the folder for sockets is not this user's alone; remove it, or set surfaces.socket")

// shortest is the least that a system allows; Linux has 107, BSD 103.
const shortest = 100

// SocketPath returns where a node of that name has its socket: $XDG_RUNTIME_DIR/mabeam/NAME.sock, or a folder of the user's in the
// folder for temporary files.
func SocketPath(runtimeDir, node string) string {
	return filepath.Join(SocketDir(runtimeDir), node+".sock")
}

// SocketDir returns the folder of the sockets.
func SocketDir(runtimeDir string) string {
	if runtimeDir != "" {
		return filepath.Join(runtimeDir, "mabeam")
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("mabeam-%d", os.Getuid()))
}

// Sockets returns the paths of all sockets in the folder, of living and dead nodes.
func Sockets(runtimeDir string) []string {
	found, _ := filepath.Glob(filepath.Join(SocketDir(runtimeDir), "*.sock")) // the pattern is well formed
	return found
}

// ListenSocket listens at a unix socket that only this user can reach.
func ListenSocket(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("admin: listen %q: %w", path, err)
	}
	if dir := filepath.Dir(path); dir == SocketDir("") {
		if err := private(dir); err != nil {
			return nil, fmt.Errorf("admin: listen %q: %w", path, err)
		}
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		_ = c.Close() // it was only a question
		return nil, fmt.Errorf("admin: listen %q: %w", path, ErrInUse)
	}
	if info, err := os.Lstat(path); err == nil {
		if info.Mode().Type() != os.ModeSocket {
			return nil, fmt.Errorf("admin: listen %q: %w", path, ErrNoSocket)
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("admin: listen %q: %w", path, err)
		}
	}
	l, err := net.Listen("unix", path)
	if errors.Is(err, syscall.EINVAL) && len(path) > shortest {
		return nil, fmt.Errorf("admin: listen %q: %w of %d bytes", path, ErrTooLong, len(path))
	}
	if err != nil {
		return nil, fmt.Errorf("admin: listen %q: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("admin: listen %q: %w", path, err), l.Close())
	}
	return l, nil
}

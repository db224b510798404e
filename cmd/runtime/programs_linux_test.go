// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// programsEnd waits until every agent program of the runs in this folder has ended; one that stays fails the test.
func (r *rig) programsEnd() {
	r.t.Helper()
	found, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(r.t, err)
	for _, proc := range found {
		exe, err := os.Readlink(filepath.Join(proc, "exe"))
		if err != nil || exe != filepath.Join(programs, "reviewer") {
			continue // another program, or one that has ended meanwhile
		}
		if dir, err := os.Readlink(filepath.Join(proc, "cwd")); err != nil || dir != r.dir {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(proc))
		require.NoError(r.t, err)
		fd, err := unix.PidfdOpen(pid, 0)
		if errors.Is(err, syscall.ESRCH) {
			continue
		}
		require.NoError(r.t, err)
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(guard.Milliseconds()))
		for errors.Is(err, syscall.EINTR) {
			n, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(guard.Milliseconds()))
		}
		require.NoError(r.t, err)
		require.NoError(r.t, unix.Close(fd))
		if n == 0 {
			words, _ := os.ReadFile(filepath.Join(proc, "cmdline")) // for the message alone
			r.t.Fatalf("agent program %d was left running: %s", pid, strings.ReplaceAll(string(words), "\x00", " "))
		}
	}
}

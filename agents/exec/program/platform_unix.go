// SPDX-License-Identifier: Apache-2.0

//go:build unix

package program

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"

	"mabeam.dev/agents/exec/protocol"
)

func startGroup(cmd *exec.Cmd) error { return cmd.Start() }

// signalGroup signals every member. The group may be empty already, which is not an error here.
func signalGroup(leader int, s protocol.GroupSignal) {
	sig := syscall.SIGKILL
	if s == protocol.Term {
		sig = syscall.SIGTERM
	}
	_ = syscall.Kill(-leader, sig)
}

func exitStatus(state *os.ProcessState) protocol.Status {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return protocol.Status{Signal: int(ws.Signal())}
	}
	return protocol.Status{Code: state.ExitCode()}
}

// readNow reads what a pipe holds; io.EOF means that it is empty or ended.
func readNow(f *os.File, buf []byte) (int, error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	var n int
	var readErr error
	err = conn.Read(func(fd uintptr) bool {
		for {
			n, readErr = syscall.Read(int(fd), buf)
			if !errors.Is(readErr, syscall.EINTR) {
				return true // never wait for more
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case errors.Is(readErr, syscall.EAGAIN), readErr == nil && n == 0:
		return 0, io.EOF
	case readErr != nil:
		return 0, readErr
	}
	return n, nil
}

// SPDX-License-Identifier: Apache-2.0

//go:build unix && !linux

package program

import (
	"os/exec"
	"syscall"
)

// prepareGroup makes the program the leader of its own group.
func prepareGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// awaitExit reports that this system has no portable way to see an exit without reaping it.
func awaitExit(int) bool { return false }

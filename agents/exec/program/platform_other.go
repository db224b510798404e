// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package program

import (
	"io"
	"os"
	"os/exec"

	"mabeam.dev/agents/exec/protocol"
)

// startGroup refuses: without process groups a program's children would outlive it.
func startGroup(*exec.Cmd) error { return ErrUnsupported }

func prepareGroup(*exec.Cmd) {}

func signalGroup(int, protocol.GroupSignal) {}

func awaitExit(int) bool { return false }

func exitStatus(state *os.ProcessState) protocol.Status {
	return protocol.Status{Code: state.ExitCode()}
}

func readNow(*os.File, []byte) (int, error) { return 0, io.EOF }

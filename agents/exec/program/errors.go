// SPDX-License-Identifier: Apache-2.0

package program

import (
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/exec/protocol"
)

var (
	// ErrBusy is returned by Write when the queue of input lines is full: the program does not read. It is
	// protocol.ErrBusy, so that callers have one thing to ask for.
	ErrBusy = protocol.ErrBusy
	// ErrInputClosed is returned by Write after CloseInput and after the program's exit.
	ErrInputClosed = fault.New(3311, "program: write: input is closed")
	// ErrUnsupported is returned by Start on systems without process groups.
	ErrUnsupported = fault.New(3312, "program: start: process groups are not supported on this system")
)

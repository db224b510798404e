// SPDX-License-Identifier: Apache-2.0

package app

import (
	"os"
	"os/signal"
	"syscall"
)

// notify asks for the signals that stop a node. Two fit in the channel: the one that drains and the one that stops at once.
func notify() <-chan os.Signal {
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	return c
}

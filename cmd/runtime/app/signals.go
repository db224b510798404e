// SPDX-License-Identifier: Apache-2.0

package app

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// twinTime is how long after a signal another one is the same: timeout(1) sends its signal to the program and then to the whole group,
// a terminal to everyone in it, of whom some pass it on.
const twinTime = 50 * time.Millisecond

// notify asks for the signals that stop a node. Two fit in the channel: the one that drains and the one that stops at once.
func notify() <-chan os.Signal {
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	return c
}

// twins takes in what comes with a first signal, before anything is said about a second.
func (j *job) twins() {
	over := time.NewTimer(twinTime)
	defer over.Stop()
	for {
		select {
		case <-j.Signals:
		case <-over.C:
			return
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package soak

import (
	"sync/atomic"

	"mabeam.dev/actors"
)

// action is what a message makes of its receiver.
type action uint8

const (
	nothing action = iota
	busy           // takes a while, and lets others run
	crash          // returns an error
	panics         // panics
	goexit         // ends the goroutine
	stop           // ends in order
	hang           // does not return before the gate opens
	forward        // tells, or calls, another process
	work           // starts a goroutine and a timer
	tick           // of that timer: no message of anybody
)

// message is what the workers take.
type message struct {
	do    action
	from  int    // who sent it: a driver, or passer
	n     uint64 // its number, counted by the sender
	reply actors.Reply[uint64]
	call  *call // nil unless it is a call
}

// passer is the sender of what workers send each other.
const passer = -1

// call is what the two sides of a call say of it.
type call struct{ said atomic.Uint32 }

const (
	callTaken uint32 = 1 << iota // by the receiver: Receive has begun
	callLeft                     // by the caller: it has its outcome
)

// take notes that Receive has begun. late says that the caller had its outcome by then, twice that the message was handled before.
func (c *call) take() (late, twice bool) {
	before := c.said.Or(callTaken)
	return before&callLeft != 0, before&callTaken != 0
}

// leave notes that the caller has its outcome, and says whether the message had been taken by then.
func (c *call) leave() (taken bool) { return c.said.Or(callLeft)&callTaken != 0 }

// SPDX-License-Identifier: Apache-2.0

package program

import (
	"sync"

	"mabeam.dev/agents/exec/protocol"
)

// Inbox brings the inputs of a port to an owner that takes them when it likes: while it waits for the
// hand-shake, one by one while it works, and while it waits for the end. It holds nothing: each Post waits
// until its input is taken, so the program feels how fast its owner is.
type Inbox struct {
	inputs chan protocol.Input // whoever posts sends; the owner receives; never closed; unbuffered
	left   chan struct{}       // closed by Leave
	leave  func()
}

// NewInbox makes the inbox of one port.
func NewInbox() *Inbox {
	left := make(chan struct{})
	return &Inbox{inputs: make(chan protocol.Input), left: left, leave: sync.OnceFunc(func() { close(left) })}
}

// Post is for Owner.Post.
func (b *Inbox) Post(in protocol.Input) bool {
	select {
	case b.inputs <- in:
		return true
	case <-b.left:
		return false
	}
}

// Inputs is what the owner receives from, to hand it to [Port.Handle].
func (b *Inbox) Inputs() <-chan protocol.Input { return b.inputs }

// Leave says that the owner is gone: the next Post fails, and with it the program is killed. It may be called
// twice, and after the end, when a timer that was just firing may still wait to be taken.
func (b *Inbox) Leave() { b.leave() }

// SPDX-License-Identifier: Apache-2.0

package actors

// UnstashIf puts those of the stashed messages that accept says yes to, oldest first, before the queue; the others stay stashed, in their
// order. accept is called once for each stashed message, oldest first, and must not stash. It panics without accept.
func (c *Context[M]) UnstashIf(accept func(m M) bool) {
	if accept == nil {
		panic("actors: UnstashIf needs a function")
	}
	c.proc.UnstashIf(func(msg any) bool {
		m, ok := msg.(M)
		return ok && accept(m)
	})
}

// ContinueWith has next called in a turn of its own before anything that waits, as Continue does with a message. What next returns is what
// Receive would return. A behaviour that is made of other people's callbacks begins this way when it has no message of its own to send
// itself. It panics without next.
func (c *Context[M]) ContinueWith(next func() error) {
	if next == nil {
		panic("actors: ContinueWith needs a function")
	}
	c.proc.ContinueWith(next)
}

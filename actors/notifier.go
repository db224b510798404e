// SPDX-License-Identifier: Apache-2.0

package actors

// Notifier returns what others use to have this process handle a message that is made in its own turn. As with a Down, a full mailbox does
// not refuse it, and a process that has ended has no use for it. It may be called from anywhere, and does not block.
func (c *Context[M]) Notifier() func(notice func() M) {
	proc := c.proc
	return func(notice func() M) { proc.Notify(func() any { return notice() }) }
}

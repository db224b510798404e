// SPDX-License-Identifier: Apache-2.0

package actors

// Notices returns a function that sends c's process notices: each value becomes the message that notice builds of it, in a turn of the
// process and in order with all other messages. It is how a package that watches something for a process tells it so. What deliver sends is
// never refused for want of room; a process that has ended gets none. deliver may be called from anywhere, also from an [AtEnd] hook, and
// never blocks. Notices panics without a function.
func Notices[M, N any](c *Context[M], notice func(N) M) (deliver func(N)) {
	if notice == nil {
		panic("actors: Notices needs a function")
	}
	p := c.proc
	return func(n N) { p.Notify(func() any { return notice(n) }) }
}

// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"time"

	"mabeam.dev/internal/kernel"
)

// Exit is an exit signal as a message: a linked process ended, or somebody called PID.Exit.
type Exit struct {
	// From is the process that ended; the zero PID if the signal came from outside any process.
	From PID
	// Reason is why.
	Reason Reason
}

// Down is the end of a process that was monitored.
type Down struct {
	// PID is the process; the zero PID if there was none to monitor.
	PID PID
	// Reason is why it ended; NoProc if it had ended before.
	Reason Reason
}

// Link ties this process and another together: when one ends the other gets an exit signal with the reason. A link to a process that
// is not there is an exit signal NoProc.
func (c *Context[M]) Link(to PID) {
	if to.proc != nil {
		c.proc.Link(to.proc)
	}
}

// Unlink ends a link; after it returns no exit of that link arrives.
func (c *Context[M]) Unlink(from PID) {
	if from.proc != nil {
		c.proc.Unlink(from.proc)
	}
}

// TrapExit makes exit signals arrive as the messages that notice makes, in order with all others, instead of ending the process. The
// stop of the parent still ends it, at its place in the queue. Nil ends trapping. A kill cannot be trapped.
func (c *Context[M]) TrapExit(notice func(Exit) M) {
	if notice == nil {
		c.proc.Trap(nil)
		return
	}
	c.proc.Trap(func(from *kernel.Proc, why Reason) any { return notice(Exit{PID{from}, why}) })
}

// Monitor is a watch over another process's life.
type Monitor struct{ m *kernel.Monitor }

// Stop ends the watch; after it returns its notice is not delivered, even if it was queued.
func (m Monitor) Stop() {
	if m.m != nil {
		m.m.Stop()
	}
}

// Monitor makes the end of another process arrive once, as the message that notice makes. If it has ended already, or is the zero PID,
// that is at once and with NoProc. Monitors stack: two watches give two notices. It panics without notice.
func (c *Context[M]) Monitor(who PID, notice func(Down) M) Monitor {
	if notice == nil {
		panic("actors: Monitor needs a function")
	}
	tell := func(target *kernel.Proc, why Reason) any { return notice(Down{PID{target}, why}) }
	if who.proc == nil {
		return Monitor{c.proc.MonitorNobody(tell)}
	}
	return Monitor{c.proc.Monitor(who.proc, tell)}
}

// AwaitExit blocks this process, and nobody else, until another has ended, at most d; negative means without limit. Messages wait
// meanwhile. ended is false when the time was up; ErrFenced says that this process was killed, ErrCallSelf that it would wait for
// itself.
func (c *Context[M]) AwaitExit(who PID, d time.Duration) (ended bool, err error) {
	if who.proc == c.proc {
		return false, ErrCallSelf
	}
	if who.proc == nil {
		return true, nil
	}
	return c.proc.AwaitDeath(who.proc, d)
}

// AskExit sends another process an exit signal in this process's name: as its parent, if it is.
func (c *Context[M]) AskExit(who PID, why Reason) {
	if who.proc != nil {
		who.proc.Exit(c.proc, why)
	}
}

// SPDX-License-Identifier: Apache-2.0

package eventmgr

import "mabeam.dev/actors"

// owner is the process that a handler belongs to, as the manager knows it.
type owner struct {
	pid   actors.PID
	tell  func(g Gone, next string) // tells it of a handler's end, and of the id that it owns from then on, if any; for the manager's turn
	watch actors.Monitor            // the manager's watch over the owner
}

// gone tells the owner that its handler has left for good.
func (o *owner) gone(g Gone) {
	if o == nil {
		return
	}
	o.watch.Stop()
	o.tell(g, "")
}

// swapped tells the owner that its handler has left for another, which it owns too.
func (o *owner) swapped(g Gone) {
	if o != nil {
		o.tell(g, g.Why.By)
	}
}

// newOwner has the process watch the manager, so that it hears of the handler's end whatever happens. forget ends the watch, in the
// process's turn.
func newOwner[E, N any](c *actors.Context[N], m actors.Ref[Message[E]], id string, gone func(Gone) N) (own *owner, forget func()) {
	if gone == nil {
		panic("eventmgr: a supervised handler needs a function for its end")
	}
	watch := c.Monitor(m.PID(), func(d actors.Down) N {
		return gone(Gone{ID: id, Why: Why{Cause: ManagerEnded, Reason: d.Reason}})
	})
	notify := c.Notifier()
	tell := func(g Gone, next string) {
		notify(func() N { // in the process's turn, like all that touches id and watch
			if id = next; next == "" {
				watch.Stop() // the manager's own end is not told after this
			}
			return gone(g)
		})
	}
	return &owner{pid: c.PID(), tell: tell}, watch.Stop
}

// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"

	"mabeam.dev/internal/kernel"
)

// Feed carries events of one source to one process, in the order in which they were added and without a gap: what subscriptions are made
// of. Each event takes its place in the process's mailbox as a notice: it does not count against the bound, it is never refused, and it
// becomes a message of the process's own type in the process's own turn. A Feed is safe for concurrent use; it ends with the process.
//
// The source adds an event under the lock that orders its changes, and flushes when it has let go of the lock and before it tells the
// author of the change that it is done. So nothing is sent under a lock, and what the author sends the process afterwards arrives later.
type Feed[E any] struct {
	proc *kernel.Proc
	make func(E) any

	mu struct {
		sync.Mutex
		pending []E    // added, not delivered
		added   uint64 // events so far
		sent    uint64 // of them, those whose notices are queued for certain
		stopped bool
	}
}

// NewFeed returns a Feed to the process that c belongs to; notice makes its messages. It panics without notice.
func NewFeed[E, M any](c *Context[M], notice func(E) M) *Feed[E] {
	if notice == nil {
		panic("actors: NewFeed needs a function")
	}
	return &Feed[E]{proc: c.proc, make: func(e E) any { return notice(e) }}
}

// PID returns the process that the Feed goes to.
func (f *Feed[E]) PID() PID { return PID{f.proc} }

// Add puts an event at the end of what is to be delivered. It sends nothing, so that it may be called under a lock; Flush must follow.
func (f *Feed[E]) Add(e E) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.mu.stopped {
		return
	}
	f.mu.pending = append(f.mu.pending, e)
	f.mu.added++
}

// Flush returns when a notice is queued for each event that was added before the call, whoever added it. Call it with no lock held.
//
// A notice stands for no event of its own: it delivers the first that is pending. Two that flush at the same time may therefore both send
// for the same event, and the notice that finds nothing is dropped; that neither has to wait for the other is what this buys.
func (f *Feed[E]) Flush() {
	f.mu.Lock()
	upTo := f.mu.added
	due := upTo - min(f.mu.sent, upTo)
	f.mu.Unlock()
	for range due {
		f.notify()
	}
	f.mu.Lock()
	f.mu.sent = max(f.mu.sent, upTo)
	f.mu.Unlock()
}

// notify queues one notice. A request that goes to nobody is the kernel's notice that may turn out to be none.
func (f *Feed[E]) notify() {
	f.proc.Request(nil, -1, func(*kernel.Slot, uint64) any { return nil }, func(any, error) any {
		e, ok := f.next()
		if !ok {
			return nil
		}
		return f.make(e)
	})
}

// next takes the event that is delivered now.
func (f *Feed[E]) next() (e E, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.mu.pending) == 0 {
		return e, false
	}
	e = f.mu.pending[0]
	var none E
	f.mu.pending[0] = none
	f.mu.pending = f.mu.pending[1:]
	return e, true
}

// Stop ends the Feed and reports whether it had not been stopped before: what was added and not delivered is dropped, and in the
// process's own turn nothing is delivered after it returns.
func (f *Feed[E]) Stop() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	was := !f.mu.stopped
	f.mu.stopped, f.mu.pending = true, nil
	return was
}

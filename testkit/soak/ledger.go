// SPDX-License-Identifier: Apache-2.0

package soak

import (
	"errors"
	"fmt"
	"sync/atomic"

	"mabeam.dev/actors"
)

// ledger counts messages. Each line has one keeper: senders, receivers, or the bus.
type ledger struct {
	// Kept by senders. A message counts as sent before the runtime has it.
	sent    atomic.Int64
	refused atomic.Int64

	// Kept by receivers, of messages that are no calls.
	handled atomic.Int64

	// Kept by the bus, likewise.
	dead atomic.Int64

	// Kept by receivers at the end of Receive, of all messages.
	taken   atomic.Int64
	inOrder atomic.Int64
	byCrash atomic.Int64
	void    atomic.Int64

	// Kept by callers. Each outcome is split by whether the message had been taken by then.
	calls    atomic.Int64
	replied  split
	ended    split // the callee ended
	timedOut split
	notTaken split // refused

	// Kept by receivers, of calls.
	callsInTime atomic.Int64 // taken before the caller had its outcome
	callsLate   atomic.Int64 // and after

	broken atomic.Pointer[brokenLaw] // the first that somebody saw
}

// split counts calls by whether their message had been taken when the caller had its outcome.
type split struct{ taken, untaken atomic.Int64 }

func (s *split) add(taken bool) {
	if taken {
		s.taken.Add(1)
	} else {
		s.untaken.Add(1)
	}
}

func (s *split) sum() int64 { return s.taken.Load() + s.untaken.Load() }

// brokenLaw is something that must never happen.
type brokenLaw struct{ text string }

func (l *ledger) violation(format string, args ...any) {
	l.broken.CompareAndSwap(nil, &brokenLaw{fmt.Sprintf(format, args...)})
}

// told notes what a sender was told; nil means that the message was accepted.
func (l *ledger) told(err error) {
	switch {
	case err == nil:
	case errors.Is(err, actors.ErrMailboxFull), errors.Is(err, actors.ErrNoProc), errors.Is(err, actors.ErrFenced),
		errors.Is(err, actors.ErrStopped), errors.Is(err, actors.ErrTimeout), errors.Is(err, errWaited):
		l.refused.Add(1)
	default:
		l.refused.Add(1)
		l.violation("a send was refused with an error that no send has: %v", err)
	}
}

// outcome notes how a call of number n ended.
func (l *ledger) outcome(c *call, n, got uint64, err error) {
	taken := c.leave()
	var ended *actors.CallError
	switch {
	case err == nil:
		l.replied.add(taken)
		if got != n || !taken {
			l.violation("call %d got the reply %d; its message was taken: %t", n, got, taken)
		}
	case errors.As(err, &ended):
		l.ended.add(taken)
	case errors.Is(err, errWaited), errors.Is(err, actors.ErrTimeout):
		l.timedOut.add(taken)
	case errors.Is(err, actors.ErrMailboxFull), errors.Is(err, actors.ErrNoProc), errors.Is(err, actors.ErrStopped):
		l.notTaken.add(taken)
		if taken {
			l.violation("a call was refused with %v and its message handled", err)
		}
	case errors.Is(err, actors.ErrFenced): // the caller was killed; its message may be anywhere
		l.timedOut.add(taken)
	default:
		l.timedOut.add(taken)
		l.violation("a call ended with an error that no call has: %v", err)
	}
}

// begin notes that Receive has begun.
func (l *ledger) begin(m message) {
	l.taken.Add(1)
	if m.call == nil {
		l.handled.Add(1)
		return
	}
	late, twice := m.call.take()
	if late {
		l.callsLate.Add(1)
	} else {
		l.callsInTime.Add(1)
	}
	if twice {
		l.violation("the message of call %d was handled twice", m.n)
	}
}

// check returns every law that the figures break. Everything has to be at rest.
func (l *ledger) check() error {
	var wrong []error
	equal := func(what string, got, want int64) {
		if got != want {
			wrong = append(wrong, fmt.Errorf("soak: %s: %d, and it has to be %d", what, got, want))
		}
	}
	equal("handled + dead letters + refused, of the messages sent", l.handled.Load()+l.dead.Load()+l.refused.Load(), l.sent.Load())
	equal("outcomes, of the calls", l.replied.sum()+l.ended.sum()+l.timedOut.sum()+l.notTaken.sum(), l.calls.Load())
	equal("calls whose caller found them handled, of those handled in time",
		l.replied.taken.Load()+l.ended.taken.Load()+l.timedOut.taken.Load(), l.callsInTime.Load())
	equal("in order + by crash + void, of the messages handled", l.inOrder.Load()+l.byCrash.Load()+l.void.Load(), l.taken.Load())
	equal("messages and calls, of those handled", l.handled.Load()+l.callsInTime.Load()+l.callsLate.Load(), l.taken.Load())
	if late, may := l.callsLate.Load(), l.ended.untaken.Load()+l.timedOut.untaken.Load(); late > may {
		wrong = append(wrong, fmt.Errorf("soak: %d calls were handled when their callers had left, and only %d callers left before", late, may))
	}
	if b := l.broken.Load(); b != nil {
		wrong = append(wrong, errors.New("soak: "+b.text))
	}
	return errors.Join(wrong...)
}

// SPDX-License-Identifier: Apache-2.0

package kernel

import "slices"

// Continue makes msg the next message of p, before anything that is queued. It may be called from Init and from a turn only.
func (p *Proc) Continue(msg any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.continueLocked(&continued{ready{msg}})
}

// ContinueWith makes a call of run the next thing that p does, as Continue does with a message. What run returns is what Handle returns.
func (p *Proc) ContinueWith(run func() error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.continueLocked(&prompt{run})
}

func (p *Proc) continueLocked(n notice) {
	if p.phase >= fenced {
		return
	}
	x := p.extraLocked()
	x.front = slices.Insert(x.front, 0, envelope{kind: kindNotice, msg: n})
}

// continued marks a message of Continue, which goes before those of Unstash.
type continued struct{ ready }

// prompt is a call in place of a message.
type prompt struct{ run func() error }

// deliver does what a message does in Handle, so there is nothing left to handle. It is no message that could be set aside.
func (c *prompt) deliver(p *Proc, _ uint64) (any, bool) {
	p.mu.Lock()
	p.cur.kind, p.cur.msg = kindCallback, callback("Continue")
	p.mu.Unlock()
	if err := c.run(); err != nil {
		if why, asked := p.Asked(); asked { // see handle
			p.die(why)
		} else {
			p.die(p.reasonOf(err, "Continue"))
		}
	}
	return nil, false
}

// stashed marks the message that a notice became before it was set aside.
type stashed struct{ ready }

// Stash sets the message in hand aside, with its sender and its call. A notice is set aside as the message it became.
func (p *Proc) Stash() {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.cur
	if _, made := e.msg.(notice); made || p.phase >= fenced || e.kind == kindNone || e.kind == kindCallback {
		return // a notice that is still one has not become a message
	}
	if e.kind == kindUser {
		p.users++
	} else {
		e = envelope{kind: kindNotice, msg: &stashed{ready{e.msg}}}
	}
	// The call is open in the stash now, and what is in hand is there only for those who look: stashing it twice has no effect.
	p.cur.slot = nil
	p.cur.kind, p.cur.msg = kindCallback, callback(messageType(p.cur))
	x := p.extraLocked()
	x.stash = append(x.stash, e)
}

// Unstash puts all that is stashed, oldest first, before the queue, and after what Continue made the next message.
func (p *Proc) Unstash() {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.more
	if x == nil || len(x.stash) == 0 || p.phase >= fenced {
		return
	}
	x.putFront(x.stash)
	x.stash = nil
}

// UnstashIf is Unstash for the messages that accept says yes to; the others stay stashed, in their order. accept runs once for each
// message, oldest first and without the lock; when it panics nothing has changed.
func (p *Proc) UnstashIf(accept func(msg any) bool) {
	p.mu.Lock()
	if p.more == nil || len(p.more.stash) == 0 || p.phase >= fenced {
		p.mu.Unlock()
		return
	}
	stash := p.more.stash // only the process's own turn changes it, and its end
	p.mu.Unlock()
	var yes, no []envelope
	for _, e := range stash {
		if accept(e.content()) {
			yes = append(yes, e)
		} else {
			no = append(no, e)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase >= fenced {
		return // they have been drained
	}
	p.more.putFront(yes)
	p.more.stash = no
}

// content is the message of a stashed envelope.
func (e envelope) content() any {
	if s, ok := e.msg.(*stashed); ok {
		return s.msg
	}
	return e.msg
}

// putFront puts envelopes before the queue, after what Continue put there.
func (x *extra) putFront(add []envelope) {
	first := 0
	for first < len(x.front) && x.front[first].fromContinue() {
		first++
	}
	x.front = slices.Insert(x.front, first, add...)
}

// fromContinue reports whether the envelope is of Continue or ContinueWith.
func (e envelope) fromContinue() bool {
	switch e.msg.(type) {
	case *continued, *prompt:
		return true
	}
	return false
}

// popFront takes the first of the messages before the queue.
func (x *extra) popFront() envelope {
	e := x.front[0]
	x.front[0] = envelope{}
	x.front = x.front[1:]
	if len(x.front) == 0 {
		x.front = nil
	}
	return e
}

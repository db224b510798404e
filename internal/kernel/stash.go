// SPDX-License-Identifier: Apache-2.0

package kernel

import "slices"

// Continue makes msg the next message of p, before anything that is queued. It may be called from Init and from a turn only.
func (p *Proc) Continue(msg any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase >= fenced {
		return
	}
	x := p.extraLocked()
	x.front = slices.Insert(x.front, 0, envelope{kind: kindNotice, msg: &continued{ready{msg}}})
}

// continued marks a message of Continue, which goes before those of Unstash.
type continued struct{ ready }

// stashed marks the message that a notice became before it was set aside.
type stashed struct{ ready }

// Stash sets the message in hand aside, with its sender and its call. A notice is set aside as the message it became.
func (p *Proc) Stash(msg any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.cur
	if p.phase >= fenced || e.kind == kindNone || e.kind == kindCallback {
		return
	}
	if e.kind == kindUser {
		p.users++
	} else {
		e = envelope{kind: kindNotice, msg: &stashed{ready{msg}}}
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
	first := 0
	for first < len(x.front) {
		if _, ok := x.front[first].msg.(*continued); !ok {
			break
		}
		first++
	}
	x.front = slices.Insert(x.front, first, x.stash...)
	x.stash = nil
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

// SPDX-License-Identifier: Apache-2.0

package kernel

import "mabeam.dev/actors/exit"

// endHook is something that a process's end releases: a member of a circular list whose head, the process's own, has no function.
type endHook struct {
	next, prev *endHook
	release    func(why exit.Reason)
}

// AtEnd has release called once when p ends, whatever ends it: after p is void and its names are free, before its mailbox is drained and
// anybody hears of the death. Hooks run in the order in which they were made, on the goroutine that ends the process; they must not block,
// send to p or panic. ErrFenced says that p has ended and release is not going to be called. cancel takes the hook back; it reports false
// if the end has begun.
func (p *Proc) AtEnd(release func(why exit.Reason)) (cancel func() bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase >= fenced {
		return nil, ErrFenced
	}
	x := p.extraLocked()
	if x.atEnd == nil {
		x.atEnd = &endHook{}
		x.atEnd.next, x.atEnd.prev = x.atEnd, x.atEnd
	}
	h := &endHook{release: release, next: x.atEnd, prev: x.atEnd.prev}
	h.prev.next, h.next.prev = h, h
	return func() bool { return p.cancelAtEnd(h) }, nil
}

func (p *Proc) cancelAtEnd(h *endHook) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase >= fenced || h.next == nil {
		return false
	}
	h.prev.next, h.next.prev = h.next, h.prev
	h.next, h.prev = nil, nil
	return true
}

// run calls the hooks behind the head; the process is fenced, so the list no longer changes.
func (head *endHook) run(why exit.Reason) {
	if head == nil {
		return
	}
	for h := head.next; h != head; h = h.next {
		h.release(why)
	}
}

// Extension returns what the system keeps under key, made on first use. make may be called for a value that is then dropped, and must not
// ask for an extension.
func (s *System) Extension(key any, make func() any) any {
	v, _ := s.extensions.LoadOrCompute(key, func() (any, bool) { return make(), false })
	return v
}

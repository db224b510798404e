// SPDX-License-Identifier: Apache-2.0

package kernel

import "sync"

// kind tells the turn what an envelope is.
type kind uint8

const (
	kindNone     kind = iota // no envelope
	kindUser                 // msg is for the behaviour
	kindNotice               // msg is a notice that makes the message in the receiver's turn
	kindExit                 // msg is the *exitNotice of the parent of a process that traps exits
	kindCallback             // in hand only: msg is the callback that runs instead of Receive
)

// envelope is one entry of a mailbox.
type envelope struct {
	msg  any
	from *Proc
	slot *Slot // of a call; nil otherwise
	gen  uint64
	kind kind
}

// callback names what a process is in when it handles no message.
type callback string

// notice makes a message for the behaviour at the moment of delivery; ok is false when it has been revoked meanwhile
// (demonitored, timer cancelled).
type notice interface {
	deliver(p *Proc, gen uint64) (msg any, ok bool)
}

// minRing is the first size of a ring; shrinkAt is the size from which an empty ring gives its memory back.
const (
	minRing  = 8
	shrinkAt = 256
)

// ring is a growing circular queue of envelopes. Its owner locks. A user message without sender and call, which is what nearly all are,
// is stored as it is; any other envelope lies in a box beside it, so that a message in a long queue costs two words and not six.
type ring struct {
	buf  []any // length is a power of two
	head int32
	n    int32
}

// smallest are rings of the first size whose processes rest.
var smallest = sync.Pool{New: func() any { return new([minRing]any) }}

// rest lets go of the memory of an empty ring of the first size: a process that waits for its next message holds none.
func (r *ring) rest() {
	if len(r.buf) == minRing {
		smallest.Put((*[minRing]any)(r.buf))
		*r = ring{}
	}
}

// boxes are envelopes that are not in use. A box belongs to the one ring that it is in, and goes back when it is popped.
var boxes = sync.Pool{New: func() any { return new(envelope) }}

// mask is what an index is taken modulo with.
func (r *ring) mask() int32 { return int32(len(r.buf) - 1) }

func (r *ring) push(e envelope) {
	if int(r.n) == len(r.buf) {
		r.grow()
	}
	at := (r.head + r.n) & r.mask()
	if e.kind == kindUser && e.from == nil && e.slot == nil {
		r.buf[at] = e.msg
	} else {
		box := boxes.Get().(*envelope)
		*box = e
		r.buf[at] = box
	}
	r.n++
}

func (r *ring) pop() (e envelope) {
	r.popInto(&e)
	return e
}

// popInto is pop into an empty envelope.
func (r *ring) popInto(e *envelope) {
	at := &r.buf[r.head]
	if box, boxed := (*at).(*envelope); boxed {
		*e = open(box)
	} else {
		e.msg, e.kind = *at, kindUser
	}
	*at = nil
	r.head = (r.head + 1) & r.mask()
	r.n--
	if r.n == 0 && len(r.buf) >= shrinkAt {
		*r = ring{}
	}
}

// open turns an entry back into an envelope and gives its box back.
func open(entry any) envelope {
	box, boxed := entry.(*envelope)
	if !boxed {
		return envelope{msg: entry, kind: kindUser}
	}
	e := *box
	*box = envelope{}
	boxes.Put(box)
	return e
}

// notices yields the messages of the envelopes that are not the user's.
func (r *ring) notices(yield func(any) bool) {
	for i := range r.n {
		if box, ok := r.buf[(r.head+i)&r.mask()].(*envelope); ok && box.kind != kindUser && !yield(box.msg) {
			return
		}
	}
}

// dropOldestUser removes the oldest user message; notices are never dropped.
func (r *ring) dropOldestUser() (envelope, bool) {
	mask := r.mask()
	for i := range r.n {
		at := (r.head + i) & mask
		if box, boxed := r.buf[at].(*envelope); boxed && box.kind != kindUser {
			continue
		}
		e := open(r.buf[at])
		for j := i; j > 0; j-- {
			r.buf[(r.head+j)&mask] = r.buf[(r.head+j-1)&mask]
		}
		r.buf[r.head] = nil
		r.head = (r.head + 1) & mask
		r.n--
		return e, true
	}
	return envelope{}, false
}

func (r *ring) grow() {
	if len(r.buf) == 0 {
		r.buf = smallest.Get().(*[minRing]any)[:]
		return
	}
	next := make([]any, 2*len(r.buf))
	copied := copy(next, r.buf[r.head:])
	copy(next[copied:], r.buf[:r.head])
	r.buf, r.head = next, 0
}

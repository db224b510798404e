// SPDX-License-Identifier: Apache-2.0

package kernel

// kind tells the turn what an envelope is.
type kind uint8

const (
	kindNone     kind = iota // no envelope
	kindUser                 // msg is for the behaviour
	kindNotice               // msg is a notice that makes the message in the receiver's turn
	kindExit                 // msg is the exit.Reason asked for by the parent of a process that traps exits
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

// ring is a growing circular queue of envelopes. Its owner locks.
type ring struct {
	buf  []envelope // length is a power of two
	head int
	n    int
}

func (r *ring) push(e envelope) {
	if r.n == len(r.buf) {
		r.grow()
	}
	r.buf[(r.head+r.n)&(len(r.buf)-1)] = e
	r.n++
}

func (r *ring) pop() envelope {
	at := &r.buf[r.head]
	e := *at
	*at = envelope{}
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.n--
	if r.n == 0 && len(r.buf) >= shrinkAt {
		*r = ring{}
	}
	return e
}

// dropOldestUser removes the oldest user message; notices are never dropped.
func (r *ring) dropOldestUser() (envelope, bool) {
	mask := len(r.buf) - 1
	for i := range r.n {
		at := (r.head + i) & mask
		if r.buf[at].kind != kindUser {
			continue
		}
		e := r.buf[at]
		for j := i; j > 0; j-- {
			r.buf[(r.head+j)&mask] = r.buf[(r.head+j-1)&mask]
		}
		r.buf[r.head] = envelope{}
		r.head = (r.head + 1) & mask
		r.n--
		return e, true
	}
	return envelope{}, false
}

func (r *ring) grow() {
	size := max(minRing, 2*len(r.buf))
	next := make([]envelope, size)
	copied := copy(next, r.buf[r.head:])
	copy(next[copied:], r.buf[:r.head])
	r.buf, r.head = next, 0
}

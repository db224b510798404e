// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"

	"mabeam.dev/internal/kernel"
)

// Ref addresses a process that takes messages of type M. It is a small comparable value of one of three kinds: an incarnation (from
// Spawn and Self), which reaches that incarnation or nobody; a name (from [Named]), which reaches whoever holds the name when the
// message is sent; an address made with [Resolved]. The zero Ref reaches nobody, and as it is of no system nobody counts what is told to it.
type Ref[M any] struct {
	proc *kernel.Proc
	addr *kernel.Address
	from *kernel.Proc
}

// Sender is a process in whose name messages are sent: a *Context.
type Sender interface{ sender() *kernel.Proc }

// From returns the same address, used in the name of a process: what it sends is void once that process has been killed, and its dead
// letters name the sender.
func (r Ref[M]) From(s Sender) Ref[M] {
	r.from = s.sender()
	return r
}

// Tell sends a message and never blocks. What cannot be taken becomes a dead letter.
func (r Ref[M]) Tell(m M) {
	if r.proc != nil {
		r.proc.Tell(m, r.from)
		return
	}
	if r.addr == nil {
		return
	}
	if p := r.addr.Resolve(); p != nil && takes[M](p) {
		p.Tell(m, r.from)
	} else if s := r.addr.System(); s != nil {
		s.NobodyAt(r.addr.Name(), m, r.from)
	}
}

// TryTell sends a message or says why it was not taken: ErrNoProc, ErrMailboxFull, ErrWrongType, ErrFenced, ErrStopped.
func (r Ref[M]) TryTell(m M) error {
	p, err := r.target()
	if err != nil {
		return err
	}
	return p.TryTell(m, r.from)
}

// TellContext sends a message and waits for room in the mailbox until ctx ends, or for the system's CallTimeout if ctx has no deadline:
// ErrTimeout. Inside a process pass its Context, so that a stop ends the wait. A process cannot wait for its own mailbox: ErrMailboxFull.
func (r Ref[M]) TellContext(ctx context.Context, m M) error {
	p, err := r.target()
	if err != nil {
		return err
	}
	from := r.from
	if from == nil {
		from = processOf(ctx)
	}
	return p.TellContext(ctx, m, from)
}

// PID returns the incarnation that the Ref reaches now; the zero PID if there is none.
func (r Ref[M]) PID() PID {
	p, err := r.target()
	if err != nil {
		return PID{}
	}
	return PID{p}
}

// String returns the path and incarnation, or the name.
func (r Ref[M]) String() string {
	switch {
	case r.proc != nil:
		return r.proc.String()
	case r.addr != nil:
		return r.addr.Name()
	}
	return "nobody"
}

// target resolves the Ref.
func (r Ref[M]) target() (*kernel.Proc, error) {
	if r.proc != nil {
		return r.proc, nil
	}
	if r.addr == nil {
		return nil, ErrNoProc
	}
	p := r.addr.Resolve()
	switch {
	case p == nil && r.addr.System() != nil && r.addr.System().Closed():
		return nil, ErrStopped
	case p == nil:
		return nil, ErrNoProc
	case !takes[M](p):
		return nil, ErrWrongType
	}
	return p, nil
}

// Named returns a Ref to whoever holds a name at the time of each send.
func Named[M any](sys *System, name string) Ref[M] { return Ref[M]{addr: sys.kernel.Named(name)} }

// Resolved returns a Ref that asks resolve for the incarnation at each send; the zero PID means nobody, and what is told to nobody is a
// dead letter of the owner's system under the name. Two such Refs are equal only if they come from the same call. Supervisors make Refs
// to children this way.
func Resolved[M any](owner PID, name string, resolve func() PID) Ref[M] {
	var sys *kernel.System
	if owner.proc != nil {
		sys = owner.proc.System()
	}
	return Ref[M]{addr: kernel.NewAddress(sys, name, func() *kernel.Proc { return resolve().proc })}
}

// RefOf returns a Ref to an incarnation known by its PID. ErrWrongType says that the process takes other messages.
func RefOf[M any](pid PID) (Ref[M], error) {
	switch {
	case pid.proc == nil:
		return Ref[M]{}, ErrNoProc
	case !takes[M](pid.proc):
		return Ref[M]{}, ErrWrongType
	}
	return Ref[M]{proc: pid.proc}, nil
}

// Lookup returns the Ref of the incarnation that holds a name now.
func Lookup[M any](sys *System, name string) (Ref[M], error) {
	return RefOf[M](sys.WhereIs(name))
}

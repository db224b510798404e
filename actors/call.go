// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/internal/kernel"
)

// Reply is the address of one call's answer: a value that may be kept, or passed on to another process that answers later. The duty
// stays with the process that took the call: its death fails the call. The zero Reply takes answers and drops them.
type Reply[R any] struct {
	slot *kernel.Slot
	gen  uint64
}

// Send answers the call. An answer that comes too late or a second time is dropped and counted.
func (r Reply[R]) Send(v R) {
	if r.slot != nil {
		r.slot.Reply(r.gen, v)
	}
}

// Fail answers the call with an error, which the caller gets as it is. A nil error is replaced by one that says so.
func (r Reply[R]) Fail(err error) {
	if err == nil {
		err = errors.New("actors: reply failed without an error")
	}
	if r.slot != nil {
		r.slot.Fail(r.gen, &failedWith{err})
	}
}

// failedWith is an error that a callee answered with, on its way to the caller. It tells an answer from what the runtime says of the
// call itself.
type failedWith struct{ err error }

func (e *failedWith) Error() string { return e.err.Error() }

// Open reports whether the caller still waits.
func (r Reply[R]) Open() bool { return r.slot != nil && r.slot.Pending(r.gen) }

// Call sends the message that build makes for the reply address and waits for the outcome: the reply; the error that the callee
// answered with; *CallError if the incarnation that took the call ends first; ErrTimeout; the cause of ctx; ErrNoProc; ErrMailboxFull;
// ErrCallSelf; ErrFenced; ErrStopped. Without a deadline in ctx the system's CallTimeout applies. Inside a process pass its Context.
func Call[R, M any](ctx context.Context, to Ref[M], build func(Reply[R]) M) (R, error) {
	return call(ctx, to, build, false)
}

// CallForever is Call without a default deadline: it waits as long as ctx and the callee live. Inside an Init the default applies all
// the same, because a call back to one's own supervisor could never end.
func CallForever[R, M any](ctx context.Context, to Ref[M], build func(Reply[R]) M) (R, error) {
	return call(ctx, to, build, true)
}

func call[R, M any](ctx context.Context, to Ref[M], build func(Reply[R]) M, forever bool) (R, error) {
	var zero R
	p, err := to.target()
	if err != nil {
		return zero, refused(to.String(), "", err)
	}
	if to.from == nil && ctx == context.Background() { // outside any process, and nothing can end the wait
		if slot, gen := p.Open(forever); slot != nil {
			<-p.Ask(build(Reply[R]{slot, gen}), nil, slot, gen)
			v, err := slot.Take()
			return answer[R](p, v, err)
		}
	}
	if c, ok := ctx.(Sender); ok && (to.from == nil || to.from == c.sender()) {
		return callOwn(c.sender(), ctx, p, build, forever)
	}
	caller := to.from
	if caller == nil {
		caller = processOf(ctx)
	}
	return callIn(ctx, caller, p, build, forever)
}

// callOwn is call for a process in its own context.
func callOwn[R, M any](caller *kernel.Proc, ctx context.Context, p *kernel.Proc, build func(Reply[R]) M, forever bool) (R, error) {
	slot, gen, err := caller.OpenOwn(p, forever && !caller.InInit())
	if err != nil {
		return answer[R](p, nil, err)
	}
	if slot == nil {
		return callIn(ctx, caller, p, build, forever)
	}
	<-caller.AskOwn(p, build(Reply[R]{slot, gen}), slot, gen)
	v, err := caller.TakeOwn(slot, gen)
	return answer[R](p, v, err)
}

// callIn is call in any context; caller is the process in whose name it is made, or nil.
func callIn[R, M any](ctx context.Context, caller, p *kernel.Proc, build func(Reply[R]) M, forever bool) (R, error) {
	if forever && caller != nil && caller.InInit() {
		forever = false
	}
	v, err := p.Call(ctx, caller, forever, func(slot *kernel.Slot, gen uint64) any {
		return build(Reply[R]{slot, gen})
	})
	return answer[R](p, v, err)
}

// answer gives the outcome of a call its types.
func answer[R any](p *kernel.Proc, v any, err error) (R, error) {
	r, _ := v.(R) // nil where R is an interface or the call failed
	if err == nil {
		return r, nil
	}
	switch e := err.(type) { //nolint:errorlint // the kernel's and our own values
	case *kernel.EndedError:
		return r, &CallError{Path: p.Path(), Reason: e.Reason}
	case *failedWith:
		return r, e.err
	}
	return r, refused(p.Path(), p.Path(), err)
}

// Request is a Call that does not block: its outcome becomes the message that then makes, in one of the process's next turns. d is the
// deadline: 0 means the system's CallTimeout, negative none. It panics without build or then.
func Request[R, M, N any](c *Context[N], to Ref[M], d time.Duration, build func(Reply[R]) M, then func(R, error) N) {
	if build == nil || then == nil {
		panic("actors: Request needs a function")
	}
	p, err := to.target()
	if err != nil {
		var none R
		c.proc.Notify(func() any { return then(none, refused(to.String(), "", err)) })
		return
	}
	deliver := func(v any, err error) any {
		r, err := answer[R](p, v, err)
		return then(r, err)
	}
	c.proc.Request(p, d, func(slot *kernel.Slot, gen uint64) any { return build(Reply[R]{slot, gen}) }, deliver)
}

// processKey finds the process in a context.
type processKey struct{}

// String names the key in a printed context.
func (processKey) String() string { return "actors.process" }

// processOf returns the process whose context ctx is, or is derived from.
func processOf(ctx context.Context) *kernel.Proc {
	p, _ := ctx.Value(processKey{}).(*kernel.Proc)
	return p
}

var _ fmt.Stringer = processKey{}

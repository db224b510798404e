// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"mabeam.dev/internal/kernel"
)

// Behavior is what a process does with its messages. It may also implement [Initer], [Terminator] and [Inspector].
type Behavior[M any] interface {
	// Receive handles one message. Nil goes on; Stop, StopShutdown and StopWith end the process in order; any other error is a crash.
	Receive(ctx *Context[M], msg M) error
}

// Initer is a behaviour with a start of its own.
type Initer[M any] interface {
	// Init runs as the new process before its first message, while the spawner waits. Ignore means that there is to be no process.
	Init(ctx *Context[M]) error
}

// Terminator is a behaviour that cleans up.
type Terminator[M any] interface {
	// Terminate runs once when the process ends, unless it is killed. Its error replaces the reason. ctx lives, as a context.Context,
	// until Terminate is over or a kill cuts it short; contexts derived from it before are cancelled.
	Terminate(ctx *Context[M], why Reason) error
}

// Inspector is a behaviour that shows its state.
type Inspector interface {
	// Inspect returns a view for people and tools; it runs between two messages and must not keep references to mutable state.
	Inspect() any
}

// Stateless makes a behaviour of a function; each incarnation is the function itself. It panics without one.
func Stateless[M any](receive func(ctx *Context[M], msg M) error) func() Behavior[M] {
	if receive == nil {
		panic("actors: Stateless needs a function")
	}
	return func() Behavior[M] { return receiveFunc[M](receive) }
}

// receiveFunc is a function as a behaviour.
type receiveFunc[M any] func(ctx *Context[M], msg M) error

func (f receiveFunc[M]) Receive(ctx *Context[M], msg M) error { return f(ctx, msg) }

// process is the body of a process of messages M: the typed edge over the untyped kernel.
type process[M any] struct {
	ctx Context[M]
	b   Behavior[M] // unborn until Init begins
}

var _ kernel.Body = (*process[int])(nil)

// unborn is the function that builds the behaviour, in its place until it is asked for it.
type unborn[M any] func() Behavior[M]

func (unborn[M]) Receive(*Context[M], M) error { panic("actors: a message before Init") }

func (p *process[M]) Init(proc *kernel.Proc) error {
	p.ctx.proc = proc
	start := p.b.(unborn[M])
	if start == nil {
		return ErrNoBehavior
	}
	if p.b = start(); p.b == nil {
		return ErrNoBehavior
	}
	if b, ok := p.b.(Initer[M]); ok {
		return b.Init(&p.ctx)
	}
	return nil
}

func (p *process[M]) Handle(msg any) error {
	m, ok := msg.(M)
	if !ok {
		return &UnknownMessageError{msg}
	}
	return p.b.Receive(&p.ctx, m)
}

func (p *process[M]) Terminate(why Reason) error {
	if b, ok := p.b.(Terminator[M]); ok {
		return b.Terminate(&p.ctx, why)
	}
	return nil
}

func (p *process[M]) Inspect() any {
	if b, ok := p.b.(Inspector); ok {
		return b.Inspect()
	}
	return nil
}

func (p *process[M]) Ignores(err error) bool { return err == Ignore } //nolint:errorlint // only the value itself

func (p *process[M]) Reason(err error) Reason { return reasonOf(err) }

// takes reports whether the process behind a record takes messages of type M.
func takes[M any](p *kernel.Proc) bool {
	_, ok := p.Tag().(*typeTag[M])
	return ok
}

// typeTag marks a record with its message type; one value per type, no state.
type typeTag[M any] struct{}

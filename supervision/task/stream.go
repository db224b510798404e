// SPDX-License-Identifier: Apache-2.0

package task

import (
	"context"
	"errors"
	"iter"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Stream returns what f makes of the items of seq, in their order, each in a task of its own and at most n of them at once. Nothing starts
// before the sequence is ranged over; that is for who ctx belongs to. Results wait for those before them, but while one is late no more than
// 16n items are begun.
//
// An item whose task failed, or took longer than [Within] says, is an *[ItemError] in its place, and the stream goes on. When tasks cannot be
// started, as with ErrMaxChildren, the stream ends with that error, and when ctx ends, with its cause. However the loop is left, all tasks
// that still run are stopped when it is: asked, and killed when their shutdown time is over. When the consuming process is killed they are
// stopped soon after. In an Init the system's CallTimeout limits each wait. It panics if n is less than 1 or a function is missing.
func Stream[A, T any](
	ctx context.Context, in *Supervisor, seq iter.Seq[A], n int, f func(ctx *Context, item A) (T, error), options ...Option,
) iter.Seq2[T, error] {
	if n < 1 || seq == nil || f == nil {
		panic("task: Stream needs a sequence, a function, and at least one task at once")
	}
	return func(yield func(T, error) bool) {
		c := consumer[A, T]{ctx: ctx, in: in, yield: yield}
		if err := c.open(n, f, settingsOf(options)); err != nil {
			c.failed(err)
			return
		}
		defer c.close() // also when the loop panics
		for item := range seq {
			if !c.put(item) {
				return
			}
		}
		c.drain()
	}
}

// consumer is one loop over a stream. Its tasks are run by a process beside it, which can wait for many at once.
type consumer[A, T any] struct {
	ctx   context.Context //nolint:containedctx // of one loop, which does not outlive the call it is in
	in    *Supervisor
	yield func(T, error) bool
	ref   actors.Ref[streaming]
}

// open starts the process that runs the tasks; a process that consumes is linked to it.
func (c *consumer[A, T]) open(n int, f func(*Context, A) (T, error), s settings) (err error) {
	if s.restart != supervision.Temporary {
		return ErrRestarts
	}
	sys := c.in.PID().System()
	if sys == nil {
		return actors.ErrNoProc
	}
	template, err := s.template()
	if err != nil {
		return err
	}
	how := template.Spec().Shutdown
	start := func() actors.Behavior[streaming] {
		return &streamer[A, T]{
			in: c.in, template: template, f: f, timeout: s.timeout, shutdown: how, callers: callersFor(c.ctx),
			window: window[T]{atOnce: n}, running: map[int]*item[A, T]{}, index: map[actors.PID]int{},
		}
	}
	kind := actors.Kind("task stream")
	if caller, ok := actors.CallerOf(c.ctx); ok {
		c.ref, err = actors.SpawnLink(caller, "", start, kind)
	} else {
		c.ref, err = actors.Spawn(sys, "", start, kind)
	}
	return err
}

// put has an item begun, and hands out what is ready meanwhile; false when the loop is over.
func (c *consumer[A, T]) put(item A) bool {
	for {
		a, ok := c.ask(ask[A, T]{item: item, more: true})
		if !ok || a.ready && !c.yield(a.value, a.err) {
			return false
		}
		if a.taken {
			return true
		}
	}
}

// drain hands out the rest.
func (c *consumer[A, T]) drain() {
	for {
		a, ok := c.ask(ask[A, T]{})
		if !ok || !a.ready || !c.yield(a.value, a.err) {
			return
		}
	}
}

func (c *consumer[A, T]) ask(what ask[A, T]) (answer[T], bool) {
	a, err := actors.CallForever(c.ctx, c.ref, func(r actors.Reply[answer[T]]) streaming {
		what.reply = r
		return what
	})
	if err != nil {
		c.failed(err)
	}
	return a, err == nil
}

// failed hands out the error that ends the stream.
func (c *consumer[A, T]) failed(err error) {
	var none T
	c.yield(none, &failure{"stream", c.in.PID().Path(), err})
}

// close waits until no task runs any more, unless ctx has ended: then that goes on without the consumer. The death of the process that ran
// them is no news for it, but that of a consumer who was killed, and could not say that it leaves, is for that process.
func (c *consumer[A, T]) close() {
	_, err := actors.CallForever(c.ctx, c.ref, func(r actors.Reply[none]) streaming { return leave{r} })
	if caller, ok := actors.CallerOf(c.ctx); ok && !errors.Is(err, actors.ErrFenced) {
		caller.Unlink(c.ref.PID())
	}
}

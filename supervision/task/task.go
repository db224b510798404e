// SPDX-License-Identifier: Apache-2.0

package task

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Task is a task whose result is asked for, by the process that started it: its owner. A task that was started outside of any process has no
// owner, and anybody may ask.
type Task[T any] struct {
	ref     actors.Ref[message]
	owner   actors.PID
	outcome outcome[T]
}

// PID returns the process of the task.
func (t *Task[T]) PID() actors.PID { return t.ref.PID() }

// Owner returns the process that may ask for the result; the zero PID if anybody may.
func (t *Task[T]) Owner() actors.PID { return t.owner }

// Async starts a task and returns at once. f runs in a process of its own under the supervisor, which is linked to the calling process: if
// f returns an error or panics, the caller ends as well unless it traps exits, and if the caller ends badly so does the task. Outside of a
// process there is nobody to link to. Errors: ErrMaxChildren; ErrRestarts; supervision.Faults for an invalid option; those of a call to a
// supervisor that has ended.
func Async[T any](ctx context.Context, in *Supervisor, f func(ctx *Context) (T, error), options ...Option) (*Task[T], error) {
	return async(ctx, in, f, true, options)
}

// AsyncNoLink is Async without the link: how the task ends is an outcome like any other, and it outlives its caller.
func AsyncNoLink[T any](ctx context.Context, in *Supervisor, f func(ctx *Context) (T, error), options ...Option) (*Task[T], error) {
	return async(ctx, in, f, false, options)
}

func async[T any](
	ctx context.Context, in *Supervisor, f func(ctx *Context) (T, error), linked bool, options []Option,
) (*Task[T], error) {
	if f == nil {
		panic("task: Async needs a function")
	}
	s := settingsOf(options)
	if s.restart != supervision.Temporary {
		return nil, ErrRestarts
	}
	template, err := s.template()
	if err != nil {
		return nil, err
	}
	caller, _ := actors.CallerOf(ctx)
	t := &Task[T]{owner: caller.PID()}
	j := &job{run: doing(&t.outcome, f), waits: linked, callers: callersFor(ctx)}
	if linked {
		j.link = caller.PID()
	}
	if t.ref, err = j.start(ctx, in, template); err != nil {
		return nil, err
	}
	if linked {
		caller.Link(t.PID())
		j.begin()
	}
	return t, nil
}

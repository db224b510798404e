// SPDX-License-Identifier: Apache-2.0

package task

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// Context is what a task's function gets: its process seen from inside. It is a context.Context that ends when the task is stopped, and can
// be passed wherever a process's own Context can: to Call, Spawn, Async. Messages are not for tasks, which handle none.
type Context struct {
	*actors.Context[message]
	callers []actors.PID
}

// Value finds the callers besides what the process's own Context has.
func (c *Context) Value(key any) any {
	if _, ok := key.(callersKey); ok {
		return c.callers
	}
	return c.Context.Value(key)
}

// callersKey finds the callers in a context.
type callersKey struct{}

// String names the key in a printed context.
func (callersKey) String() string { return "task.callers" }

// Callers returns who has asked for the task that ctx belongs to: the process that started it, then the one that started that one if it is
// a task itself, and so on. The supervisor, which is the parent, is not among them.
func Callers(ctx context.Context) []actors.PID {
	callers, _ := ctx.Value(callersKey{}).([]actors.PID)
	return callers
}

// callersFor are the callers of a task that is started with ctx.
func callersFor(ctx context.Context) []actors.PID {
	above := Callers(ctx)
	caller, ok := actors.CallerOf(ctx)
	if !ok {
		return above
	}
	return append([]actors.PID{caller.PID()}, above...)
}

// message is what a task's process takes.
type message interface{ task() }

// begin has a task do its work.
type begin struct{}

// await is a call that is never answered: it ends, as all calls do, when the process does.
type await struct{ reply actors.Reply[none] }

type none struct{}

func (begin) task() {}
func (await) task() {}

// worker is a task's process: its first message is its last.
type worker struct{ job *job }

// Init returns at once, so that the supervisor does not wait for the work.
func (w *worker) Init(ctx *actors.Context[message]) error {
	if !w.job.enter(ctx.PID(), actors.Notices(ctx, func(b begin) message { return b })) {
		return actors.Ignore
	}
	return nil
}

// Receive does the work, unless the caller that it was to be linked to has ended before.
func (w *worker) Receive(ctx *actors.Context[message], m message) error {
	switch m.(type) {
	case begin:
		if !w.job.link.IsZero() && w.job.link.Fenced() {
			return actors.StopBecause(exit.ReasonNoProc)
		}
		return w.job.run(&Context{ctx, w.job.callers})
	case await:
		return nil // it came before the work began
	}
	return &actors.UnknownMessageError{Message: m}
}

// describe makes the spec of tasks. Their mailboxes hold nothing but calls of those who wait for them, which are few, but may be repeated.
func describe(restart supervision.Restart, shutdown supervision.Shutdown) (dynamic.Template[*job, message], error) {
	start := func(j *job) actors.Behavior[message] { return &worker{j} }
	change := func(c *supervision.Child) { c.Restart, c.Shutdown = restart, shutdown }
	return dynamic.NewTemplate("task", start, change, actors.Kind("task"), actors.OnFull(actors.Unbounded))
}

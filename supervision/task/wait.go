// SPDX-License-Identifier: Apache-2.0

package task

import (
	"context"
	"errors"
	"time"

	"mabeam.dev/actors"
)

// errOver is the cause of a context whose time, given by an argument, has passed.
var errOver = errors.New("task: the time is over")

// within returns a context that also ends after d on the system's clock, with errOver as its cause.
func within(ctx context.Context, sys *actors.System, d time.Duration) (limited context.Context, cancel func()) {
	limited, end := context.WithCancelCause(ctx)
	t := sys.Clock().AfterFunc(d, func() { end(errOver) })
	return limited, func() {
		t.Stop()
		end(nil)
	}
}

// allowed refuses what only the owner may do, and what nobody may any more.
func (t *Task[T]) allowed(ctx context.Context, operation string) error {
	caller, _ := actors.CallerOf(ctx)
	switch {
	case !t.owner.IsZero() && t.owner != caller.PID():
		return t.failed(operation, ErrNotOwner)
	case t.outcome.isDropped():
		return t.failed(operation, ErrGivenUp)
	}
	return nil
}

func (t *Task[T]) failed(operation string, err error) error {
	switch inner := errors.Unwrap(err); inner { //nolint:errorlint // the sentinels themselves: the path is named by failure
	case actors.ErrTimeout, actors.ErrFenced, actors.ErrCallSelf:
		err = inner
	}
	return &failure{operation, t.PID().Path(), err}
}

// calling is actors.Call or actors.CallForever.
type calling func(context.Context, actors.Ref[message], func(actors.Reply[none]) message) (none, error)

// ended waits for the end of the task's process. A call is what the runtime can wait in, whoever waits: a process, code that has its
// context, or any goroutine. Nobody answers it; it fails when the task ends, and leaves nothing behind.
func (t *Task[T]) ended(ctx context.Context, operation string, call calling) (why actors.Reason, err error) {
	if why, dead := t.PID().Reason(); dead {
		return why, nil
	}
	_, err = call(ctx, t.ref, func(r actors.Reply[none]) message { return await{r} })
	_, ended := err.(*actors.CallError) //nolint:errorlint // this call's own outcome, not one that a cause may wrap
	if !ended && !(t.PID().Fenced() && (errors.Is(err, actors.ErrNoProc) || errors.Is(err, actors.ErrStopped))) {
		return actors.Reason{}, t.failed(operation, err)
	}
	return t.PID().Await(context.WithoutCancel(ctx)) // it is about to be dead, if it is not
}

// SPDX-License-Identifier: Apache-2.0

package task

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
)

// Shutdown stops a task that its owner has no use for, and returns when it has ended: at once, or within the time given, 5 s for the zero
// value; a task that has not ended by then, or when ctx ends, is killed. The link to the owner is undone before. done says that the task
// had its result all the same; *ExitError that it ended for a reason of its own. Errors of misuse are those of Await.
func Shutdown[T any](ctx context.Context, t *Task[T], how supervision.Shutdown) (v T, done bool, err error) {
	if err := t.allowed(ctx, "shutdown"); err != nil {
		return v, false, err
	}
	caller, _ := actors.CallerOf(ctx)
	caller.Unlink(t.PID())
	stopped := exit.Shutdown
	why, ended := t.PID().Reason()
	if how = how.For(plan.Worker); !ended && how != supervision.Brutal {
		t.PID().Exit(exit.ReasonShutdown)
		why, ended = t.left(ctx, how)
	}
	if !ended {
		stopped = exit.Killed
		t.PID().Kill()
		if why, err = t.PID().Await(context.WithoutCancel(ctx)); err != nil {
			return v, false, t.failed("shutdown", err)
		}
	}
	v, err = t.outcome.result(t.PID().Path(), why)
	if _, term := why.Term(); err != nil && why.Kind() == stopped && !term {
		return v, false, nil
	}
	return v, err == nil, err
}

// left waits for a task that was asked to stop.
func (t *Task[T]) left(ctx context.Context, how supervision.Shutdown) (why actors.Reason, ended bool) {
	var err error
	if limit, limited := how.Deadline(); limited {
		why, ended, err = t.yield(ctx, "shutdown", limit)
	} else {
		why, err = t.ended(ctx, "shutdown", actors.CallForever)
		ended = err == nil
	}
	return why, ended && err == nil
}

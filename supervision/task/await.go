// SPDX-License-Identifier: Apache-2.0

package task

import (
	"context"
	"errors"
	"time"

	"mabeam.dev/actors"
)

// Await waits for the result of a task: what its function returned, or *ExitError when it ended without a result. When ctx ends first it
// returns the cause, and where ctx has no deadline actors.ErrTimeout after the system's CallTimeout; both match context.DeadlineExceeded if
// it was for the time. The task goes on then, but is given up: its result is dropped. A result can be asked for again. Errors of misuse:
// ErrNotOwner, ErrGivenUp.
func Await[T any](ctx context.Context, t *Task[T]) (T, error) {
	var none T
	if err := t.allowed(ctx, "await"); err != nil {
		return none, err
	}
	why, err := t.ended(ctx, "await", actors.Call)
	if err == nil {
		return t.outcome.result(t.PID().Path(), why)
	}
	if errors.Is(err, actors.ErrTimeout) || ctx.Err() != nil {
		t.outcome.drop()
	}
	return none, err
}

// Yield waits for the result for at most d on the system's clock, and leaves the task alone if there is none by then: done is false. With a
// d that is not positive it does not wait. Otherwise it is like Await, but for the end of ctx, which is only an error.
func Yield[T any](ctx context.Context, t *Task[T], d time.Duration) (v T, done bool, err error) {
	if err := t.allowed(ctx, "yield"); err != nil {
		return v, false, err
	}
	why, done, err := t.yield(ctx, "yield", d)
	if done {
		v, err = t.outcome.result(t.PID().Path(), why)
	}
	return v, done && err == nil, err
}

// yield waits for the end of the task's process for at most d.
func (t *Task[T]) yield(ctx context.Context, operation string, d time.Duration) (why actors.Reason, ended bool, err error) {
	if why, dead := t.PID().Reason(); dead || d <= 0 {
		return why, dead, nil
	}
	limited, cancel := within(ctx, t.PID().System(), d)
	defer cancel()
	why, err = t.ended(limited, operation, actors.CallForever)
	switch {
	case err == nil:
		return why, true, nil
	case ctx.Err() == nil && (errors.Is(err, errOver) || errors.Is(err, actors.ErrTimeout)): // the latter limits calls in an Init
		return why, false, nil
	}
	return why, false, err
}

// Then makes the outcome of a task a message of its owner, which does not wait for it: then makes the message, from what Await would
// return, in the owner's own turn. It panics without a function. Errors of misuse are those of Await.
func Then[T, N any](ctx *actors.Context[N], t *Task[T], then func(T, error) N) error {
	if then == nil {
		panic("task: Then needs a function")
	}
	if err := t.allowed(ctx, "then"); err != nil {
		return err
	}
	ctx.Monitor(t.PID(), func(actors.Down) N {
		why, _ := t.PID().Reason() // NoProc is what a monitor says of those that ended before
		return then(t.outcome.result(t.PID().Path(), why))
	})
	return nil
}

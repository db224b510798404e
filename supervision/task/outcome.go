// SPDX-License-Identifier: Apache-2.0

package task

import (
	"sync"

	"mabeam.dev/actors"
)

// outcome is where a task leaves its result. It is written by the task's process, once, and read by who waits, once that process has
// ended. The lock is for a process that was killed and whose handler goes on: it may write at any time, and must not be believed.
type outcome[T any] struct {
	mu struct {
		sync.Mutex
		state state
		value T
	}
}

type state uint8

const (
	open    state = iota // nothing is known
	done                 // there is a result
	lost                 // the task has ended without one
	dropped              // nobody wants it any more
)

// finish leaves the result, unless it is too late for one.
func (o *outcome[T]) finish(v T) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mu.state == open {
		o.mu.state, o.mu.value = done, v
	}
}

// settle returns what is known of a task whose process has ended. A result that is not there yet will never be taken.
func (o *outcome[T]) settle() (v T, now state) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.mu.state == open {
		o.mu.state = lost
	}
	return o.mu.value, o.mu.state
}

// drop forgets the result, now and later.
func (o *outcome[T]) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	var zero T
	o.mu.state, o.mu.value = dropped, zero
}

func (o *outcome[T]) isDropped() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mu.state == dropped
}

// doing makes the job of a function with a result. What a killed process comes to is void.
func doing[T any](o *outcome[T], f func(ctx *Context) (T, error)) func(ctx *Context) error {
	return func(ctx *Context) error {
		v, err := f(ctx)
		if err != nil {
			return err
		}
		if !ctx.PID().Fenced() {
			o.finish(v)
		}
		return actors.Stop
	}
}

// result is the outcome of a task that ended for this reason.
func (o *outcome[T]) result(path string, why actors.Reason) (v T, err error) {
	v, now := o.settle()
	switch now {
	case done:
		return v, nil
	case dropped:
		return v, &failure{"await", path, ErrGivenUp}
	default:
		return v, &ExitError{Path: path, Reason: why}
	}
}

// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/supervision"
)

// retryPause is the wait before something is asked again of a process that is being restarted.
const retryPause = 25 * time.Millisecond

// lastTries is how long Drain tries to bring its result to the disk.
const lastTries = 10 * time.Second

// lastLook is how long Drain waits for the numbers at its end.
const lastLook = time.Second

// Queue is the handle of a work queue. It outlives restarts of the queue's process and may be used from any goroutine.
type Queue struct {
	sys      *actors.System
	o        Options
	ref      actors.Ref[Message]
	sinks    []*Sink
	sources  []*Source
	draining atomic.Bool // set by Drain for good; a restarted process goes on draining
}

// New makes the handle, or returns every problem of the options. Nothing runs yet: add sinks and sources, then start Spec under a
// supervisor, or Child alone.
func New(sys *actors.System, o Options) (*Queue, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	return &Queue{sys: sys, o: o, ref: actors.Named[Message](sys, o.Name)}, nil
}

// Name returns the name of the queue's process.
func (q *Queue) Name() string { return q.o.Name }

// Child describes the process of the queue alone.
func (q *Queue) Child() supervision.Child {
	return supervision.Child{ID: q.o.Name, Shutdown: supervision.After(10 * time.Second), Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, q.o.Name, q.behavior, actors.Kind("work.queue"), actors.OnFull(actors.Unbounded))
		return ref.PID(), err
	}}
}

// Spec describes a supervisor with the sinks, the queue and the sources, in this order. Any of them may crash without the others.
func (q *Queue) Spec() supervision.Spec {
	s := supervision.Spec{Strategy: supervision.OneForOne, Intensity: supervision.Intensity{Max: 5, Within: 10 * time.Second}}
	for _, sink := range q.sinks {
		s.Children = append(s.Children, sink.Child())
	}
	s.Children = append(s.Children, q.Child())
	for _, source := range q.sources {
		s.Children = append(s.Children, source.Child())
	}
	return s
}

// Receipt is what became of one submitted task.
type Receipt struct {
	// ID of the task that stands: another one than submitted when its key was known.
	ID string
	// State of that task when it was decided.
	State plan.State
	// Duplicate tells that the task was known, with equal content.
	Duplicate bool
	// Version of the event that holds the outcome of a duplicate that has ended; else 0.
	Version uint64
	// Err refuses the task: plan.ErrFull, plan.ErrDraining, plan.ErrConflict, *plan.DuplicateError, or joined *plan.FieldError.
	Err error
}

// Submit offers tasks and returns one receipt for each when the accepted ones are durable. While the queue is full it waits for room
// until ctx ends. An error means that the outcome is open, and the tasks can be submitted again: what was accepted is merged. It is the
// cause of ctx, actors.ErrNoProc, or *actors.CallError when the queue crashed. The tasks belong to the queue from then on.
func (q *Queue) Submit(ctx context.Context, tasks ...plan.Task) ([]Receipt, error) {
	return q.offer(ctx, offersOf(tasks), true)
}

// TrySubmit is Submit that does not wait: tasks beyond the limit are refused with plan.ErrFull.
func (q *Queue) TrySubmit(ctx context.Context, tasks ...plan.Task) ([]Receipt, error) {
	return q.offer(ctx, offersOf(tasks), false)
}

func offersOf(tasks []plan.Task) []offer {
	offers := make([]offer, len(tasks))
	for i, t := range tasks {
		offers[i].task = t
	}
	return offers
}

func (q *Queue) offer(ctx context.Context, offers []offer, wait bool) ([]Receipt, error) {
	if len(offers) == 0 {
		return nil, nil
	}
	return actors.CallForever(ctx, q.ref, func(r actors.Reply[[]Receipt]) Message { return submit{offers, wait, r} })
}

// Cancel withdraws a task that has not ended and returns when that is durable; plan.ErrUnknown or plan.ErrEnded otherwise.
func (q *Queue) Cancel(ctx context.Context, id, reason string) error {
	_, err := actors.CallForever(ctx, q.ref, func(r actors.Reply[struct{}]) Message { return cancel{id, reason, r} })
	return err
}

// WaitDone returns when every source is exhausted, no task is open, and every sink has written and flushed all outcomes. A restart of
// the queue does not disturb it. The error is the cause of ctx.
func (q *Queue) WaitDone(ctx context.Context) (Stats, error) {
	return persist(ctx, q, func() (Stats, error) {
		stats, err := actors.CallForever(ctx, q.ref, func(r actors.Reply[Stats]) Message { return await{r} })
		if err == nil {
			err = q.Flush(ctx)
		}
		return stats, err
	})
}

// Drain ends the work in order: nothing more is accepted or given out, and running attempts go on until ctx ends. Then they are taken
// back, uncounted, and will be the first that the next start gives out. Drain returns when that is durable and the sinks are flushed;
// its error says what of this could not be done within some seconds. The queue stays in this state.
func (q *Queue) Drain(ctx context.Context) (Stats, error) {
	q.draining.Store(true)
	_, err := persist(ctx, q, func() (struct{}, error) {
		return actors.CallForever(ctx, q.ref, func(r actors.Reply[struct{}]) Message { return drain{r} })
	})
	last, stop := q.within(context.WithoutCancel(ctx), lastTries)
	defer stop()
	if err == nil || ctx.Err() != nil {
		_, err = persist(last, q, func() (struct{}, error) {
			return actors.CallForever(last, q.ref, func(r actors.Reply[struct{}]) Message { return takeBack{r} })
		})
	}
	if err == nil {
		err = q.Flush(last)
	}
	if err != nil {
		err = fmt.Errorf("work: drain %q: what has ended could not be written to its journal and its results within %s: %w", q.o.Name, lastTries, err)
	}
	// What could not be brought to the disk may have used up all of that time, and the numbers are wanted then above all.
	brief, over := q.within(context.WithoutCancel(ctx), lastLook)
	defer over()
	stats, lost := q.Stats(brief)
	return stats, errors.Join(err, lost)
}

// Flush makes what the sinks have written durable.
func (q *Queue) Flush(ctx context.Context) error {
	var all []error
	for _, s := range q.sinks {
		_, err := persist(ctx, q, func() (struct{}, error) {
			return actors.CallForever(ctx, s.ref, func(r actors.Reply[struct{}]) sinkMessage { return sync{r} })
		})
		all = append(all, err)
	}
	return errors.Join(all...)
}

// persist repeats a request while the process that should answer it is being restarted.
func persist[R any](ctx context.Context, q *Queue, ask func() (R, error)) (R, error) {
	for {
		r, err := ask()
		var died *actors.CallError
		if err == nil || (!errors.As(err, &died) && !errors.Is(err, actors.ErrNoProc)) {
			return r, err
		}
		if err := q.pause(ctx); err != nil {
			return r, err
		}
	}
}

// pause waits a moment on the system's clock.
func (q *Queue) pause(ctx context.Context) error {
	return q.sys.Sleep(ctx, retryPause)
}

// within limits a context on the system's clock.
func (q *Queue) within(ctx context.Context, d time.Duration) (context.Context, func()) {
	limited, end := context.WithCancelCause(ctx)
	t := q.sys.Clock().AfterFunc(d, func() { end(actors.ErrTimeout) })
	return limited, func() { t.Stop(); end(nil) }
}

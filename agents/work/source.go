// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

const (
	// batchTasks and batchBytes bound what a source reads before it offers it to the queue, and so what it holds.
	batchTasks = 512
	batchBytes = 1 << 20
	// batchTime bounds how long tasks of a slow input are held.
	batchTime = 20 * time.Millisecond
)

// item is a task with the place it came from.
type item struct {
	offer
	place string // for people: file:line:col
}

// input is where a source's tasks come from. It has one user at a time.
type input interface {
	// check tells early that open would fail.
	check() error
	// open prepares the input; from is the offset behind the last accepted task, as the journal has it.
	open(from int64) error
	// ready reports whether next can be expected not to wait.
	ready() bool
	// next gives the next task, io.EOF at the end, a *badItem for something to be told and passed over, or a failure.
	next(now plan.Instant) (item, error)
	close()
}

// badItem is an entry of a source that is not a task.
type badItem struct {
	place string
	err   error
}

func (b *badItem) Error() string { return b.err.Error() }

func (b *badItem) Unwrap() error { return b.err }

// Source is the handle of a source: a process that reads tasks and offers them to the queue, as fast as the queue has room.
type Source struct {
	queue *Queue
	name  string
	input input
	keeps bool // the input cannot be opened again: what was read stays with the handle

	reading atomic.Bool // whether a goroutine reads: one at a time
	held    []item      // read and not yet accepted; owned by that goroutine
	ended   atomic.Bool
	offered atomic.Uint64
	bad     atomic.Uint64
}

// FileSource adds a source that reads JSON lines from a file (see package lines). The place behind the last accepted line is journaled with
// the task, so after a restart, even of the node, reading goes on there. Bad lines are told as BadLine and counted. To be called before
// the queue starts.
func (q *Queue) FileSource(name, path string) *Source {
	return q.addSource(name, &fileInput{path: path, source: "file:" + path}, false)
}

// ReaderSource adds a source that reads JSON lines from something that can be read once, such as os.Stdin. Lines that were read and not
// accepted survive a restart of the source's process, but not of the node. To be called before the queue starts.
func (q *Queue) ReaderSource(name string, r io.Reader) *Source {
	return q.addSource(name, &streamInput{r: r, name: name}, true)
}

// TaskSource adds a source that takes tasks from a sequence. A sequence is ranged over again after a restart of its process or of the
// node: tasks that are known are merged, so it must give the same tasks each time. An error in it is told as BadLine and passed over.
// Tasks are offered in groups of what the sequence gives within some milliseconds; one that waits for its next task holds the group back.
// To be called before the queue starts.
func (q *Queue) TaskSource(name string, tasks iter.Seq2[plan.Task, error]) *Source {
	return q.addSource(name, &sequenceInput{tasks: tasks, name: name}, false)
}

func (q *Queue) addSource(name string, in input, keeps bool) *Source {
	s := &Source{queue: q, name: name, input: in, keeps: keeps}
	q.sources = append(q.sources, s)
	return s
}

// Child describes the source's process. A source whose reader cannot be interrupted is stopped without waiting for it.
func (s *Source) Child() supervision.Child {
	name := s.queue.o.Name + "." + s.name
	c := supervision.Child{ID: name, Start: func(in actors.Spawner, _ any) (actors.PID, error) {
		ref, err := actors.SpawnLink(in, name, func() actors.Behavior[pumped] { return &sourceActor{s} }, actors.Kind("work.source"))
		return ref.PID(), err
	}}
	if s.keeps {
		c.Shutdown = supervision.Brutal
	}
	return c
}

func (s *Source) stats() SourceStats {
	return SourceStats{Name: s.name, Offered: s.offered.Load(), Bad: s.bad.Load(), Ended: s.ended.Load()}
}

// sourceActor is one incarnation of a source. The work is done by a goroutine of its own, because reading blocks.
type sourceActor struct{ source *Source }

// pumped is the end of that goroutine; nil at the end of the input, or when the queue drains.
type pumped struct{ err error }

// Init starts reading, unless the input is not there.
func (a *sourceActor) Init(ctx *actors.Context[pumped]) error {
	if !a.source.ended.Load() {
		if err := a.source.input.check(); err != nil {
			return err
		}
		bus := ctx.Events()
		ctx.Go(func(ctx context.Context) pumped { return pumped{a.source.pump(ctx, bus)} })
	}
	return nil
}

// Receive takes the end of reading. The process stays, so that it can be seen in the tree.
func (a *sourceActor) Receive(_ *actors.Context[pumped], m pumped) error { return m.err }

// pump reads and offers until the input ends, the queue drains, or the process ends.
func (s *Source) pump(ctx context.Context, bus *telemetry.Bus) error {
	for !s.reading.CompareAndSwap(false, true) { // the goroutine of a former incarnation still reads, which nobody can hurry
		if s.queue.sys.Sleep(ctx, retryPause) != nil {
			return nil
		}
	}
	defer s.reading.Store(false)
	if ctx.Err() != nil {
		return nil
	}
	if !s.keeps {
		s.held = nil
		defer s.input.close()
	}
	from, err := persist(ctx, s.queue, func() (int64, error) {
		return ask(ctx, s.queue, func(a *queue) int64 { return a.plan.Cursor(s.cursor()) })
	})
	if err == nil {
		err = s.input.open(from)
	}
	for ended := false; err == nil && !ended && ctx.Err() == nil; {
		if len(s.held) == 0 {
			ended, err = s.fill(ctx, bus)
		}
		if err == nil && ctx.Err() == nil && len(s.held) > 0 {
			var draining bool
			if draining, err = s.empty(ctx, bus); draining {
				return nil
			}
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	s.ended.Store(true)
	telemetry.Emit(bus, SourceEnded{Queue: s.queue.o.Name, Source: s.name, Offered: s.offered.Load(), Bad: s.bad.Load()})
	s.queue.ref.Tell(ended{}) // a queue that is being restarted sees the flag
	return nil
}

// cursor is the name under which the journal keeps the place.
func (s *Source) cursor() string {
	if f, ok := s.input.(*fileInput); ok {
		return f.source
	}
	return ""
}

// fill reads the next tasks. It waits for one at most: what has been read is not kept from the queue because more may come.
func (s *Source) fill(ctx context.Context, bus *telemetry.Bus) (end bool, err error) {
	began := s.queue.sys.Now()
	for size := 0; len(s.held) < batchTasks && size < batchBytes && ctx.Err() == nil; {
		if len(s.held) > 0 && (!s.input.ready() || s.queue.sys.Now().Sub(began) > batchTime) {
			break
		}
		it, err := s.input.next(plan.At(s.queue.sys.Now()))
		var bad *badItem
		switch {
		case errors.Is(err, io.EOF):
			return true, nil
		case errors.As(err, &bad):
			s.reject(bus, bad.place, "", bad.err)
		case err != nil:
			return false, err
		default:
			s.held = append(s.held, it)
			size += 256 + len(it.task.Input)
		}
	}
	return false, nil
}

// empty offers what was read, until the queue has it.
func (s *Source) empty(ctx context.Context, bus *telemetry.Bus) (draining bool, err error) {
	receipts, err := persist(ctx, s.queue, func() ([]Receipt, error) {
		offers := make([]offer, len(s.held)) // anew each time: what is sent belongs to the queue
		for i := range s.held {
			offers[i] = s.held[i].offer
		}
		return s.queue.offer(ctx, offers, true)
	})
	if err != nil {
		return false, err
	}
	for i, r := range receipts {
		switch {
		case r.Err == nil:
			s.offered.Add(1)
		case errors.Is(r.Err, plan.ErrDraining):
			draining = true
		default:
			s.reject(bus, s.held[i].place, s.held[i].task.ID, r.Err)
		}
	}
	if !draining {
		clear(s.held)
		s.held = s.held[:0]
	}
	return draining, nil
}

func (s *Source) reject(bus *telemetry.Bus, place, task string, err error) {
	s.bad.Add(1)
	telemetry.Emit(bus, BadLine{Queue: s.queue.o.Name, Source: s.name, Place: place, Task: task, Err: err})
}

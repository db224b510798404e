// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"mabeam.dev/actors/fault"
)

// ErrClosed is returned when a closed queue has no more events.
var ErrClosed = fault.New(8101, "telemetry: next event: queue closed")

// DefaultQueueSize is the bound of a queue whose options name none, in events.
const DefaultQueueSize = 4096

// QueueOptions says what a queue takes.
type QueueOptions struct {
	// Name shows up in Stats and in EventsLost.
	Name string
	// Size is the bound in events; 0 or less means DefaultQueueSize.
	Size int
	// Accept chooses events on the emitter's goroutine, so it must be quick; nil takes all.
	Accept func(Event) bool
}

// Queue is a bounded subscriber: emitters put events in without waiting, one reader takes them out.
type Queue struct {
	name string
	// items is filled by emitters, emptied by the reader, never closed: an emitter may be at it while the queue closes.
	items chan item
	// closed is closed by Close, once.
	closed chan struct{}
	cancel func()
	once   sync.Once

	lost    atomic.Uint64 // ever
	pending atomic.Uint64 // since the last event that got in
	next    Event         // the event behind a gap just reported; owned by the reader
}

// item is an event and how many were dropped right before it.
type item struct {
	event Event
	gap   uint64
}

// Queue subscribes a new queue to the bus. Its maker reads it and closes it.
func (b *Bus) Queue(o QueueOptions) *Queue {
	if o.Size <= 0 {
		o.Size = DefaultQueueSize
	}
	q := &Queue{name: o.Name, items: make(chan item, o.Size), closed: make(chan struct{})}
	call := q.put
	if o.Accept != nil {
		call = func(e Event) {
			if o.Accept(e) {
				q.put(e)
			}
		}
	}
	q.cancel = b.add(&subscription{name: o.Name, call: call, queue: q})
	return q
}

// put never waits. The count of dropped events travels with the next one that finds room, so the reader meets the gap where
// it is.
func (q *Queue) put(e Event) {
	gap := q.pending.Swap(0)
	select {
	case q.items <- item{e, gap}:
	default:
		q.lost.Add(1)
		q.pending.Add(gap + 1)
	}
}

// Next returns the next event, waiting for it until ctx ends or the queue closes. It returns an EventsLost where events were
// dropped, the context's cause when ctx ends first, and ErrClosed when the queue is closed and empty. One goroutine at a
// time may call it.
func (q *Queue) Next(ctx context.Context) (Event, error) {
	if e := q.next; e != nil {
		q.next = nil
		return e, nil
	}
	select {
	case it := <-q.items:
		return q.take(it), nil
	default:
	}
	select {
	case it := <-q.items:
		return q.take(it), nil
	case <-q.closed:
		return q.last()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (q *Queue) take(it item) Event {
	if it.gap == 0 {
		return it.event
	}
	q.next = it.event
	return EventsLost{Subscriber: q.name, Count: it.gap}
}

// last empties a closed queue; a gap at its very end is reported too.
func (q *Queue) last() (Event, error) {
	select {
	case it := <-q.items:
		return q.take(it), nil
	default:
	}
	if gap := q.pending.Swap(0); gap > 0 {
		return EventsLost{Subscriber: q.name, Count: gap}, nil
	}
	return nil, ErrClosed
}

// Run calls fn for every event until the queue is closed and empty (it returns nil) or ctx ends (its cause).
func (q *Queue) Run(ctx context.Context, fn func(Event)) error {
	for {
		e, err := q.Next(ctx)
		if errors.Is(err, ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		fn(e)
	}
}

// Lost returns how many events were ever dropped because the queue was full.
func (q *Queue) Lost() uint64 { return q.lost.Load() }

// Close ends the subscription. What is queued can still be read.
func (q *Queue) Close() {
	q.once.Do(func() {
		q.cancel()
		close(q.closed)
	})
}

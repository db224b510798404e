// SPDX-License-Identifier: Apache-2.0

package topic

import (
	"context"
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/follow"
)

// Options set up a bus. The zero value is ready for use.
type Options struct {
	// Name is the process's name; empty means "topics".
	Name string
	// Page is how many events the bus reads at once; 0 means 256.
	Page int
}

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "topics"
	}
	if o.Page <= 0 {
		o.Page = 256
	}
	return o
}

// Bus is the handle of the process that hands a journal's events to its subscribers. It outlives restarts of the process and may be used from any goroutine.
type Bus struct {
	o       Options
	journal *events.Journal
	feed    follow.Feed
	pid     atomic.Pointer[actors.PID] // the living incarnation; set by its Init
	ref     actors.Ref[Message]
}

// New makes the handle. The process is started with Start, or by a supervisor from Behavior and ProcessOptions, behind the journal.
func New(j *events.Journal, o Options) *Bus {
	b := &Bus{o: o.withDefaults(), journal: j}
	var err error
	if b.feed, err = follow.NewFeed(j, events.Query{}); err != nil {
		panic(err) // the zero query is a feed
	}
	b.ref = actors.Resolved[Message](actors.PID{}, b.o.Name, func() actors.PID {
		if pid := b.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return b
}

// Name gives the name under which the process is to be started.
func (b *Bus) Name() string { return b.o.Name }

// Behavior makes a new incarnation's behaviour, for Spawn or a child specification. One incarnation lives at a time.
func (b *Bus) Behavior() actors.Behavior[Message] { return &busActor{bus: b} }

// ProcessOptions are the options the process must be started with: its mailbox holds one question of each subscription, and so needs no bound.
func (b *Bus) ProcessOptions() []actors.Option {
	return []actors.Option{actors.OnFull(actors.Unbounded), actors.Kind("topics")}
}

// Start starts the process.
func (b *Bus) Start(in actors.Spawner) (actors.PID, error) {
	ref, err := actors.Spawn(in, b.o.Name, b.Behavior, b.ProcessOptions()...)
	if err != nil {
		return actors.PID{}, err
	}
	return ref.PID(), nil
}

// Status tells about a bus.
type Status struct {
	// At is the position up to which the bus has read the journal.
	At events.Position
	// Subscribers are told about in the order in which they first asked.
	Subscribers []SubscriberStatus
}

// SubscriberStatus tells about one subscription. The counters are those of the living incarnation of the bus.
type SubscriberStatus struct {
	Owner          string // path of its process
	Types, Streams string // its patterns
	Waiting        int    // events that wait for its next question
	Given, Dropped uint64 // events that it got, and that it did not get
	Asking         bool   // a question of it is open
}

// Status asks the process. The errors are those of a call.
func (b *Bus) Status(ctx context.Context) (Status, error) {
	return actors.Call(ctx, b.ref, func(r actors.Reply[Status]) Message { return look{r} })
}

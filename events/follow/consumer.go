// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/events"
)

// Handler deals with one event. It runs in a turn of the consumer's process and ctx is that of the process, so it may call and tell others; it must return when ctx
// ends. What it appends under ctx has the event as its cause ([events.WithCause]). Nil means that the event need not come again. An error or a panic is a failed attempt.
type Handler func(ctx context.Context, e events.Event) error

// Consumer is the handle of a durable reader: a process that gives each selected event to its handler and keeps its place in the store under its name. The
// handle outlives restarts of the process and may be used from any goroutine.
type Consumer struct {
	spec    Spec
	feed    Feed
	journal *events.Journal
	handle  Handler
	pid     atomic.Pointer[actors.PID] // the living incarnation; set by its Init
	ref     actors.Ref[Message]
}

// NewConsumer makes the handle; the errors are those of [Spec.Validate]. It panics without a handler. The process is started with Start, or by a supervisor from
// Behavior and ProcessOptions. It needs the journal's process, but may be started before it.
func NewConsumer(j *events.Journal, s Spec, handle Handler) (*Consumer, error) {
	if handle == nil {
		panic("follow: NewConsumer needs a handler")
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	feed, err := NewFeed(j, s.Query)
	if err != nil {
		return nil, err
	}
	c := &Consumer{spec: s.withDefaults(), feed: feed, journal: j, handle: handle}
	c.ref = actors.Resolved[Message](actors.PID{}, s.Name, func() actors.PID {
		if pid := c.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return c, nil
}

// Name gives the consumer's name.
func (c *Consumer) Name() string { return c.spec.Name }

// Behavior makes a new incarnation's behaviour, for Spawn or a child specification. Its Init fails with [ErrConsumerActive] while another consumer of the name lives in
// the system, for the same journal.
func (c *Consumer) Behavior() actors.Behavior[Message] { return &consumerActor{c: c} }

// ProcessOptions are the options the process must be started with.
func (c *Consumer) ProcessOptions() []actors.Option {
	return []actors.Option{actors.OnFull(actors.Unbounded), actors.Kind("consumer"), actors.Local()}
}

// Start starts the process.
func (c *Consumer) Start(in actors.Spawner) (actors.PID, error) {
	ref, err := actors.Spawn(in, c.spec.Name, c.Behavior, c.ProcessOptions()...)
	if err != nil {
		return actors.PID{}, err
	}
	return ref.PID(), nil
}

// State is what a consumer is doing.
type State uint8

// The states of a consumer.
const (
	// Following: it handles events, or waits for some.
	Following State = iota
	// Retrying: the event in hand has failed and waits for its next attempt, or is about to be given up.
	Retrying
	// Saving: the store does not take its place or its dead letter, so it waits.
	Saving
	// Halted: it has halted, see Status.Err.
	Halted
)

// String names the state: "following", "retrying", "saving" or "halted".
func (s State) String() string {
	names := [...]string{"following", "retrying", "saving", "halted"}
	if int(s) >= len(names) {
		return fmt.Sprintf("state(%d)", uint8(s))
	}
	return names[s]
}

// Status is a view of a consumer. The counters are of the living incarnation.
type Status struct {
	State State
	// Handled is the position up to which everything selected was handled or given up, Saved the one in the store. Head is the log's; where nothing selected follows,
	// the other two may stay about a thousand positions behind it.
	Handled, Saved, Head events.Position
	// Done counts events that were handled, GivenUp those written to the dead stream, Failures failed attempts.
	Done, GivenUp, Failures uint64
	// Err is the latest failure while the consumer is not Following; a [*HaltError] when it has halted.
	Err error
}

// Status asks the process; it answers between two events. The errors are those of a call and of reading the head.
func (c *Consumer) Status(ctx context.Context) (Status, error) {
	st, err := actors.Call(ctx, c.ref, func(r actors.Reply[Status]) Message { return look{r} })
	if err != nil {
		return Status{}, err
	}
	st.Head, err = c.journal.Head(ctx)
	return st, err
}

// Move makes the consumer go on with the first selected event at or behind a position, forward or backward, wherever it stands and also if it has halted: with the position of
// the event that made it halt to try that again, with the one behind to leave it out, with CompactedError.First to go on behind a hole. The new place is in the store when it returns; after an
// error the consumer stays where it is.
func (c *Consumer) Move(ctx context.Context, to events.Position) error {
	_, err := actors.Call(ctx, c.ref, func(r actors.Reply[struct{}]) Message { return move{to, r} })
	return err
}

// claim takes the consumer's name for the process; it is free again when the process ends, whatever ends it.
func (c *Consumer) claim(ctx *actors.Context[Message]) error {
	err := ctx.Register("consumer:" + c.journal.Name() + ":" + c.spec.Name)
	var taken *actors.NameTakenError
	if errors.As(err, &taken) {
		return fmt.Errorf("%w: %q is read by %s", ErrConsumerActive, c.spec.Name, taken.Holder)
	}
	return err
}

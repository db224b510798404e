// SPDX-License-Identifier: Apache-2.0

package sourced

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/follow"
)

// Options describe an entity. Journal, Stream and Codec must be set.
type Options[S, C, E any] struct {
	// Name is the name of the process; empty means the stream's.
	Name    string
	Journal *events.Journal
	Stream  events.Stream
	Codec   Codec[E]
	// Initial makes the state before the first event; nil means the zero S.
	Initial func() S
	// SnapshotEvery is how many events lie between two snapshots; 0 means none. With snapshots S must survive a way through JSON.
	SnapshotEvery int
	// Remember is how many commands are remembered by their ids; 0 means 1,024. A repetition of an older one is still recognised if it is decided to have events, but may be
	// refused by Decide.
	Remember int
	// Waiting bounds the commands that wait; 0 means 1,024.
	Waiting int
	// Effect is called in the process after an event was stored and applied, and before the caller is answered: to send messages, set timers. It is never called for the events of a recovery,
	// so after a crash an effect may be missing; see Outbox for those that must not.
	Effect func(ctx context.Context, e E)
}

// Entity is the handle of a process that runs a machine. It outlives restarts of the process and may be used from any goroutine.
type Entity[S, C, E any] struct {
	machine Sourced[S, C, E]
	o       Options[S, C, E]
	pid     atomic.Pointer[actors.PID] // the living incarnation; set by its Init
	ref     actors.Ref[Message]
}

// New makes the handle; the error is ErrOptions. The process is started with Start, or by a supervisor from Behavior and ProcessOptions.
func New[S, C, E any](m Sourced[S, C, E], o Options[S, C, E]) (*Entity[S, C, E], error) {
	var problems []error
	for _, missing := range []struct {
		what string
		is   bool
	}{{"machine", m == nil}, {"journal", o.Journal == nil}, {"codec", o.Codec == nil}} {
		if missing.is {
			problems = append(problems, fmt.Errorf("%w: stream %q: no %s", ErrOptions, string(o.Stream), missing.what))
		}
	}
	if err := (events.Bookmark{Name: string(o.Stream)}).Validate(); err != nil {
		problems = append(problems, fmt.Errorf("%w: not the name of a stream: %w", ErrOptions, err))
	}
	if o.SnapshotEvery < 0 || o.Remember < 0 || o.Waiting < 0 {
		problems = append(problems, fmt.Errorf("%w: stream %q: a negative number", ErrOptions, string(o.Stream)))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	if o.Name == "" {
		o.Name = string(o.Stream)
	}
	if o.Remember == 0 {
		o.Remember = 1024
	}
	if o.Waiting == 0 {
		o.Waiting = 1024
	}
	if o.Initial == nil {
		o.Initial = func() (s S) { return s }
	}
	x := &Entity[S, C, E]{machine: m, o: o}
	x.ref = actors.Resolved[Message](actors.PID{}, o.Name, func() actors.PID {
		if pid := x.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return x, nil
}

// Name gives the process's name.
func (x *Entity[S, C, E]) Name() string { return x.o.Name }

// Behavior makes a new incarnation's behaviour, for Spawn or a child specification. One incarnation lives at a time.
func (x *Entity[S, C, E]) Behavior() actors.Behavior[Message] { return &entityActor[S, C, E]{x: x} }

// ProcessOptions are the options the process must be started with: commands are bounded by Options.Waiting and not by the mailbox.
func (x *Entity[S, C, E]) ProcessOptions() []actors.Option {
	return []actors.Option{actors.OnFull(actors.Unbounded), actors.Kind("sourced"), actors.Local()}
}

// Start starts the process.
func (x *Entity[S, C, E]) Start(in actors.Spawner) (actors.PID, error) {
	ref, err := actors.Spawn(in, x.o.Name, x.Behavior, x.ProcessOptions()...)
	if err != nil {
		return actors.PID{}, err
	}
	return ref.PID(), nil
}

// Done is the answer to a command.
type Done[E any] struct {
	// Events are those that the command led to, and Version is the stream's behind them.
	Events  []E
	Version events.Version
	// Repeated tells that the command had been done before.
	Repeated bool
}

// Do has a command decided and returns when its events are stored and applied. They have the command as their cause, and the correlation that ctx carries ([events.WithCause]) unless the codec gives one. The id stands for the command in all its attempts: after an error that leaves the outcome open,
// *actors.CallError, actors.ErrNoProc, or the end of ctx, do it again with the same one. Other errors: that of Decide or of the codec, [ErrBusy], [ErrFenced], [*QuarantinedError], those of an append.
func (x *Entity[S, C, E]) Do(ctx context.Context, id events.ID, command C) (Done[E], error) {
	if id.IsZero() {
		return Done[E]{}, fmt.Errorf("%w: a command for stream %q has no id", ErrOptions, string(x.o.Stream))
	}
	return actors.CallForever(ctx, x.ref, func(r actors.Reply[Done[E]]) Message {
		return order[C, E]{id, command, events.CauseOf(ctx).Correlation, r}
	})
}

// Phase is what an entity is doing.
type Phase uint8

// The phases.
const (
	// Recovering: it reads its events, and commands wait.
	Recovering Phase = iota
	// Ready: it waits for commands.
	Ready
	// Persisting: the events of a command are on their way to the journal, and further commands wait.
	Persisting
	// Quarantined: it refuses commands, see View.Err.
	Quarantined
)

// String names the phase.
func (p Phase) String() string {
	names := [...]string{"recovering", "ready", "persisting", "quarantined"}
	if int(p) >= len(names) {
		return fmt.Sprintf("phase(%d)", uint8(p))
	}
	return names[p]
}

// View is the state of an entity at a moment. Nothing in it that was not stored.
type View[S any] struct {
	Phase   Phase
	State   S // shared with the process: do not change what it refers to
	Version events.Version
	Waiting int   // commands
	Err     error // a [*QuarantinedError], else nil
}

// View asks the process, also while it recovers.
func (x *Entity[S, C, E]) View(ctx context.Context) (View[S], error) {
	return actors.Call(ctx, x.ref, func(r actors.Reply[View[S]]) Message { return look[S]{r} })
}

// Outbox makes the consumer that sends what the entity's events ask for: each event is given to send at least once, in order, across crashes, and the event's id is the key to recognise a
// repetition. It is another process, to be supervised on its own; s says how it retries, and its name, if it is empty, is "outbox/" and the stream.
func (x *Entity[S, C, E]) Outbox(s follow.Spec, send func(ctx context.Context, id events.ID, e E) error) (*follow.Consumer, error) {
	if s.Name == "" {
		s.Name = "outbox/" + string(x.o.Stream)
	}
	s.Query = events.Query{Stream: x.o.Stream}
	return follow.NewConsumer(x.o.Journal, s, func(ctx context.Context, stored events.Event) error {
		e, err := x.o.Codec.Decode(stored)
		if err != nil {
			return err
		}
		return send(ctx, stored.ID, e)
	})
}

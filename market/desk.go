// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// BatchLimit is how many commands one append to the journal holds at most.
const BatchLimit = 256

const (
	batchBytes   = 512 << 10        // of one append, about
	checkpoint   = "checkpoint"     // ends the type of the event that vouches for a snapshot
	waitingLimit = 16384            // commands that wait
	firstPause   = time.Millisecond // before a journal is asked again; doubled up to the last
	lastPause    = time.Second
)

// keeper is the pure part of a process that journals before it answers: a state that commands change and events make again. It belongs to
// the process.
type keeper[C, R any] interface {
	// reset makes the state before the first event.
	reset()
	// replay takes in an event of the journal.
	replay(ev Event) error
	// do carries out a command, or refuses it and changes nothing. A result is told when what batch returns next is durable.
	do(now time.Time, command C) (R, error)
	// size is how many bytes the next batch has already.
	size() int
	// batch returns the event of everything that was changed since the last one; ok is false if nothing was.
	batch(now time.Time) (ev Event, ok bool)
	// tick lets time pass; what that changes is in the next batch.
	tick(now time.Time)
	// publish lets others see the state: everything in it is durable.
	publish(bus *telemetry.Bus)
	// encode writes the state, and decode makes it again; since counts what was changed after the last of either.
	encode() []byte
	decode(state []byte) error
	since() int
}

// DeskMessage is what the processes with a journal take. Their handles make the messages.
type DeskMessage interface{ desk() }

type (
	// command asks for one thing.
	command[C, R any] struct {
		do    C
		reply actors.Reply[R]
	}
	// flush is the process's own: it queues behind the commands in the mailbox, so when it comes they have all been taken.
	flush struct{}
	// recovery is the process's own: read the journal, before anything is done.
	recovery struct{}
	// tick is the process's own: time has passed.
	tick struct{}
	// saved says what became of a snapshot.
	saved struct{ err error }
)

func (command[C, R]) desk() {}
func (flush) desk()         {}
func (recovery) desk()      {}
func (tick) desk()          {}
func (saved) desk()         {}

// deskOptions are common to the processes with a journal.
type deskOptions struct {
	name, stream, family string
	journal              Journal
	snapshots            Snapshots
	every                int           // changes between two snapshots
	ticks                time.Duration // between two ticks; 0 means none
}

// snapshotEvery is how many changes lie between two snapshots of most processes; 0 means 10,000.
func snapshotEvery(n int) int {
	if n <= 0 {
		return 10_000
	}
	return n
}

// validate returns every problem, joined.
func (o *deskOptions) validate() error {
	var problems []error
	if o.name == "" {
		problems = append(problems, fmt.Errorf("market: %s: no name", o.family))
	}
	if o.stream == "" {
		problems = append(problems, fmt.Errorf("market: %s %q: no stream", o.family, o.name))
	}
	if o.journal == nil {
		problems = append(problems, fmt.Errorf("market: %s %q: no journal", o.family, o.name))
	}
	return errors.Join(problems...)
}

// desk is the handle of such a process. It outlives restarts and may be used from any goroutine.
type desk[C, R any] struct {
	o   deskOptions
	new func() keeper[C, R]
	pid atomic.Pointer[actors.PID] // the living incarnation; set by its Init
	ref actors.Ref[DeskMessage]
}

func newDesk[C, R any](o deskOptions, state func() keeper[C, R]) *desk[C, R] {
	d := &desk[C, R]{o: o, new: state}
	d.ref = actors.Resolved[DeskMessage](actors.PID{}, o.name, func() actors.PID {
		if pid := d.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return d
}

// Name gives the name under which the process is to be started.
func (d *desk[C, R]) Name() string { return d.o.name }

// Behavior makes a new incarnation's behaviour, for Spawn or a child specification. One incarnation lives at a time.
func (d *desk[C, R]) Behavior() actors.Behavior[DeskMessage] {
	return &deskActor[C, R]{d: d, state: d.new(), pause: firstPause}
}

// ProcessOptions are the options the process is to be started with.
func (d *desk[C, R]) ProcessOptions() []actors.Option {
	return []actors.Option{actors.Kind(d.o.family)}
}

// Start starts the process.
func (d *desk[C, R]) Start(in actors.Spawner) (actors.PID, error) {
	ref, err := actors.Spawn(in, d.o.name, d.Behavior, d.ProcessOptions()...)
	if err != nil {
		return actors.PID{}, err
	}
	return ref.PID(), nil
}

// ask has a command done and returns when it is durable.
func (d *desk[C, R]) ask(ctx context.Context, c C) (R, error) {
	r, err := actors.CallForever(ctx, d.ref, func(reply actors.Reply[R]) DeskMessage { return command[C, R]{c, reply} })
	return r, d.judge(err)
}

// judge tells a missing process from a refused command.
func (d *desk[C, R]) judge(err error) error {
	var died *actors.CallError
	if errors.Is(err, actors.ErrNoProc) || errors.Is(err, actors.ErrStopped) || errors.As(err, &died) {
		return fmt.Errorf("market: %s %q: %w: %w", d.o.family, d.o.name, ErrUnavailable, err)
	}
	return err
}

// request is ask for a process that must not block: the outcome becomes the message that then makes.
func request[C, R, N any](c *actors.Context[N], d *desk[C, R], do C, then func(R, error) N) {
	actors.Request(c, d.ref, -1, func(reply actors.Reply[R]) DeskMessage { return command[C, R]{do, reply} }, func(r R, err error) N {
		return then(r, d.judge(err))
	})
}

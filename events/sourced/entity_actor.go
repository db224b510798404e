// SPDX-License-Identifier: Apache-2.0

package sourced

import (
	"context"
	"errors"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/telemetry"
)

// Message is what an entity's process takes. Messages are made by [Entity] alone.
type Message interface{ sourced() }

type (
	order[C, E any] struct {
		id      events.ID
		command C
		work    events.ID // the correlation of its caller
		reply   actors.Reply[Done[E]]
	}
	look[S any]      struct{ reply actors.Reply[View[S]] }
	recovered[S any] struct {
		remains remains[S]
		err     error
	}
	stored struct {
		out events.Outcome
		err error
	}
	resend      struct{}
	notSnapshot struct{ err error }
)

func (order[C, E]) sourced()  {}
func (look[S]) sourced()      {}
func (recovered[S]) sourced() {}
func (stored) sourced()       {}
func (resend) sourced()       {}
func (notSnapshot) sourced()  {}

// longestPause is the longest distance between two attempts to reach a journal that is away; they begin with firstPause.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
)

// entityActor is one incarnation. All its state belongs to the process.
type entityActor[S, C, E any] struct {
	x       *Entity[S, C, E]
	phase   Phase
	is      remains[S] // what is stored and applied
	waiting []order[C, E]
	now     order[C, E] // while Persisting: the command in hand, its events, and how they are stored
	list    []E
	append  events.Append
	tries   int
	why     error // of the quarantine
}

// Init begins the recovery; commands may come and wait.
func (a *entityActor[S, C, E]) Init(ctx *actors.Context[Message]) error {
	pid := ctx.PID()
	a.x.pid.Store(&pid)
	a.is.state = a.x.o.Initial()
	sys := ctx.System()
	ctx.Go(func(ctx context.Context) Message {
		for wait := firstPause; ; wait = min(2*wait, longestPause) {
			r, err := a.x.recover(ctx)
			if !isAway(err) && !errors.Is(err, events.ErrBusy) || ctx.Err() != nil || sys.Sleep(ctx, wait) != nil {
				return recovered[S]{r, err}
			}
		}
	})
	return nil
}

// Receive does one step.
func (a *entityActor[S, C, E]) Receive(ctx *actors.Context[Message], msg Message) error {
	switch m := msg.(type) {
	case order[C, E]:
		a.take(m)
	case look[S]:
		m.reply.Send(View[S]{Phase: a.phase, State: a.is.state, Version: a.is.version, Waiting: len(a.waiting), Err: a.why})
		return nil
	case recovered[S]:
		a.is = m.remains
		a.phase = Ready
		if m.err != nil {
			a.quarantine(ctx, m.err)
		}
	case stored:
		if err := a.settle(ctx, m); err != nil {
			return err
		}
	case resend:
		a.send(ctx)
	case notSnapshot:
		telemetry.Emit(ctx.Events(), SnapshotFailed{Stream: a.x.o.Stream, Err: m.err})
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	for a.phase == Ready && len(a.waiting) > 0 {
		next := a.waiting[0]
		a.waiting = slices.Delete(a.waiting, 0, 1)
		a.decide(ctx, next)
	}
	return nil
}

// take sets a command in the queue, if it may wait.
func (a *entityActor[S, C, E]) take(m order[C, E]) {
	switch {
	case a.phase == Quarantined:
		m.reply.Fail(a.why)
	case len(a.waiting) >= a.x.o.Waiting:
		m.reply.Fail(ErrBusy)
	default:
		a.waiting = append(a.waiting, m)
	}
}

// decide has the machine decide and sends the events to the journal.
func (a *entityActor[S, C, E]) decide(ctx *actors.Context[Message], m order[C, E]) {
	if d, ok := a.is.past.index[m.id]; ok {
		a.recall(ctx, m, d.First)
		return
	}
	list, err := decide(a.x.machine, a.is.state, m.command)
	if err != nil {
		m.reply.Fail(err)
		return
	}
	if len(list) == 0 {
		m.reply.Send(Done[E]{Version: a.is.version})
		return
	}
	ap := events.Append{Stream: a.x.o.Stream, Expect: events.Exact(a.is.version)}
	for i, e := range list {
		n, err := a.x.o.Codec.Encode(e)
		if err != nil {
			m.reply.Fail(err)
			return
		}
		n = events.Cause{Correlation: m.work}.Of(n)
		n.ID, n.Causation = eventID(a.x.o.Stream, m.id, i), m.id
		ap.Events = append(ap.Events, n)
	}
	a.phase, a.now, a.list, a.append, a.tries = Persisting, m, list, ap, 0
	a.send(ctx)
}

// send gives the events in hand to the journal.
func (a *entityActor[S, C, E]) send(ctx *actors.Context[Message]) {
	ap := a.append
	ap.Events = slices.Clone(ap.Events) // the journal owns what it gets
	events.Submit(ctx, a.x.o.Journal, []events.Append{ap}, func(out []events.Outcome, err error) Message {
		if err != nil {
			return stored{err: err}
		}
		return stored{out: out[0]}
	})
}

// settle deals with the journal's answer.
func (a *entityActor[S, C, E]) settle(ctx *actors.Context[Message], m stored) error {
	if m.err != nil && isAway(m.err) {
		// What became of the append is open. Sent again with the same ids it is stored once.
		ctx.After(min(firstPause<<min(a.tries, 10), longestPause), Message(resend{}))
		a.tries++
		return nil
	}
	a.phase = Ready
	now, list := a.now, a.list
	a.now, a.list, a.append = order[C, E]{}, nil, events.Append{}
	err := errors.Join(m.err, m.out.Err)
	var other *events.ConflictError
	switch {
	case err == nil && m.out.Version <= a.is.version: // an old command that is not remembered, decided as it was then
		now.reply.Send(Done[E]{Events: list, Version: m.out.Version, Repeated: true})
	case err == nil:
		a.enter(ctx, now, list)
	case errors.Is(err, events.ErrVersion):
		return a.fence(ctx, now, err)
	case errors.As(err, &other): // an old command that is not remembered, decided differently now
		a.unearth(ctx, now, other)
	case m.err != nil:
		now.reply.Fail(m.err)
	default:
		now.reply.Fail(m.out.Err)
	}
	return nil
}

// enter applies what was stored, releases the effects and answers.
func (a *entityActor[S, C, E]) enter(ctx *actors.Context[Message], now order[C, E], list []E) {
	state, err := apply(a.x.machine, a.is.state, list)
	if err != nil {
		a.quarantine(ctx, err)
		now.reply.Fail(a.why)
		return
	}
	a.is.state = state
	for range list {
		a.is.version++
		a.is.past.note(now.id, a.is.version)
	}
	if a.x.o.Effect != nil {
		for _, e := range list {
			a.x.o.Effect(ctx, e)
		}
	}
	now.reply.Send(Done[E]{Events: list, Version: a.is.version})
	if n := a.x.o.SnapshotEvery; n > 0 && a.is.version-a.is.kept >= events.Version(n) {
		a.snapshot(ctx)
	}
}

// snapshot makes a snapshot of the state as it is now and has it written beside the commands that follow.
func (a *entityActor[S, C, E]) snapshot(ctx *actors.Context[Message]) {
	a.is.kept = a.is.version
	snap, err := a.x.freeze(a.is.state, a.is.version, a.is.past)
	if err != nil {
		telemetry.Emit(ctx.Events(), SnapshotFailed{Stream: a.x.o.Stream, Err: err})
		return
	}
	ctx.Go(func(ctx context.Context) Message {
		if err := a.x.o.Journal.PutSnapshot(ctx, snap); err != nil && ctx.Err() == nil {
			return notSnapshot{err}
		}
		return nil
	})
}

// recall answers a repeated command from the log, whose event with version first was its first.
func (a *entityActor[S, C, E]) recall(ctx *actors.Context[Message], m order[C, E], first events.Version) {
	d := Done[E]{Repeated: true}
	for stored, err := range a.x.o.Journal.Read(ctx, a.x.o.Stream, first) {
		if err == nil && stored.Causation != m.id {
			break
		}
		var e E
		if err == nil {
			e, err = a.x.decode(stored)
		}
		if err != nil {
			m.reply.Fail(err)
			return
		}
		d.Events, d.Version = append(d.Events, e), stored.Version
	}
	m.reply.Send(d)
}

// unearth answers a repeated command that is not remembered, if it is one.
func (a *entityActor[S, C, E]) unearth(ctx *actors.Context[Message], m order[C, E], other *events.ConflictError) {
	page, err := a.x.o.Journal.Query(ctx, events.Query{Stream: a.x.o.Stream, From: other.At, To: other.At})
	switch {
	case err != nil:
		m.reply.Fail(err)
	case len(page.Events) == 0 || page.Events[0].Causation != m.id:
		m.reply.Fail(other)
	default:
		first := page.Events[0].Version
		for i := range page.Events[0].Version { // the conflict may name any of its events
			if eventID(a.x.o.Stream, m.id, int(i)) == page.Events[0].ID {
				first -= i
				break
			}
		}
		a.recall(ctx, m, first)
	}
}

// fence ends the process: its state is not the stream's any more.
func (a *entityActor[S, C, E]) fence(ctx *actors.Context[Message], now order[C, E], err error) error {
	telemetry.Emit(ctx.Events(), EntityFenced{Stream: a.x.o.Stream, Err: err})
	for _, m := range append([]order[C, E]{now}, a.waiting...) {
		m.reply.Fail(errors.Join(ErrFenced, err))
	}
	a.waiting = nil
	return actors.StopWith(ErrFenced)
}

// quarantine refuses what waits and all that comes. The process lives on, because a restart would read the same events.
func (a *entityActor[S, C, E]) quarantine(ctx *actors.Context[Message], err error) {
	if ctx.Err() != nil {
		return // the process is being stopped, and that is what the error says
	}
	a.phase = Quarantined
	a.why = &QuarantinedError{Stream: a.x.o.Stream, Version: a.is.version, Err: err}
	telemetry.Emit(ctx.Events(), EntityQuarantined{Stream: a.x.o.Stream, Err: err})
	for _, m := range a.waiting {
		m.reply.Fail(a.why)
	}
	a.waiting = nil
}

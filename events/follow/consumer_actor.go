// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"errors"
	"runtime/debug"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/events"
	"mabeam.dev/telemetry"
)

// Message is what a consumer's process takes. Messages are made by [Consumer] alone.
type Message interface{ consumer() }

type (
	begin   struct{} // find the place
	fetched struct { // an answer of the feed
		course uint64
		batch  Batch
		err    error
	}
	step struct{ course uint64 } // deal with the event in hand, or end the page
	look struct{ reply actors.Reply[Status] }
	move struct {
		to    events.Position
		reply actors.Reply[struct{}]
	}
)

func (begin) consumer()   {}
func (fetched) consumer() {}
func (step) consumer()    {}
func (look) consumer()    {}
func (move) consumer()    {}

// consumerActor is one incarnation. All its state belongs to the process.
type consumerActor struct {
	c       *Consumer
	found   bool   // the place is known
	course  uint64 // rises with each move: what is under way for the former place is void
	reading *reading
	page    []events.Event // in hand, the next one first
	through events.Position
	attempt int // of the next event that have failed
	cause   error
	trouble int // how often in a row the store did not take what must be written
	status  Status
}

// Init takes the name and begins; nothing is read yet, so that the journal may be started later.
func (a *consumerActor) Init(ctx *actors.Context[Message]) error {
	if err := a.c.claim(ctx); err != nil {
		return err
	}
	pid := ctx.PID()
	a.c.pid.Store(&pid)
	ctx.Self().Tell(begin{})
	return nil
}

// Receive does one step.
func (a *consumerActor) Receive(ctx *actors.Context[Message], msg Message) error {
	switch m := msg.(type) {
	case begin:
		if !a.found {
			a.find(ctx)
		}
	case fetched:
		if m.course == a.course {
			a.take(ctx, m)
		}
	case step:
		if m.course == a.course {
			a.step(ctx)
		}
	case look:
		m.reply.Send(a.status)
	case move:
		a.move(ctx, m)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// Terminate keeps the place at an ordered stop, so that nothing is repeated. After a crash some of the page is.
func (a *consumerActor) Terminate(ctx *actors.Context[Message], why actors.Reason) error {
	if a.found && !why.Abnormal() && a.status.Handled != a.status.Saved {
		_ = a.save(ctx) // at worst the page is repeated
	}
	return nil
}

// Inspect shows the status, without the head.
func (a *consumerActor) Inspect() any { return a.status }

// find reads the place from the store. A consumer that begins writes it at once: from now on retention knows of it, and Now stays where it was.
func (a *consumerActor) find(ctx *actors.Context[Message]) {
	at, kept, err := a.bookmark(ctx)
	if err == nil && !kept {
		err = a.c.journal.PutBookmark(ctx, events.Bookmark{Name: a.c.spec.Name, Position: at})
	}
	if err != nil {
		a.again(ctx, err, begin{})
		return
	}
	a.found = true
	a.status.Handled, a.status.Saved = at, at
	a.settle()
	a.fetch(ctx)
}

// bookmark gives the consumer's place, and whether it comes from the store.
func (a *consumerActor) bookmark(ctx context.Context) (at events.Position, kept bool, err error) {
	marks, err := a.c.journal.Bookmarks(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, m := range marks {
		if m.Name == a.c.spec.Name {
			return m.Position, true, nil
		}
	}
	switch from := a.c.spec.From; from {
	case 0:
		return 0, false, nil
	case Now:
		at, err = a.c.journal.Head(ctx)
		return at, false, err
	default:
		return from - 1, false, nil
	}
}

// fetch asks for the next page.
func (a *consumerActor) fetch(ctx *actors.Context[Message]) {
	sys, feed, course, r := ctx.System(), a.c.feed, a.course, &reading{}
	after, n := a.status.Handled, a.c.spec.Page
	a.reading = r
	ctx.Go(func(ctx context.Context) Message {
		ctx, over := r.begin(ctx)
		defer over()
		b, err := feed.Await(ctx, sys, after, n)
		return fetched{course, b, err}
	})
}

// take gets a page in hand.
func (a *consumerActor) take(ctx *actors.Context[Message], m fetched) {
	a.reading = nil
	a.page, a.through = m.batch.Events, max(m.batch.Through, a.status.Handled)
	switch {
	case m.err == nil:
		a.step(ctx)
	case isFinal(m.err):
		a.halt(ctx, 0, m.err)
	default:
		a.again(ctx, m.err, step{a.course})
	}
}

// isFinal reports whether reading the same again would end in the same way.
func isFinal(err error) bool {
	for _, e := range []error{events.ErrCompacted, events.ErrCorrupt, events.ErrInvalid, events.ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// step deals with the next event of the page; each has a turn of its own, so that a long page holds up neither a stop nor a question. At the end of the page the place
// is kept.
func (a *consumerActor) step(ctx *actors.Context[Message]) {
	for len(a.page) > 0 && !a.c.spec.selects(a.page[0]) {
		a.page = a.page[1:]
	}
	if len(a.page) > 0 {
		a.deal(ctx, a.page[0])
		return
	}
	a.status.Handled = a.through
	if err := a.save(ctx); err != nil {
		a.again(ctx, err, step{a.course})
		return
	}
	a.settle()
	a.fetch(ctx)
}

// deal gives an event to the handler, or gives it up when it is out of attempts.
func (a *consumerActor) deal(ctx *actors.Context[Message], e events.Event) {
	if a.attempt < a.c.spec.Retry.Attempts {
		err := a.try(ctx, e)
		switch {
		case err == nil:
			a.status.Done++
			a.pass(ctx, e)
			return
		case ctx.Err() != nil:
			return // a stop has cut it short, which is not the event's fault
		}
		a.attempt++
		a.cause = err
		a.status.Failures++
	}
	switch {
	case a.attempt < a.c.spec.Retry.Attempts:
		a.status.State, a.status.Err = Retrying, a.cause
		ctx.After(pause(a.attempt, a.c.spec.Retry.Initial, a.c.spec.Retry.Max), Message(step{a.course}))
	case a.c.spec.Halt:
		a.halt(ctx, e.Position, a.cause)
	default:
		a.bury(ctx, e)
	}
}

// try runs the handler; a panic is its error.
func (a *consumerActor) try(ctx *actors.Context[Message], e events.Event) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &exit.CrashError{Message: e.Type, Cause: &exit.PanicError{Value: r}, Stack: debug.Stack()}
		}
	}()
	return a.c.handle(events.WithCause(ctx, events.CauseBy(e)), e)
}

// bury writes the event to the dead stream. If that was done before a crash it is there already, perhaps with another text.
func (a *consumerActor) bury(ctx *actors.Context[Message], e events.Event) {
	_, err := a.c.journal.Append(ctx, a.c.spec.deadStream(), events.Any, letter(a.c.spec.Name, e, a.attempt, a.cause))
	switch {
	case err == nil, errors.Is(err, events.ErrIDConflict):
		a.status.GivenUp++
		telemetry.Emit(ctx.Events(), EventGivenUp{Consumer: a.c.spec.Name, Position: e.Position, Type: e.Type, Attempts: a.attempt, Err: a.cause})
		a.pass(ctx, e)
	case errors.Is(err, events.ErrInvalid), errors.Is(err, events.ErrUnknownType):
		a.halt(ctx, e.Position, errors.Join(a.cause, err)) // no later attempt could end differently
	default:
		a.again(ctx, err, step{a.course})
	}
}

// pass goes on behind an event.
func (a *consumerActor) pass(ctx *actors.Context[Message], e events.Event) {
	a.page = a.page[1:]
	a.status.Handled = e.Position
	a.attempt, a.cause = 0, nil
	a.settle()
	ctx.Self().Tell(step{a.course})
}

// save keeps the place in the store, if it is another.
func (a *consumerActor) save(ctx *actors.Context[Message]) error {
	if a.status.Handled == a.status.Saved {
		return nil
	}
	err := a.c.journal.PutBookmark(ctx, events.Bookmark{Name: a.c.spec.Name, Position: a.status.Handled})
	if err == nil {
		a.status.Saved = a.status.Handled
	}
	return err
}

// again repeats a step later, because the store did not take something or the journal is away.
func (a *consumerActor) again(ctx *actors.Context[Message], err error, m Message) {
	a.trouble++
	a.status.State, a.status.Err = Saving, err
	ctx.After(pause(a.trouble, firstPause, longestPause), m)
}

// settle is what follows a success.
func (a *consumerActor) settle() {
	a.trouble = 0
	a.status.State, a.status.Err = Following, nil
}

// halt stands still. What was handled is kept as far as the store takes it; the process lives on to show why.
func (a *consumerActor) halt(ctx *actors.Context[Message], at events.Position, why error) {
	if ctx.Err() != nil {
		return // the process is being stopped, and that is what the error says
	}
	a.status.State = Halted
	a.status.Err = &HaltError{Name: a.c.spec.Name, Position: at, Err: why}
	_ = a.save(ctx) // Terminate tries again
	telemetry.Emit(ctx.Events(), ConsumerHalted{Consumer: a.c.spec.Name, Position: at, Err: why})
}

// move begins a new course.
func (a *consumerActor) move(ctx *actors.Context[Message], m move) {
	at := events.Position(0)
	var err error
	switch {
	case m.to == Now:
		at, err = a.c.journal.Head(ctx)
	case m.to > 0:
		at = m.to - 1
	}
	if err == nil {
		err = a.c.journal.PutBookmark(ctx, events.Bookmark{Name: a.c.spec.Name, Position: at})
	}
	if err != nil {
		m.reply.Fail(err)
		return
	}
	a.course++
	if a.reading != nil {
		a.reading.end()
	}
	a.found, a.page, a.attempt, a.cause = true, nil, 0, nil
	a.status.Handled, a.status.Saved = at, at
	a.settle()
	m.reply.Send(struct{}{})
	a.fetch(ctx)
}

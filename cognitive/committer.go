// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/telemetry"
)

const (
	batchLimit   = 512              // commands in one batch
	batchBytes   = 512 << 10        // of a batch, about; and of what may wait for the journal
	firstPause   = time.Millisecond // before a journal is asked again; doubled up to the last
	lastPause    = time.Second
	waitingLimit = 65536 // commands that wait
)

// committerMessage is what the committer takes.
type committerMessage interface{ committer() }

// answer is what a command gave.
type answer struct {
	commits []*Commit
	again   bool // the key was known
}

type (
	// try has a proposal checked (dry), or carried out; opening is the decision that is to be noted as open if the check passes.
	try struct {
		p       *proposal
		dry     bool
		opening *question
		reply   actors.Reply[answer]
	}
	// order has anything else done to the book.
	order struct {
		run   func(b *book, now time.Time) (answer, error)
		reply actors.Reply[answer]
	}
	// flush is the committer's own: it queues behind the commands in the mailbox, so when it comes they have all been taken.
	flush struct{}
	// recovery is the committer's own: read the journal before anything is done.
	recovery struct{}
	// journaled tells what became of an append beside the process.
	journaled struct {
		next uint64
		err  error
	}
	// expiry is the committer's own: a value for some agents expires.
	expiry struct{}
	// ended is an exit signal: of the process that computes, or meant for this one.
	ended actors.Exit
)

func (try) committer()       {}
func (order) committer()     {}
func (flush) committer()     {}
func (recovery) committer()  {}
func (journaled) committer() {}
func (expiry) committer()    {}
func (ended) committer()     {}
func (outside) committer()   {}

// committer is one incarnation of the one process that changes a space. It owns the book; what is published belongs to nobody any more.
type committer struct {
	s       *Space
	ctx     *actors.Context[committerMessage]
	b       *book
	version uint64 // of the stream
	ready   bool
	broken  error // why the journal cannot be understood; everything is refused with it
	waiting []committerMessage
	armed   bool
	pending bool // an append is on its way beside the process
	pause   time.Duration
	expires actors.Timer
	next    time.Time // when the timer is due; zero if it is not set
	calc    calculators
	away    map[string]*errand // composites that are computed outside
}

// Init becomes the one who may publish, and reads the journal in the next turn.
func (a *committer) Init(ctx *actors.Context[committerMessage]) error {
	a.ctx, a.pause = ctx, firstPause
	ctx.TrapExit(func(e actors.Exit) committerMessage { return ended(e) })
	a.s.own(ctx.PID())
	ctx.Continue(recovery{})
	return nil
}

// Receive takes a command, or carries out what was taken.
func (a *committer) Receive(ctx *actors.Context[committerMessage], msg committerMessage) error {
	switch m := msg.(type) {
	case *try, order:
		a.take(m)
		return nil
	case flush:
		a.armed = false
		return a.flush()
	case recovery:
		return a.recover()
	case journaled:
		return a.appended(m)
	case expiry:
		a.next = time.Time{}
		a.expire()
		return nil
	case outside:
		a.came(m)
		return nil
	case ended:
		if a.calc.ref.PID() != m.From || m.From.IsZero() {
			return actors.StopBecause(m.Reason)
		}
		a.calc.ref = actors.Ref[calculation]{}
		return nil
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
}

func (a *committer) take(m committerMessage) {
	switch {
	case a.broken != nil:
		refuse(m, a.broken)
	case len(a.waiting) >= waitingLimit:
		refuse(m, fmt.Errorf("cognitive: space %q: %w", a.s.o.Name, ErrBusy))
	default:
		a.waiting = append(a.waiting, m)
		a.arm()
	}
}

func refuse(m committerMessage, err error) {
	switch m := m.(type) {
	case *try:
		m.reply.Fail(err)
	case order:
		m.reply.Fail(err)
	}
}

func (a *committer) arm() {
	if !a.armed && a.ready && len(a.waiting) > 0 {
		a.armed = true
		a.ctx.Self().Tell(flush{})
	}
}

// Terminate carries out what was taken before an ordered stop, and waits for the journal. After a crash the callers hear of that instead.
func (a *committer) Terminate(_ *actors.Context[committerMessage], why actors.Reason) error {
	if !a.ready || why.Abnormal() {
		return nil
	}
	for len(a.waiting) > 0 && !a.pending {
		before := len(a.waiting)
		if err := a.flush(); err != nil || len(a.waiting) == before {
			return nil //nolint:nilerr // the process ends anyway, and the callers are told
		}
	}
	if !a.pending && len(a.b.items) > 0 {
		_, _ = a.append(a.ctx, a.b.batch(a.ctx.Now()))
	}
	return nil
}

// outcome is that of a command that is told when everybody can see it.
type outcome struct {
	answer answer
	err    error
}

// must reports whether a command's outcome may not be seen before the journal has it.
func (a *committer) must(m committerMessage) bool {
	t, ok := m.(*try)
	if !ok || t.opening != nil {
		return true
	}
	for i := range t.p.Changes {
		if v, err := a.b.find(t.p.Changes[i].Variable); err == nil && v.def.set.Durability == Durable {
			return true
		}
	}
	return false
}

// flush carries out the commands that wait, as many as one batch holds. What must be durable first is appended before anybody sees it. The rest is seen at
// once, and appended beside the process.
func (a *committer) flush() error {
	if !a.ready || len(a.waiting) == 0 {
		return nil
	}
	now := a.ctx.Now()
	outcomes := make([]outcome, 0, min(len(a.waiting), batchLimit))
	for _, m := range a.waiting[:cap(outcomes)] {
		if len(a.b.items) > batchBytes || a.pending && a.s.o.Journal != nil && a.must(m) {
			break // when the journal has answered
		}
		outcomes = append(outcomes, a.do(now, m))
	}
	if len(outcomes) == 0 {
		return nil // what is pending wakes the process
	}
	if a.b.must && a.s.o.Journal != nil {
		next, err := a.append(a.ctx, a.b.batch(now))
		if err != nil {
			return a.undone(len(outcomes), err)
		}
		a.version, a.pause = next, firstPause
	}
	if a.s.o.Journal == nil {
		a.b.items = a.b.items[:0]
	}
	if err := a.show(); err != nil {
		return err
	}
	a.behind(now)
	a.send()
	for i := range outcomes {
		if err := outcomes[i].err; err != nil {
			refuse(a.waiting[i], err)
		} else {
			accept(a.waiting[i], outcomes[i].answer)
		}
		a.waiting[i] = nil // let go of it
	}
	if a.waiting = a.waiting[len(outcomes):]; len(a.waiting) == 0 {
		a.waiting = nil
	}
	a.arm()
	return nil
}

func accept(m committerMessage, with answer) {
	switch m := m.(type) {
	case *try:
		m.reply.Send(with)
	case order:
		m.reply.Send(with)
	}
}

// do has one command done to the book.
func (a *committer) do(now time.Time, m committerMessage) (o outcome) {
	switch m := m.(type) {
	case *try:
		switch {
		case m.dry:
			if was, known := a.b.keys[m.p.Key]; known && m.p.Key != "" {
				return outcome{answer: answer{was, true}}
			}
			if _, o.err = a.b.check(now, m.p); o.err == nil && m.opening != nil {
				o.err = a.b.ask(m.opening)
			}
		default:
			o.answer.commits, o.answer.again, o.err = a.b.propose(now, m.p)
		}
		if o.err != nil {
			telemetry.Emit(a.ctx.Events(), VariableRejected{Of{a.s.o.Name, m.p.Changes[0].Variable}, m.p.Cause, m.p.Proposer, fault.CodeOf(o.err)})
		}
	case order:
		o.answer, o.err = m.run(a.b, now)
	}
	return o
}

// show publishes what the book has and wakes who tells the subscribers.
func (a *committer) show() error {
	fresh, mine := a.s.publish(a.ctx.PID(), a.b)
	if !mine {
		return actors.StopWith(errors.New("cognitive: another committer has taken over"))
	}
	if len(fresh) == 0 {
		return nil
	}
	bus := a.ctx.Events()
	telemetry.Emit(bus, BatchCommitted{Space: a.s.o.Name, Commits: len(fresh), Version: a.s.Version()})
	if bus.Active() {
		for _, c := range fresh {
			telemetry.Emit(bus, VariableCommitted{Of{a.s.o.Name, c.Variable}, c})
		}
	}
	for _, c := range fresh {
		if !c.Until.IsZero() && !c.Gone && (a.next.IsZero() || c.Until.Before(a.next)) {
			a.remind(c.Until)
		}
	}
	if a.s.hub.any() {
		a.s.notifier.Tell(wake{})
	}
	return nil
}

// behind appends what is published already, beside the process.
func (a *committer) behind(now time.Time) {
	if a.pending || a.s.o.Journal == nil || len(a.b.items) == 0 {
		return
	}
	a.pending = true
	data, version, s := a.b.batch(now), a.version, a.s
	a.ctx.Go(func(ctx context.Context) committerMessage { // an ordered stop waits for it
		next, err := s.o.Journal.Append(ctx, s.o.Stream, version, Event{batchType, data})
		return journaled{next, err}
	})
}

func (a *committer) append(ctx context.Context, data []byte) (uint64, error) {
	return a.s.o.Journal.Append(ctx, a.s.o.Stream, a.version, Event{batchType, data})
}

// appended goes on when an append beside the process is over.
func (a *committer) appended(m journaled) error {
	a.pending = false
	if m.err != nil {
		return a.undone(0, m.err)
	}
	a.version, a.pause = m.next, firstPause
	a.behind(a.ctx.Now())
	a.arm()
	return nil
}

// undone is after an append that is not known to be stored: its callers learn that, and the book is made anew. If somebody else has written the process ends.
func (a *committer) undone(n int, err error) error {
	for _, m := range a.waiting[:n] {
		refuse(m, fmt.Errorf("cognitive: space %q: %w: %w", a.s.o.Name, ErrRestarted, err))
	}
	a.waiting = append([]committerMessage(nil), a.waiting[n:]...)
	telemetry.Emit(a.ctx.Events(), JournalFailed{Space: a.s.o.Name, Err: err})
	a.ready = false
	if errors.Is(err, ErrVersion) {
		return err
	}
	if a.pause > firstPause { // the last recovery has not helped
		a.later()
		return nil
	}
	a.pause *= 2
	return a.recover()
}

// later reads the journal in a while, and in twice that the next time.
func (a *committer) later() {
	a.ctx.After(a.pause, recovery{})
	a.pause = min(2*a.pause, lastPause)
}

// recover makes the book that the journal and what is published tell. A journal that does not answer is asked again later; one that cannot be understood is not.
func (a *committer) recover() error {
	if a.pending || a.ready {
		return nil // an append is still on its way, and its end comes here again
	}
	b := newBook(a.compute, a.s.Constraints)
	var broken *unreadable
	err := a.read(b)
	switch {
	case err == nil:
	case errors.As(err, &broken):
		a.broken = fmt.Errorf("cognitive: space %q: %w: %w", a.s.o.Name, ErrStopped, broken.err)
		telemetry.Emit(a.ctx.Events(), SpaceQuarantined{Space: a.s.o.Name, Err: broken.err})
		for _, m := range a.waiting {
			refuse(m, a.broken)
		}
		a.waiting = nil
		return nil
	case a.ctx.Err() != nil:
		return err
	default:
		telemetry.Emit(a.ctx.Events(), JournalFailed{Space: a.s.o.Name, Err: err})
		a.later()
		return nil
	}
	a.b, a.ready = b, true
	if err := a.show(); err != nil {
		return err
	}
	a.behind(a.ctx.Now())
	a.send()
	a.expire()
	telemetry.Emit(a.ctx.Events(), SpaceRecovered{Space: a.s.o.Name, Version: b.version, Variables: len(b.places)})
	if a.s.hub.any() {
		a.s.notifier.Tell(wake{})
	}
	a.arm()
	return nil
}

// unreadable is an event that the book does not take.
type unreadable struct{ err error }

func (u *unreadable) Error() string { return u.err.Error() }

// read fills a book. An append of an earlier incarnation may still be on its way to the journal: one that no version allows, sent after it, is answered after it, and
// then it is there or will never be.
func (a *committer) read(b *book) error {
	r := a.s.root.Load()
	if r != nil {
		b.since = &r.version
	}
	if j := a.s.o.Journal; j != nil {
		if _, err := j.Append(a.ctx, a.s.o.Stream, math.MaxInt64, Event{"cognitive.settled", []byte("{}")}); err == nil {
			return &unreadable{errors.New("the journal has taken an append for a version that no stream has")}
		} else if !errors.Is(err, ErrVersion) {
			return err
		}
		a.version = 0
		err := j.Read(a.ctx, a.s.o.Stream, 0, func(version uint64, ev Event) error {
			if err := b.replay(ev); err != nil {
				return &unreadable{fmt.Errorf("stream %q, version %d: %w", a.s.o.Stream, version, err)}
			}
			a.version = version
			return nil
		})
		if err != nil {
			return err
		}
	}
	now := a.ctx.Now()
	if r != nil {
		list, _, _, _ := a.s.published(0)
		b.adopt(r, list)
	}
	if err := b.complete(); err != nil {
		return &unreadable{err}
	}
	if r == nil && a.version > 0 {
		b.restart(now)
		if len(b.items) > 0 {
			next, err := a.append(a.ctx, b.batch(now))
			if err != nil {
				return err
			}
			a.version = next
		}
	}
	for place, v := range b.vars {
		if v != nil {
			b.touched[place] = true
		}
	}
	b.renamed, b.must = true, false
	b.forget(now)
	return nil
}

// remind sets the timer of the next expiry.
func (a *committer) remind(at time.Time) {
	a.expires.Cancel()
	a.next = at
	a.expires = a.ctx.After(max(at.Sub(a.ctx.Now()), 0), expiry{})
}

// expire takes away the values for some agents whose time is over, as commits, and sets the timer for the next.
func (a *committer) expire() {
	if !a.ready {
		return
	}
	now := a.ctx.Now()
	next := time.Time{}
	var due []change
	for _, v := range a.b.vars {
		if v == nil || v.now == nil {
			continue
		}
		for _, o := range v.now.overrides {
			switch u := o.commit.Until; {
			case u.IsZero():
			case !now.Before(u):
				due = append(due, change{Variable: v.def.name, Scope: o.scope, Gone: true, Base: &o.commit.Version})
			case next.IsZero() || u.Before(next):
				next = u
			}
		}
	}
	for _, c := range due {
		a.take(&try{p: &proposal{Changes: []change{c}, Cause: ByExpiry}})
	}
	if !next.IsZero() {
		a.remind(next)
	}
}

// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"fmt"
	"time"

	"mabeam.dev/actors"
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
	room    []committerMessage // where they wait when all before have been carried out
	armed   bool
	pending bool // an append is on its way beside the process
	pause   time.Duration
	expires actors.Timer
	next    time.Time // when the timer is due; zero if it is not set
	calc    calculators
	away    map[string]*errand // composites that are computed outside

	outcomes []outcome // of the batch in hand
}

// Init becomes the one who may publish, and reads the journal in the next turn.
func (a *committer) Init(ctx *actors.Context[committerMessage]) error {
	a.ctx, a.pause = ctx, firstPause
	a.room = make([]committerMessage, 0, batchLimit)
	a.waiting = a.room
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

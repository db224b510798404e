// SPDX-License-Identifier: Apache-2.0

package work

import (
	"math/rand/v2"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/telemetry"
)

// queue is one incarnation of the process. It owns the plan and everything here.
//
// Commands are stepped at once and decide into next. A flush message behind the commands that wait makes a batch of what they decided:
// its events go to the journal, and its effects are performed when the journal has answered. Meanwhile further commands fill the batch after it.
type queue struct {
	handle *Queue
	plan   *plan.Queue
	random rand.Source
	bus    *telemetry.Bus

	next     *batch   // what has been decided and not sent
	flying   []*batch // sent to the journal, oldest first; those without events wait for the ones before
	spare    []*batch
	asked    int           // batches at the journal
	refused  bool          // there was no room; the flying batches wait to be sent again
	pause    time.Duration // that long
	armed    bool          // a flush is on its way
	durable  uint64        // version up to which the journal has answered
	told     uint64        // version up to which the effects have been performed
	snapshot snapshots

	lives   map[plan.Agent]*life
	tenders map[plan.Token]*tender // calls whose bids are not all in
	tickets map[uint64]ticket
	ticket  uint64 // last one given
	parked  []*submission
	full    bool // somebody is parked, and that has been told

	who      *index.Prepared // whom the tasks are for; nil means everybody
	timer    actors.Timer
	timerAt  plan.Instant // what the plan asked for; 0 = nothing
	outlets  []*outlet
	waiting  []waiter
	watchers watchers
}

// waiter is a caller who is answered when a condition holds.
type waiter struct {
	ready  func(*queue) bool
	answer func(*queue)
}

func (q *Queue) behavior() actors.Behavior[Message] { return &queue{handle: q} }

// Init rebuilds the state from the journal and meets the agents that live.
func (a *queue) Init(ctx *actors.Context[Message]) error {
	a.random, a.bus = ctx.Rand(), ctx.Events()
	a.next, a.lives, a.tickets = &batch{}, map[plan.Agent]*life{}, map[uint64]ticket{}
	a.tenders = map[plan.Token]*tender{}
	if err := a.recover(ctx); err != nil {
		return err
	}
	for _, s := range a.handle.sinks {
		a.outlets = append(a.outlets, newOutlet(s, a.told))
	}
	a.serveOutlets(ctx)
	a.arm(ctx)
	return nil
}

// Receive takes one message.
func (a *queue) Receive(ctx *actors.Context[Message], msg Message) error {
	switch m := msg.(type) {
	case submit:
		a.submit(ctx, m)
	case cancel:
		a.cancel(ctx, m)
	case look:
		m.at(a)
	case lookLater:
		a.whenDurable(ctx, m.at(a))
	case order:
		a.carryOut(ctx, m)
	case lookedBack:
		a.lookedBack(ctx, m)
	case watch:
		a.watch(ctx, m)
	case news:
		a.news(m)
	case unwatch:
		a.unwatch(m)
	case drain:
		a.step(ctx, plan.Drain{})
		a.retryParked(ctx)
		a.await(waiter{func(a *queue) bool { return a.plan.Counts().Running == 0 && a.square() && a.settled() }, func(*queue) { m.reply.Send(struct{}{}) }})
	case takeBack:
		for _, w := range a.plan.Workers() {
			a.step(ctx, plan.AgentDraining{Agent: w.Agent})
		}
		a.await(waiter{(*queue).delivered, func(*queue) { m.reply.Send(struct{}{}) }})
	case await:
		a.await(waiter{(*queue).finished, func(a *queue) { m.reply.Send(a.stats()) }})
	case ended:
	case agentChange:
		a.change(ctx, m.Change)
	case standings:
		a.standings(ctx, m.Notice)
	case followAgain:
		a.follow(ctx)
	case answer:
		a.answered(ctx, m)
	case bid:
		a.bidCame(ctx, m)
	case awarded:
		a.step(ctx, m.award.command(m.call))
	case paid:
		a.step(ctx, plan.SettlementDone{Deal: m.deal})
	case flush:
		a.armed = false
		if err := a.send(ctx); err != nil {
			return err
		}
	case tick:
		a.tick(ctx)
	case appended:
		if err := a.landed(ctx, m); err != nil {
			return err
		}
	case again:
		a.resend(ctx)
	case kept:
		a.snapshot.kept(m, a.bus, a.handle.o.Name)
	case written:
		a.outletAnswered(ctx, m)
	case offerAgain:
		m.outlet.pausing = false
		a.serveOutlets(ctx)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	a.answerWaiting()
	return nil
}

// step lets the plan decide on a command. A refusal is for the caller; whoever cannot be refused ignores it.
func (a *queue) step(ctx *actors.Context[Message], cmd plan.Command) error {
	err := a.plan.Step(plan.At(ctx.Now()), a.random, cmd, &a.next.out)
	a.arm(ctx)
	return err
}

// arm sends the flush, if there is something to flush and none is on its way.
func (a *queue) arm(ctx *actors.Context[Message]) {
	if !a.armed && !a.next.empty() {
		a.armed = true
		ctx.Self().Tell(flush{})
	}
}

// await answers somebody as soon as a condition holds.
func (a *queue) await(w waiter) { a.waiting = append(a.waiting, w) }

func (a *queue) answerWaiting() {
	rest := a.waiting[:0]
	for _, w := range a.waiting {
		if w.ready(a) {
			w.answer(a)
		} else {
			rest = append(rest, w)
		}
	}
	clear(a.waiting[len(rest):])
	a.waiting = rest
}

// square reports whether no call for bids is open and no deal is owed.
func (a *queue) square() bool {
	c := a.plan.Counts()
	return c.Calls+c.Unsettled == 0
}

// settled reports whether everything decided is durable and done.
func (a *queue) settled() bool { return len(a.flying) == 0 && a.next.empty() }

// delivered reports whether, besides, every sink has written all outcomes.
func (a *queue) delivered() bool {
	for _, o := range a.outlets {
		if o.behind() {
			return false
		}
	}
	return a.settled()
}

// finished reports whether nothing is left to do and nothing more will come.
func (a *queue) finished() bool {
	for _, s := range a.handle.sources {
		if !s.ended.Load() {
			return false
		}
	}
	return len(a.parked) == 0 && a.plan.Counts().Open() == 0 && a.square() && a.delivered()
}

// longestTimer bounds how long a jump of the wall clock, in which deadlines are given, goes unnoticed.
const longestTimer = time.Minute

// setTimer arms the one timer for what the plan asked for.
func (a *queue) setTimer(ctx *actors.Context[Message]) {
	wait := a.timerAt.Sub(plan.At(ctx.Now()))
	a.timer.Cancel()
	a.timer = ctx.After(min(max(wait, 0), longestTimer), tick{})
}

func (a *queue) tick(ctx *actors.Context[Message]) {
	if a.timerAt == 0 {
		return
	}
	if a.timerAt > plan.At(ctx.Now()) {
		// The timer is monotonic and the plan's time is the wall clock's, so it can come early.
		a.setTimer(ctx)
		return
	}
	a.timerAt = 0
	a.step(ctx, plan.Tick{})
}

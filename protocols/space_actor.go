// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
	"mabeam.dev/telemetry"
)

// spaceActor is one incarnation of a space's process. It steps the state, keeps each step, and only then lets anybody hear of it.
type spaceActor struct {
	s       *Space
	store   spaceStore
	state   *spaceState
	ready   bool
	waiting map[string]*ask           // requests, by their ids
	watched map[string]actors.Monitor // by owners
	views   []func()                  // that were asked for behind steps that are not kept yet
	armed   bool                      // a flush is on its way
	timer   actors.Timer
	due     time.Time // of the timer; zero if none runs
	entries int       // since the last snapshot
}

// Init gets hold of the log; what comes before it waits.
func (a *spaceActor) Init(ctx *actors.Context[spaceMessage]) error {
	a.waiting, a.watched = map[string]*ask{}, map[string]actors.Monitor{}
	if a.s.o.Journal != nil {
		a.store = &journalStore{space: a.s, stream: a.s.o.Stream, journal: a.s.o.Journal}
		return a.open(ctx)
	}
	self, err := table.Receive(ctx, func(t table.Transfer[*spaceTable]) spaceMessage { return tableCame(t) })
	if err != nil {
		return err
	}
	holder := actors.Named[spaceMessage](ctx.System(), a.s.holderName())
	left, err := actors.Call(ctx, holder, func(reply actors.Reply[tableClaim]) spaceMessage { return claimTable{self, reply} })
	nobody := errors.Is(err, actors.ErrNoProc)
	if err != nil && !nobody {
		return err
	}
	if left.there {
		return nil // it comes as a notice
	}
	log, err := table.NewSet[uint64, *spaceStep](ctx, a.s.o.Name+".log", table.Options{})
	if err != nil {
		return err
	}
	if !nobody { // a holder that comes later says so
		if err := log.SetHeir(left.heir, nil); err != nil {
			return err
		}
	}
	a.store = &tableStore{t: log}
	return a.open(ctx)
}

// open makes the state that the log tells, in an epoch of its own.
func (a *spaceActor) open(ctx *actors.Context[spaceMessage]) error {
	state, replayed, err := a.store.load(ctx, newSpaceState(a.s.o.Locks, a.s.o.Remember), a.s.o.Remember)
	if err != nil {
		return err
	}
	a.state, a.entries, a.ready = state, replayed, true
	cold := !a.s.warm.Swap(true)
	a.input(ctx, spaceInput{Op: opOpen, Cold: cold, N: int64(a.s.epoch.Load()) + 1})
	if err := a.commit(ctx); err != nil {
		return err
	}
	a.s.epoch.Store(a.state.epoch)
	for _, owner := range a.state.owners() {
		if pid, known := a.s.owners.Load(owner); known {
			a.watch(ctx, owner, pid)
		} else if !outside(owner) { // the one before had heard of its end
			a.input(ctx, spaceInput{Op: opDown, Owner: owner})
		}
	}
	for _, name := range leaders(a.state) {
		who, term := a.state.elections[name].Leader()
		a.s.watchers.tell(Leadership{Election: name, Leader: who, Term: term})
	}
	telemetry.Emit(ctx.Events(), SpaceOpened{a.s.o.Name, a.state.epoch, replayed, cold})
	a.takeBack(ctx)
	return a.commit(ctx)
}

// Receive handles one message. Until the log has come, all others wait.
func (a *spaceActor) Receive(ctx *actors.Context[spaceMessage], m spaceMessage) error {
	switch m := m.(type) {
	case tableCame:
		a.store = &tableStore{t: m.Table}
		if err := a.open(ctx); err != nil {
			return err
		}
		ctx.Unstash()
		return nil
	case heirCame:
		if t, ok := a.store.(*tableStore); ok {
			return t.t.SetHeir(m.heir, nil)
		}
		return nil
	}
	if !a.ready {
		ctx.Stash()
		return nil
	}
	switch m := m.(type) {
	case *ask:
		if !m.reply.Open() {
			return nil // the caller has given up, and its message may have been here
		}
		if m.in.Owner != "" && !m.pid.IsZero() {
			a.watch(ctx, m.in.Owner, m.pid)
		}
		a.waiting[m.in.ID] = m
		a.do(ctx, &m.spaceStep)
	case give:
		a.takeBack(ctx)
	case look:
		if a.store.pending() {
			a.views = append(a.views, func() { m.reply.Send(m.with(a.state)) })
			return nil
		}
		m.reply.Send(m.with(a.state))
		return nil
	case ended:
		a.input(ctx, spaceInput{Op: opDown, Owner: m.owner})
		delete(a.watched, m.owner)
		a.s.owners.Delete(m.owner)
		a.s.names.Delete(m.down.PID)
	case wake:
		a.due = time.Time{}
		a.input(ctx, spaceInput{Op: opTick})
	case spaceFlush:
		a.armed = false
		return a.commit(ctx)
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return a.settle(ctx)
}

// input does something that nobody has asked for.
func (a *spaceActor) input(ctx *actors.Context[spaceMessage], in spaceInput) {
	a.do(ctx, &spaceStep{in: in})
}

// do steps the state and keeps the step, which is not changed any more; what it did is told when that is durable.
func (a *spaceActor) do(ctx *actors.Context[spaceMessage], e *spaceStep) {
	e.at = ctx.Now()
	a.state.mute = !ctx.Events().Active()
	a.state.step(e.at, &e.in)
	if err := a.store.add(e); err != nil {
		panic(err) // the log is not this process's any more
	}
	a.entries++
	a.armFor(ctx, e.at, &e.in)
}

// settle tells what was done, at once or when the journal has it.
func (a *spaceActor) settle(ctx *actors.Context[spaceMessage]) error {
	if !a.store.pending() {
		return a.commit(ctx)
	}
	if !a.armed {
		a.armed = true
		ctx.Self().Tell(spaceFlush{})
	}
	return nil
}

// commit makes what was done durable and tells it. A journal that refuses ends the process: its successor knows what was kept.
func (a *spaceActor) commit(ctx *actors.Context[spaceMessage]) error {
	if err := a.store.flush(ctx); err != nil {
		return fmt.Errorf("protocols: space %q: %w", a.s.o.Name, err)
	}
	for i := range a.state.out {
		o := &a.state.out[i]
		if m := a.waiting[o.id]; m != nil {
			delete(a.waiting, o.id)
			if o.err != nil {
				m.reply.Fail(o.err)
			} else {
				m.answer = o.answer
				m.reply.Send(&m.answer)
			}
		}
		a.s.emit(ctx.Events(), o.news)
	}
	a.state.told()
	for _, view := range a.views {
		view()
	}
	a.views = nil
	if !a.store.full(a.entries, len(a.waiting) > 0) {
		return nil
	}
	a.entries = 0
	return a.store.compact(ctx, ctx.Now(), a.state)
}

// watch has the process hear of an owner's end.
func (a *spaceActor) watch(ctx *actors.Context[spaceMessage], owner string, pid actors.PID) {
	if _, known := a.watched[owner]; known {
		return
	}
	a.watched[owner] = ctx.Monitor(pid, func(d actors.Down) spaceMessage { return ended{owner, d} })
}

// takeBack carries out what callers have given up; they are not here any more to ask again.
func (a *spaceActor) takeBack(ctx *actors.Context[spaceMessage]) {
	for _, id := range a.s.given.take() {
		delete(a.waiting, id)
		a.input(ctx, spaceInput{Op: opCancel, Target: id})
	}
}

// armFor lets the timer run for what a step may have brought.
func (a *spaceActor) armFor(ctx *actors.Context[spaceMessage], now time.Time, in *spaceInput) {
	sooner := func(at time.Time, ok bool) {
		if ok {
			a.sooner(ctx, now, at)
		}
	}
	sooner(a.state.locks.Next())
	switch in.Op {
	case opOpen, opTick, opDown, opCancel: // these may change everything
		a.arm(ctx, now)
	case opArrive:
		if b := a.state.barriers[in.Name]; b != nil {
			sooner(b.Next())
		}
	case opAwait:
		if l := a.state.latches[in.Name]; l != nil {
			sooner(l.Latch.Next())
		}
	case opCampaign, opResign, opExtend, opWithdraw:
		if e := a.state.elections[in.Name]; e != nil {
			sooner(e.Next())
		}
	default: // nothing else ends by time
	}
}

// arm lets the timer run for what is next of everything.
func (a *spaceActor) arm(ctx *actors.Context[spaceMessage], now time.Time) {
	if at, ok := a.state.next(); ok {
		a.sooner(ctx, now, at)
	}
}

func (a *spaceActor) sooner(ctx *actors.Context[spaceMessage], now, at time.Time) {
	if !a.due.IsZero() && !at.Before(a.due) {
		return
	}
	a.timer.Cancel()
	a.due = at
	a.timer = ctx.After(max(at.Sub(now), 0), wake{})
}

// leaders are the elections, sorted.
func leaders(s *spaceState) []string {
	names := make([]string, 0, len(s.elections))
	for n := range s.elections { // sorted below
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

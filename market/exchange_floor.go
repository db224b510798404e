// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// floorMessage is what the process takes that keeps auctioneers up. Messages name auctions and never carry bids.
type floorMessage interface{ floor() }

type (
	floorBegin  struct{} // bring up what is not over
	floorOpened struct { // what the book says is not over
		rows []*listed
		err  error
	}
	floorEnsure struct { // answered when the auctioneer is up
		id    string
		reply actors.Reply[struct{}]
	}
	floorTried struct { // what became of starts
		ids  []string
		errs []error
	}
	floorStarted struct { // an incarnation of an auctioneer is there
		id  string
		pid actors.PID
	}
	floorDown struct { // it has ended
		id     string
		pid    actors.PID
		reason actors.Reason
	}
	floorBroken struct{ id string } // it has crashed too often
	floorAgain  struct {            // after a pause
		id   string
		step *exchangeStep // for the book; nil starts the auctioneer
	}
	floorTold struct { // what the book says
		step exchangeStep
		err  error
	}
)

func (floorBegin) floor()   {}
func (floorOpened) floor()  {}
func (floorEnsure) floor()  {}
func (floorTried) floor()   {}
func (floorStarted) floor() {}
func (floorDown) floor()    {}
func (floorBroken) floor()  {}
func (floorAgain) floor()   {}
func (floorTold) floor()    {}

// floor is one incarnation of the process that keeps auctioneers up. All its state belongs to the process; what matters is in the book, and a
// successor asks for it.
type floor struct {
	x       *Exchange
	up      map[string]actors.PID               // auctioneers that live, as far as is known
	queue   []string                            // to be started
	queued  map[string]bool                     // or being started
	waiting map[string][]actors.Reply[struct{}] // who waits for a start
	lost    map[string]*restarts                // ends that nobody else counts
	broken  map[string]bool                     // being halted
	busy    bool                                // starts are on their way
}

func newFloor(x *Exchange) *floor {
	return &floor{
		x: x, up: map[string]actors.PID{}, queued: map[string]bool{}, waiting: map[string][]actors.Reply[struct{}]{}, lost: map[string]*restarts{}, broken: map[string]bool{},
	}
}

// floorPause is how long the floor waits before it repeats what failed.
const floorPause = 100 * time.Millisecond

// Init publishes who lives, and asks the book in the next turn.
func (f *floor) Init(ctx *actors.Context[floorMessage]) error {
	pid := ctx.PID()
	f.x.floor.pid.Store(&pid)
	ctx.Continue(floorBegin{})
	return nil
}

// Receive takes news of auctioneers, or of the book.
func (f *floor) Receive(ctx *actors.Context[floorMessage], msg floorMessage) error {
	switch m := msg.(type) {
	case floorBegin:
		request(ctx, f.x.book, exchangeCommand{open: true}, func(a exchangeAnswer, err error) floorMessage { return floorOpened{a.open, err} })
	case floorOpened:
		f.opened(ctx, m)
	case floorEnsure:
		f.ensure(ctx, m)
	case floorTried:
		f.tried(ctx, m)
	case floorStarted:
		f.started(ctx, m.id, m.pid)
	case floorDown:
		f.down(ctx, m)
	case floorBroken:
		f.broken[m.id] = true
		f.halt(ctx, m.id, "its auctioneer crashes again and again")
	case floorAgain:
		if m.step != nil {
			f.tell(ctx, *m.step)
		} else {
			f.start(ctx, m.id)
		}
	case floorTold:
		if m.err != nil && (errors.Is(m.err, ErrUnavailable) || errors.Is(m.err, actors.ErrMailboxFull)) {
			ctx.After(floorPause, floorAgain{m.step.ID, &m.step})
		} else if m.step.Kind == stepHalt {
			delete(f.broken, m.step.ID)
		}
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// opened starts what is not over and not up.
func (f *floor) opened(ctx *actors.Context[floorMessage], m floorOpened) {
	if m.err != nil {
		ctx.After(floorPause, floorBegin{})
		return
	}
	for _, r := range m.rows {
		f.start(ctx, r.spec.ID)
	}
}

func (f *floor) ensure(ctx *actors.Context[floorMessage], m floorEnsure) {
	if pid, ok := f.up[m.id]; ok && !pid.Fenced() {
		m.reply.Send(struct{}{})
		return
	}
	f.waiting[m.id] = append(f.waiting[m.id], m.reply)
	f.start(ctx, m.id)
}

func (f *floor) answer(id string, err error) {
	for _, r := range f.waiting[id] {
		if err != nil {
			r.Fail(err)
		} else {
			r.Send(struct{}{})
		}
	}
	delete(f.waiting, id)
}

func (f *floor) started(ctx *actors.Context[floorMessage], id string, pid actors.PID) {
	if f.up[id] != pid {
		f.up[id] = pid
		ctx.Monitor(pid, func(d actors.Down) floorMessage { return floorDown{id, pid, d.Reason} })
	}
	f.answer(id, nil)
}

// start has an auctioneer started, unless it is up.
func (f *floor) start(ctx *actors.Context[floorMessage], id string) {
	if pid, ok := f.up[id]; f.queued[id] || f.broken[id] || ok && !pid.Fenced() {
		return
	}
	if r, err := f.x.index.find(id); err == nil && r.runs != nil {
		if pid := r.runs.pid.Load(); pid != nil && !pid.Fenced() { // a predecessor of this process has started it
			f.started(ctx, id, *pid)
			return
		}
	}
	f.queued[id] = true
	f.queue = append(f.queue, id)
	f.work(ctx)
}

// work starts what is queued, beside the process: a start waits for the supervisor.
func (f *floor) work(ctx *actors.Context[floorMessage]) {
	house := f.x.house.Load()
	if f.busy || len(f.queue) == 0 || house == nil {
		return
	}
	f.busy = true
	ids := f.queue
	f.queue = nil
	x := f.x
	ctx.Go(func(ctx context.Context) floorMessage { // its result is the process's next message; it ends with the process
		errs := make([]error, len(ids))
		for i, id := range ids {
			r, err := x.index.find(id)
			if err == nil && r.halted == "" && r.runs != nil && !r.over() {
				_, err = house.StartChild(ctx, x.child(r.runs))
			}
			errs[i] = err
		}
		return floorTried{ids, errs}
	})
}

func (f *floor) tried(ctx *actors.Context[floorMessage], m floorTried) {
	f.busy = false
	for i, id := range m.ids {
		delete(f.queued, id)
		switch err := m.errs[i]; {
		case err == nil || errors.Is(err, ErrUnknownAuction):
			f.answer(id, nil)
		default:
			// its former process may still be ending, or the supervisor is being restarted
			f.answer(id, fmt.Errorf("market: auction %.100q: %w: %w", id, ErrUnavailable, err))
			ctx.After(floorPause, floorAgain{id: id})
		}
	}
	f.work(ctx)
}

// down judges the end of an auctioneer. After a crash its supervisor starts it again.
func (f *floor) down(ctx *actors.Context[floorMessage], m floorDown) {
	if f.up[m.id] == m.pid {
		delete(f.up, m.id)
	}
	r, err := f.x.index.find(m.id)
	if err != nil || r.end != nil {
		return
	}
	if m.reason.Abnormal() { // by then it is up again, unless its supervisor was killed with it
		ctx.After(floorPause, floorAgain{id: m.id})
		return
	}
	if v := r.view(); r.halted == "" && v.State.Terminal() {
		delete(f.lost, m.id)
		f.tell(ctx, exchangeStep{Kind: stepEnd, ID: m.id, View: &v})
		return
	}
	if r.halted != "" || r.runs == nil {
		return
	}
	// it has ended by itself and is not over: somebody else writes to its stream, or its supervisor has stopped it
	if f.lost[m.id] == nil {
		f.lost[m.id] = &restarts{of: f.x.o.Restarts}
	}
	if f.lost[m.id].tooOften(ctx.Now()) {
		delete(f.lost, m.id)
		f.halt(ctx, m.id, "somebody else holds it")
		return
	}
	ctx.After(floorPause, floorAgain{id: m.id})
}

// halt has the book stop an auction.
func (f *floor) halt(ctx *actors.Context[floorMessage], id, why string) {
	f.tell(ctx, exchangeStep{Kind: stepHalt, ID: id, Reason: why})
}

// tell has the book note something, and goes on doing so until it has.
func (f *floor) tell(ctx *actors.Context[floorMessage], s exchangeStep) {
	request(ctx, f.x.book, exchangeCommand{step: &s}, func(_ exchangeAnswer, err error) floorMessage { return floorTold{s, err} })
}

// child describes an auctioneer for the supervisor: one that crashes too often is not started any more.
func (x *Exchange) child(a *Auctioneer) supervision.Child {
	c := a.Child()
	begin, first, id := c.Start, true, a.o.Spec.ID
	count := restarts{of: x.o.Restarts}
	c.Start = func(in actors.Spawner, args any) (actors.PID, error) { // in the supervisor's turn, as all its starts
		if !first && count.tooOften(actors.SystemOf(in).Now()) {
			x.floor.ref.Tell(floorBroken{id})
			return actors.PID{}, actors.ErrIgnore
		}
		first = false
		pid, err := begin(in, args)
		if err == nil {
			x.floor.ref.Tell(floorStarted{id, pid})
		}
		return pid, err
	}
	return c
}

// restarts are those of one auctioneer within a window.
type restarts struct {
	of supervision.Intensity
	at []time.Time
}

// tooOften counts a restart, and reports whether it is one too many.
func (r *restarts) tooOften(now time.Time) bool {
	keep := 0
	for _, t := range r.at {
		if now.Sub(t) <= r.of.Within {
			r.at[keep] = t
			keep++
		}
	}
	r.at = append(r.at[:keep], now)
	return len(r.at) > r.of.Limit()
}

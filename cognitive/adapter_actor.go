// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/telemetry"
)

// toldLimit is how much of what an adapter did is kept for people.
const toldLimit = 32

// adapterMessage is what an adapter takes.
type adapterMessage interface{ adapter() }

type (
	// feedback is a report that is answered at once. waiting says that reports wait.
	feedback struct{ f Feedback }
	waiting  struct{}
	// think is the adapter's own: a cycle is over.
	think struct{}
	// keep is the adapter's own: it is time to keep what was learned.
	keep struct{}
	// done is what became of a proposal.
	done struct {
		n      uint64
		answer answer
		err    error
	}
	// heard is a commit of the variable.
	heard struct{ u Update }
	// look asks for what people see.
	look struct{ reply actors.Reply[AdapterStatus] }
	// unfreeze ends a freeze.
	unfreeze struct{ reply actors.Reply[AdapterStatus] }
	// retune says that there is another way to adapt.
	retune struct{ reply actors.Reply[AdapterStatus] }
)

func (feedback) adapter() {}
func (waiting) adapter()  {}
func (think) adapter()    {}
func (keep) adapter()     {}
func (done) adapter()     {}
func (heard) adapter()    {}
func (look) adapter()     {}
func (unfreeze) adapter() {}
func (retune) adapter()   {}

// adapterCell is what the handle has of one adapter: how it is to adapt, and what it has learned.
type adapterCell struct {
	name    string // of the first variable
	live    atomic.Pointer[Adaptation]
	ref     actors.Ref[adapterMessage]
	pid     atomic.Pointer[actors.PID]
	state   atomic.Pointer[[]byte]
	dropped atomic.Uint64 // reports that found no room
	calm    atomic.Bool   // nothing is being tried or watched, so that reports may wait
	intake  intake
}

func newAdapterCell(s *Space, a Adaptation) *adapterCell {
	c := &adapterCell{name: a.Variable}
	c.live.Store(&a)
	c.ref = actors.ResolvedIn[adapterMessage](s.sys, s.o.Name+"/"+a.Name, func() actors.PID {
		if pid := c.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return c
}

// adapter is one incarnation of the process that adapts one variable or group. It proposes like everybody else.
type adapter struct {
	s      *Space
	c      *adapterCell
	a      *Adaptation // how, at present
	names  []string    // of the variables
	cell   *cell       // of the first
	m      *adapt.Machine
	n      uint64             // of the proposal that is under way
	busy   bool               // one is
	slice  map[string]bool    // agents that have the candidate
	at     map[place]Version  // what they have
	base   map[string]Version // of the present values
	status AdapterStatus
	fresh  bool      // something was learned since it was kept
	since  time.Time // the end of its last turn
}

// place is where an agent has a value of its own.
type place struct{ variable, scope string }

// Init takes up what an earlier incarnation has learned. A slice that it has begun is left to expire.
func (a *adapter) Init(ctx *actors.Context[adapterMessage]) error {
	a.a = a.c.live.Load()
	a.names = a.a.all()
	value, ok := a.present()
	if !ok {
		return actors.Ignore
	}
	pid := ctx.PID()
	if _, err := actors.AtEnd(ctx, func(actors.Reason) { a.s.turns.leave(a.c) }); err != nil {
		return err
	}
	a.cell = a.s.cell(a.c.name)
	a.status = AdapterStatus{Name: a.a.Name, Variable: a.c.name, Group: a.a.Group, Strategy: a.a.Spec.Strategy}
	if a.a.Control == nil {
		m, err := adapt.New(a.spec(ctx), value)
		if err != nil {
			return err
		}
		if state := a.c.state.Load(); state != nil {
			if err := m.UnmarshalBinary(*state); err == nil && !m.Status().Value.Equal(value) {
				m.Step(adapt.Moved{At: ctx.Now(), Value: value})
			}
		}
		a.m = m
		for _, name := range a.names {
			if _, err := subscribe(ctx, a.s, a.s.root.Load().find(name).def.place, name, Conflate(), func(u Update) adapterMessage { return heard{u} }); err != nil {
				return err
			}
		}
		a.again(ctx)
		ctx.Every(a.a.Save, keep{})
	}
	a.c.pid.Store(&pid)
	return nil
}

// spec is that of the machine: for the kinds that there are now.
func (a *adapter) spec(ctx *actors.Context[adapterMessage]) adapt.Spec {
	spec := a.a.Spec
	spec.Kind, _ = a.s.kindOf(a.names)
	if spec.Seed == 0 {
		spec.Seed = ctx.Rand().Uint64()
	}
	return spec
}

// again sets the timer of the next cycle, with a jitter, so that adapters do not think in step.
func (a *adapter) again(ctx *actors.Context[adapterMessage]) {
	every := a.a.Every
	if every < 0 {
		return
	}
	if every == 0 {
		every = time.Duration(float64(time.Second) * (0.9 + 0.2*ctx.Rand().Float64()))
	}
	if a.m != nil { // what need not be looked at often is not, but once a minute at least
		every = max(every, min(every*time.Duration(a.m.Status().Pace), time.Minute))
	}
	ctx.After(every, think{})
}

// Receive handles one message, and the reports that wait before it. It never blocks.
func (a *adapter) Receive(ctx *actors.Context[adapterMessage], msg adapterMessage) error {
	a.collect(ctx)
	defer func() {
		a.since = ctx.Now()
		a.c.calm.Store(a.m != nil && a.m.Idle())
	}()
	switch m := msg.(type) {
	case waiting:
	case feedback:
		a.report(ctx, m.f, ctx.Now())
	case think:
		a.think(ctx)
		telemetry.Emit(ctx.Events(), AdaptationCycle{Of{a.s.o.Name, a.c.name}})
		a.again(ctx)
	case keep:
		a.keep()
	case done:
		a.done(ctx, m)
		a.collect(ctx)
	case heard:
		a.heard(ctx, m.u)
	case look:
		m.reply.Send(a.look())
	case retune:
		a.retune(ctx)
		m.reply.Send(a.look())
	case unfreeze:
		if a.m != nil {
			a.do(ctx, a.m.Step(adapt.Resumed{At: ctx.Now()}))
		}
		m.reply.Send(a.look())
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// keep saves what was learned with the handle.
func (a *adapter) keep() {
	if !a.fresh {
		return
	}
	if data, err := a.m.MarshalBinary(); err == nil {
		a.c.state.Store(&data)
		a.fresh = false
	}
}

func (a *adapter) look() AdapterStatus {
	s := a.status
	s.Told = append([]Told(nil), a.status.Told...)
	if a.m != nil {
		s.Status = a.m.Status()
	}
	s.Dropped += a.c.dropped.Load()
	return s
}

// think ends a cycle. While another adapter tries something for the same metric this one has no turn; it keeps its own until the watch after a change is over.
func (a *adapter) think(ctx *actors.Context[adapterMessage]) {
	if a.m.Idle() {
		a.s.turns.yield(a.c) // who has waited longer goes first
		if !a.s.turns.take(a.c, ctx.Now()) {
			return
		}
	}
	a.do(ctx, a.m.Step(adapt.Cycle{At: ctx.Now()}))
	if a.m.Idle() {
		a.s.turns.leave(a.c)
	}
}

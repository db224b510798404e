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
	// feedback is a report.
	feedback struct{ f Feedback }
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
)

func (feedback) adapter() {}
func (think) adapter()    {}
func (keep) adapter()     {}
func (done) adapter()     {}
func (heard) adapter()    {}
func (look) adapter()     {}
func (unfreeze) adapter() {}

// adapterCell is what the handle has of one adapter: what it was started with, and what it has learned.
type adapterCell struct {
	a       Adaptation
	ref     actors.Ref[adapterMessage]
	pid     atomic.Pointer[actors.PID]
	state   atomic.Pointer[[]byte]
	dropped atomic.Uint64 // reports that found no room
	metrics []string      // for which it must have its turn
}

func newAdapterCell(s *Space, a Adaptation) *adapterCell {
	c := &adapterCell{a: a, metrics: metricsOf(a.Spec.Objective)}
	c.ref = actors.ResolvedIn[adapterMessage](s.sys, s.o.Name+"/"+a.Name, func() actors.PID {
		if pid := c.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return c
}

// adapter is one incarnation of the process that adapts one variable. It proposes like everybody else.
type adapter struct {
	s      *Space
	c      *adapterCell
	cell   *cell
	m      *adapt.Machine
	n      uint64            // of the proposal that is under way
	busy   bool              // one is
	slice  map[string]string // scopes of the slice, by agent
	at     map[string]Version
	status AdapterStatus
	base   Version // of the present value
	mine   Version // of the last commit that it asked for
	fresh  bool    // something was learned since it was kept
}

// Init takes up what an earlier incarnation has learned. A slice that it has begun is left to expire.
func (a *adapter) Init(ctx *actors.Context[adapterMessage]) error {
	e := a.s.root.Load().find(a.c.a.Variable)
	if e == nil {
		return actors.Ignore
	}
	pid := ctx.PID()
	if _, err := actors.AtEnd(ctx, func(actors.Reason) { a.s.turns.leave(a.c) }); err != nil {
		return err
	}
	a.cell = a.s.cell(a.c.a.Variable)
	a.status = AdapterStatus{Name: a.c.a.Name, Variable: a.c.a.Variable, Static: a.c.a.Static}
	a.base = e.version
	if !a.c.a.Static && a.c.a.Control == nil {
		spec := a.c.a.Spec
		spec.Kind = e.def.kind
		m, err := adapt.New(spec, e.value)
		if err != nil {
			return err
		}
		if state := a.c.state.Load(); state != nil {
			if err := m.UnmarshalBinary(*state); err == nil && !m.Status().Value.Equal(e.value) {
				m.Step(adapt.Moved{At: ctx.Now(), Value: e.value})
			}
		}
		a.m = m
		if _, err := subscribe(ctx, a.s, e.def.place, a.c.a.Variable, Conflate(), func(u Update) adapterMessage { return heard{u} }); err != nil {
			return err
		}
		a.again(ctx)
		ctx.Every(a.c.a.Save, keep{})
	}
	a.c.pid.Store(&pid)
	return nil
}

// again sets the timer of the next cycle, with a jitter, so that adapters do not think in step.
func (a *adapter) again(ctx *actors.Context[adapterMessage]) {
	every := a.c.a.Every
	if every < 0 {
		return
	}
	if every == 0 {
		every = time.Duration(float64(time.Second) * (0.9 + 0.2*ctx.Rand().Float64()))
	}
	ctx.After(every, think{})
}

// Receive handles one message. It never blocks.
func (a *adapter) Receive(ctx *actors.Context[adapterMessage], msg adapterMessage) error {
	switch m := msg.(type) {
	case feedback:
		a.report(ctx, m.f)
	case think:
		a.think(ctx)
		telemetry.Emit(ctx.Events(), AdaptationCycle{Of{a.s.o.Name, a.c.a.Variable}})
		a.again(ctx)
	case keep:
		a.keep()
	case done:
		a.done(ctx, m)
	case heard:
		a.heard(ctx, m.u)
	case look:
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

// report takes feedback in. It counts for the version that it names alone.
func (a *adapter) report(ctx *actors.Context[adapterMessage], f Feedback) {
	a.status.Received++
	if a.m == nil {
		a.control(ctx, f)
		return
	}
	in := adapt.Reported{At: ctx.Now(), Weight: f.Weight, Metrics: f.Metrics}
	if scope, ok := a.slice[f.Agent]; ok && f.Agent != "" && f.Version == a.at[scope] {
		in.Slice = true
	} else if f.Version != a.base || f.Version.IsZero() {
		a.status.Outdated++
		return
	}
	a.fresh = true
	a.do(ctx, a.m.Step(in))
	if a.c.a.Every < 0 {
		a.think(ctx)
	}
}

// control has the user's function say what the value should be. While a proposal is under way nothing is asked of it.
func (a *adapter) control(ctx *actors.Context[adapterMessage], f Feedback) {
	if a.c.a.Control == nil || a.busy {
		return
	}
	e := a.s.root.Load().find(a.c.a.Variable)
	if e == nil || f.Version != e.version {
		a.status.Outdated++
		return
	}
	if next, why, ok := a.c.a.Control(ctx.Now(), e.value, f); ok && !next.Equal(e.value) {
		a.propose(ctx, &proposal{Changes: []change{{Variable: a.c.a.Variable, Value: next}}, Cause: ByAdapter, Reason: why, Gain: probing})
	}
}

// think ends a cycle. While another adapter tries something for the same metric this one has no turn; it keeps its own until the watch after a change is over.
func (a *adapter) think(ctx *actors.Context[adapterMessage]) {
	if a.m.Idle() && !a.s.turns.take(a.c) {
		return
	}
	a.do(ctx, a.m.Step(adapt.Cycle{At: ctx.Now()}))
	if a.m.Idle() {
		a.s.turns.leave(a.c)
	}
}

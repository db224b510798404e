// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// do carries out what the machine asks for: at most one proposal at a time.
func (a *adapter) do(ctx *actors.Context[adapterMessage], effects []adapt.Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case adapt.Begin:
			a.tell(ctx, "canary started", e.Why)
			a.begin(ctx, e)
		case adapt.End:
			a.tell(ctx, "canary ended", e.Why)
			a.end(ctx, e.Why)
		case adapt.Try:
			a.tell(ctx, "trial", e.Why)
			a.propose(ctx, &proposal{Changes: a.changes(e.Value), Cause: ByAdapter, Reason: e.Why, Gain: probing})
		case adapt.Promote:
			a.tell(ctx, "canary promoted", e.Why)
			p := &proposal{Changes: a.changes(e.Value), Cause: ByAdapter, Reason: e.Why, Gain: Gain{e.Mean, e.Low}}
			p.Changes = append(p.Changes, a.without()...)
			a.propose(ctx, p)
		case adapt.Revert:
			a.tell(ctx, "reverted", e.Why)
			a.propose(ctx, &proposal{Changes: a.changes(e.Value), Cause: ByRevert, Reason: e.Why})
		case adapt.Note:
			a.tell(ctx, e.What, e.Why)
		}
	}
}

// probing is the gain that a trial claims: what it gains is what it is to find out, and what it costs is bounded by the budget of trials.
var probing = Gain{Mean: 1e100, Low: 1e100}

// tell keeps what the adapter did for people, and emits it.
func (a *adapter) tell(ctx *actors.Context[adapterMessage], what, why string) {
	if len(a.status.Told) == toldLimit {
		a.status.Told = append(a.status.Told[:0], a.status.Told[1:]...)
	}
	a.status.Told = append(a.status.Told, Told{ctx.Now(), what, why})
	telemetry.Emit(ctx.Events(), AdaptationStep{Of{a.s.o.Name, a.c.name}, what, why})
}

// propose sends a proposal on the one way that there is, and goes on.
func (a *adapter) propose(ctx *actors.Context[adapterMessage], p *proposal) {
	p.Proposer = a.a.Name
	p.Vote = p.Cause == ByAdapter && a.m != nil && a.m.Status().Coordinate
	a.n++
	a.busy = true
	n := a.n
	actors.Request(ctx, a.cell.ref, -1, func(reply actors.Reply[answer]) variableMessage { return submit{p, reply} },
		func(got answer, err error) adapterMessage { return done{n, got, err} })
}

// done tells the machine what became of a proposal.
func (a *adapter) done(ctx *actors.Context[adapterMessage], m done) {
	if m.n != a.n || !a.busy {
		return
	}
	a.busy, a.fresh = false, true
	now := ctx.Now()
	if a.m == nil {
		if m.err != nil {
			a.status.Refused++
			telemetry.Emit(ctx.Events(), AdaptationRefused{Of{a.s.o.Name, a.c.name}, fault.CodeOf(m.err)})
		}
		return
	}
	if m.err != nil {
		a.status.Refused++
		a.tell(ctx, "refused", m.err.Error())
		telemetry.Emit(ctx.Events(), AdaptationRefused{Of{a.s.o.Name, a.c.name}, fault.CodeOf(m.err)})
		if errors.Is(m.err, ErrStopped) {
			return
		}
		a.do(ctx, a.m.Step(adapt.Refused{At: now, Why: m.err.Error(), Conflict: errors.Is(m.err, ErrVersionConflict)}))
		return
	}
	ended := false
	for _, c := range m.answer.commits {
		switch {
		case c.Scope == "":
			if _, ours := a.base[c.Variable]; ours {
				a.base[c.Variable] = c.Version
			}
			ended = true
		case c.Gone:
			ended = true
		default:
			if a.at == nil {
				a.at = map[place]Version{}
			}
			a.at[place{c.Variable, c.Scope}] = c.Version
		}
	}
	if ended {
		a.slice, a.at = nil, nil
	}
	a.do(ctx, a.m.Step(adapt.Changed{At: now}))
	a.keep()
}

// heard follows what others do to the variables.
func (a *adapter) heard(ctx *actors.Context[adapterMessage], u Update) {
	if u.Err != nil || u.Scope != "" || u.First || !a.base[u.Variable].Before(u.Version) {
		return
	}
	e := a.s.root.Load().find(u.Variable)
	if e == nil || a.busy && e.commit.Proposer == a.a.Name { // the adapter's own, whose answer is on its way
		return
	}
	value, ok := a.present()
	if !ok {
		return
	}
	a.n++ // what is under way is about a value that is gone
	a.busy = false
	if k, _ := a.s.kindOf(a.names); !kind.Same(a.m.Kind(), k) {
		a.do(ctx, a.m.Step(adapt.Retuned{At: ctx.Now(), Spec: a.spec(ctx), Value: value}))
	}
	a.do(ctx, a.m.Step(adapt.Moved{At: ctx.Now(), Value: value}))
}

// adapterWorker describes the process of an adapter.
func (s *Space) adapterWorker(c *adapterCell) supervision.Child {
	child := supervision.Worker(c.name, func() actors.Behavior[adapterMessage] { return &adapter{s: s, c: c} }, actors.Kind("adapter"), actors.MailboxSize(c.live.Load().Pending))
	child.Limit = &supervision.Limit{Intensity: supervision.Intensity{Max: 10, Within: 10 * time.Second}, Then: supervision.StopChild}
	return child
}

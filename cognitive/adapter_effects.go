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
			a.propose(ctx, &proposal{Changes: []change{{Variable: a.c.a.Variable, Value: e.Value}}, Cause: ByAdapter, Reason: e.Why, Gain: probing})
		case adapt.Promote:
			a.tell(ctx, "canary promoted", e.Why)
			p := &proposal{Changes: []change{{Variable: a.c.a.Variable, Value: e.Value}}, Cause: ByAdapter, Reason: e.Why, Gain: Gain{e.Mean, e.Low}}
			p.Changes = append(p.Changes, a.without()...)
			a.propose(ctx, p)
		case adapt.Revert:
			a.tell(ctx, "reverted", e.Why)
			a.propose(ctx, &proposal{Changes: []change{{Variable: a.c.a.Variable, Value: e.Value}}, Cause: ByRevert, Reason: e.Why})
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
	telemetry.Emit(ctx.Events(), AdaptationStep{Of{a.s.o.Name, a.c.a.Variable}, what, why})
}

// begin gives a candidate to a share of the agents, in one commit.
func (a *adapter) begin(ctx *actors.Context[adapterMessage], e adapt.Begin) {
	members := a.c.a.Agents.Members()
	n := min(max(int(a.c.a.Share*float64(len(members))), 1), len(members)/2)
	if n == 0 { // there is nobody left to compare with
		a.do(ctx, a.m.Step(adapt.Refused{At: ctx.Now(), Why: "too few agents"}))
		return
	}
	members = append([]string(nil), members...)
	ctx.Rand().Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	a.slice = map[string]string{}
	p := &proposal{Cause: ByOverride, Proposer: a.c.a.Name, Reason: e.Why}
	for _, m := range members[:n] {
		scope := "agent/" + m
		a.slice[m] = scope
		p.Changes = append(p.Changes, change{Variable: a.c.a.Variable, Scope: scope, Value: e.Value, Until: ctx.Now().Add(e.TTL)})
	}
	a.propose(ctx, p)
}

// without takes the candidate away from the slice, as far as it is still there.
func (a *adapter) without() (all []change) {
	e := a.s.root.Load().find(a.c.a.Variable)
	if e == nil {
		return nil
	}
	for _, o := range e.overrides {
		if v, ours := a.at[o.scope]; ours && o.commit.Version == v {
			all = append(all, change{Variable: a.c.a.Variable, Scope: o.scope, Gone: true, Base: &v})
		}
	}
	return all
}

func (a *adapter) end(ctx *actors.Context[adapterMessage], why string) {
	changes := a.without()
	if len(changes) == 0 { // it has expired
		a.slice, a.at = nil, nil
		a.do(ctx, a.m.Step(adapt.Changed{At: ctx.Now()}))
		return
	}
	a.propose(ctx, &proposal{Changes: changes, Cause: ByOverride, Proposer: a.c.a.Name, Reason: why})
}

// propose sends a proposal on the one way that there is, and goes on.
func (a *adapter) propose(ctx *actors.Context[adapterMessage], p *proposal) {
	p.Proposer = a.c.a.Name
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
			telemetry.Emit(ctx.Events(), AdaptationRefused{Of{a.s.o.Name, a.c.a.Variable}, fault.CodeOf(m.err)})
		}
		return
	}
	if m.err != nil {
		a.status.Refused++
		a.tell(ctx, "refused", m.err.Error())
		telemetry.Emit(ctx.Events(), AdaptationRefused{Of{a.s.o.Name, a.c.a.Variable}, fault.CodeOf(m.err)})
		if errors.Is(m.err, ErrStopped) {
			return
		}
		a.do(ctx, a.m.Step(adapt.Refused{At: now, Why: m.err.Error()}))
		return
	}
	ended := false
	for _, c := range m.answer.commits {
		switch {
		case c.Scope == "":
			a.base, a.mine = c.Version, c.Version
			ended = true
		case c.Gone:
			ended = true
		default:
			if a.at == nil {
				a.at = map[string]Version{}
			}
			a.at[c.Scope] = c.Version
		}
	}
	if ended {
		a.slice, a.at = nil, nil
	}
	a.do(ctx, a.m.Step(adapt.Changed{At: now}))
	a.keep()
}

// heard follows what others do to the variable.
func (a *adapter) heard(ctx *actors.Context[adapterMessage], u Update) {
	if u.Err != nil || u.Scope != "" || u.First || !a.base.Before(u.Version) {
		return
	}
	if a.busy { // it may be the adapter's own, whose answer is on its way
		e := a.s.root.Load().find(a.c.a.Variable)
		if e != nil && e.commit.Proposer == a.c.a.Name {
			return
		}
	}
	a.base = u.Version
	a.n++ // what is under way is about a value that is gone
	a.busy = false
	e := a.s.root.Load().find(a.c.a.Variable)
	if e == nil {
		return
	}
	if spec := a.c.a.Spec; !kind.Same(spec.Kind, e.def.kind) {
		spec.Kind = e.def.kind
		a.c.a.Spec = spec
		if m, err := adapt.New(spec, u.Value); err == nil {
			a.m = m
		}
	}
	a.do(ctx, a.m.Step(adapt.Moved{At: ctx.Now(), Value: u.Value}))
}

// adapterWorker describes the process of an adapter.
func (s *Space) adapterWorker(c *adapterCell) supervision.Child {
	child := supervision.Worker(c.a.Variable, func() actors.Behavior[adapterMessage] { return &adapter{s: s, c: c} }, actors.Kind("adapter"), actors.MailboxSize(c.a.Pending))
	child.Limit = &supervision.Limit{Intensity: supervision.Intensity{Max: 10, Within: 10 * time.Second}, Then: supervision.StopChild}
	return child
}

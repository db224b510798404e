// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/telemetry"
)

// open has the committer check the proposal in hand and note that it is being decided.
func (a *variableActor) open(ctx *actors.Context[variableMessage], policy Policy) {
	if a.s.o.Decider == nil {
		a.finish(ctx, answer{}, fmt.Errorf("cognitive: propose %q: nobody decides: %w", a.name, &RejectedError{Reason: "the space has no decider"}))
		return
	}
	r := a.hand
	until := ctx.Now().Add(policy.Within)
	if d := r.p.Deadline; !d.IsZero() && d.Before(until) {
		until = d
	}
	r.q = &question{ID: a.s.newKey(), Variable: a.name, Proposal: *r.p, Until: until}
	a.try(ctx, true, r.q)
}

// start begins the session of the proposal in hand.
func (a *variableActor) start(ctx *actors.Context[variableMessage]) {
	r, n := a.hand, a.n
	p := *r.p // it belongs to the caller, who sends it again if this attempt comes to nothing
	p.asked = true
	r.p = &p
	q := a.s.question(r)
	deliver := actors.Notices(ctx, func(v Verdict) variableMessage { return decided{n, v} })
	session, err := a.s.o.Decider.Start(q, deliver)
	if err != nil {
		a.finish(ctx, answer{}, fmt.Errorf("cognitive: propose %q: %w", a.name, err))
		return
	}
	telemetry.Emit(ctx.Events(), DecisionOpened{Of{a.s.o.Name, a.name}, q.ID})
	if !session.PID.IsZero() {
		a.monitor = ctx.Monitor(session.PID, func(actors.Down) variableMessage { return sessionEnded{n} })
	}
	a.remind(ctx, r.q.Until)
}

// join takes up a decision that an earlier incarnation has begun.
func (a *variableActor) join(ctx *actors.Context[variableMessage]) {
	switch verdict, state := a.s.o.Decider.Lookup(a.hand.q.ID); state {
	case SessionDecided:
		a.hand.p.asked = true
		a.decided(ctx, verdict)
	case SessionOpen:
		a.start(ctx)
	case SessionUnknown:
		a.finish(ctx, answer{}, fmt.Errorf("cognitive: propose %q: %w", a.name, ErrDecisionLost))
	}
}

// lost asks for the verdict of a session whose process has ended without telling one.
func (a *variableActor) lost(ctx *actors.Context[variableMessage]) {
	if verdict, state := a.s.o.Decider.Lookup(a.hand.q.ID); state == SessionDecided {
		a.decided(ctx, verdict)
		return
	}
	a.finish(ctx, answer{}, fmt.Errorf("cognitive: propose %q: %w", a.name, ErrDecisionLost))
}

// decided carries a verdict out. The value is validated again: what it was decided about may have moved.
func (a *variableActor) decided(ctx *actors.Context[variableMessage], v Verdict) {
	r := a.hand
	a.monitor.Stop()
	var err error
	switch v.Outcome {
	case Accepted:
		p := *r.p
		p.Decision, p.asked = r.q.ID, true
		if p.Changes[0].Base == nil {
			base := r.q.Proposal.Changes[0].Base
			p.Changes = append([]change(nil), p.Changes...)
			p.Changes[0].Base = base
		}
		if v.Chosen.Type() != kind.None {
			p.Changes = append([]change(nil), p.Changes...)
			p.Changes[0].Value, p.Changes[0].Delta = v.Chosen, kind.Value{}
		}
		r.p = &p
		a.carry(ctx)
		return
	case Rejected:
		err = &RejectedError{Tally: v.Tally, Reason: v.Reason}
	case NoQuorum:
		err = ErrNoQuorum
	case Expired:
		err = ErrDeadline
	case Cancelled:
		err = ErrCancelled
	case Countered:
		if a.counter(ctx, v) {
			return
		}
		err = &RejectedError{Tally: v.Tally, Reason: fmt.Sprintf("no agreement after %d counter-values", maxCounters)}
	}
	a.finish(ctx, answer{}, fmt.Errorf("cognitive: propose %q: %w", a.name, err))
}

// resume puts the decisions that an earlier incarnation left before all that waits.
func (a *variableActor) resume(ctx *actors.Context[variableMessage], m resume) error {
	if m.err != nil {
		if away(m.err) {
			return nil // the committer ends, and so will this process
		}
		return m.err
	}
	var again []*request
	for _, q := range m.open {
		if a.hand != nil && a.hand.q != nil && a.hand.q.ID == q.ID {
			continue // it is this incarnation's own
		}
		p := q.Proposal
		again = append(again, &request{p: &p, begin: ctx.Now(), q: q})
	}
	a.queue = append(again, a.queue...)
	a.next(ctx)
	return nil
}

// asks says whether a proposal needs the agreement of others: by the first of its changes that does.
func (s *Space) asks(p *proposal) (policy Policy, ask bool) {
	if p.Force || p.asked {
		return Policy{}, false
	}
	r := s.root.Load()
	for i := range p.Changes {
		c := &p.Changes[i]
		e := r.find(c.Variable)
		if e == nil || ask || e.def.set.Decision.Mode == "" {
			continue
		}
		moved := 1.0
		if value, err := e.def.kind.Normal(c.Value); err == nil && c.Scope == "" {
			moved = e.def.kind.Distance(e.value, value)
		}
		if e.def.set.Decision.asks(p.Cause, moved) {
			policy, ask = e.def.set.Decision.withDefaults(), true
		}
	}
	if !ask && p.Vote && s.o.Decider != nil {
		policy, ask = Policy{Mode: "vote"}.withDefaults(), true
	}
	return policy, ask
}

// question is what others are asked about a proposal.
func (s *Space) question(r *request) Question {
	policy, _ := s.asks(&proposal{Changes: r.p.Changes, Cause: r.p.Cause, Vote: r.p.Vote})
	c := &r.p.Changes[0]
	q := Question{
		ID: r.q.ID, Space: s.o.Name, Variable: c.Variable, Proposed: c.Value, Proposer: r.p.Proposer, Reason: r.p.Reason,
		Policy: policy, Deadline: r.q.Until, Parent: r.p.Parent, Round: r.p.Round,
	}
	for i := range r.p.Changes[1:] {
		q.Others = append(q.Others, r.p.Changes[1+i].Variable)
	}
	if e := s.root.Load().find(c.Variable); e != nil {
		q.Base, q.Present = e.version, e.value
		if c.Delta.Type() != kind.None {
			if v, err := added(e.def.kind, e.value, c.Delta); err == nil {
				q.Proposed = v
			}
		}
		if o, there := e.forScopes([]string{c.Scope}); there { // of a value for some agents: the one that they have
			q.Base, q.Present = o.Version, o.Value
		}
		if c.Base == nil && c.Scope == "" { // a verdict about a value that has moved is worthless
			base := e.version
			r.q.Proposal.Changes = append([]change(nil), r.q.Proposal.Changes...)
			r.q.Proposal.Changes[0].Base = &base
		}
	}
	return q
}

// close has the committer note that a decision is over.
func (a *variableActor) close(ctx *actors.Context[variableMessage], id, how string) {
	actors.Request(ctx, a.s.committer, -1, func(reply actors.Reply[answer]) committerMessage {
		return order{func(b *book, _ time.Time) (answer, error) {
			b.unask(id, how)
			return answer{}, nil
		}, reply}
	}, func(_ answer, err error) variableMessage { return closed{id, how, err} })
}

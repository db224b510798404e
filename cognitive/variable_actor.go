// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/fault"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// queueLimit is how many proposals may wait for one variable.
const queueLimit = 64

// variableMessage is what the process of a variable takes.
type variableMessage interface{ variable() }

type (
	// submit is a proposal.
	submit struct {
		p     *proposal
		reply actors.Reply[answer]
	}
	// withdraw takes a proposal back, by its key.
	withdraw struct{ key string }
	// settled is what the committer made of the proposal in hand.
	settled struct {
		n      uint64
		answer answer
		err    error
	}
	// decided is the verdict about the proposal in hand.
	decided struct {
		n       uint64
		verdict Verdict
	}
	// sessionEnded is the end of the process that decides.
	sessionEnded struct{ n uint64 }
	// overdue is the process's own: the time of a proposal may be up.
	overdue struct{}
	// closing is the process's own: a decision is over, and that is still to be noted. closed tells whether it was.
	closing struct{ id, how string }
	closed  struct {
		id, how string
		err     error
	}
	// resume is the process's own: take up the decisions that an earlier incarnation left.
	resume struct {
		open []*question
		err  error
	}
)

func (submit) variable()       {}
func (withdraw) variable()     {}
func (settled) variable()      {}
func (decided) variable()      {}
func (sessionEnded) variable() {}
func (overdue) variable()      {}
func (closing) variable()      {}
func (closed) variable()       {}
func (resume) variable()       {}

// variableActor is one incarnation of the process of one variable: it has the proposals that wait, and asks others where that is needed. It never blocks.
type variableActor struct {
	s       *Space
	name    string
	cell    *cell
	pid     *actors.PID // its address tells this incarnation from the next
	queue   []*request
	hand    *request // the one in flight
	n       uint64   // of the one in flight; what is about an earlier one is late
	monitor actors.Monitor
	timer   actors.Timer
	due     time.Time
}

// request is a proposal and who waits for it.
type request struct {
	p     *proposal
	reply actors.Reply[answer]
	begin time.Time
	q     *question  // of a decision that is open
	ready kind.Value // option of a module that was prepared for it
	apply *applying  // what agents are to confirm
	first try        // what the committer is asked first
}

// Init makes the process the one that the handle finds.
func (a *variableActor) Init(ctx *actors.Context[variableMessage]) error {
	a.cell = a.s.cell(a.name)
	pid := ctx.PID()
	if a.cell.down() && !a.cell.told.Load() { // it was killed, and could not tell
		telemetry.Emit(ctx.Events(), VariableDegraded{Of{a.s.o.Name, a.name}, exit.ReasonKilled.String()})
	}
	a.cell.told.Store(false)
	a.pid = &pid
	a.cell.pid.Store(a.pid)
	if a.s.o.Decider != nil {
		a.left(ctx)
	}
	return nil
}

// Terminate tells a crash, and after an ordered stop leaves no process that could be missed. The cell is enough for the rest: a hook for the end would cost every idle variable as much as its
// process does.
func (a *variableActor) Terminate(ctx *actors.Context[variableMessage], why actors.Reason) error {
	if !why.Abnormal() {
		a.cell.pid.CompareAndSwap(a.pid, nil)
		return nil
	}
	a.cell.told.Store(true)
	telemetry.Emit(ctx.Events(), VariableDegraded{Of{a.s.o.Name, a.name}, why.String()})
	return nil
}

// left asks the committer for the decisions that are open.
func (a *variableActor) left(ctx *actors.Context[variableMessage]) {
	var open []*question
	actors.Request(ctx, a.s.committer, -1, func(reply actors.Reply[answer]) committerMessage {
		return order{reply: reply, run: func(b *book, _ time.Time) (answer, error) {
			for _, q := range b.open {
				if q.Variable == a.name {
					copied := *q
					open = append(open, &copied)
				}
			}
			return answer{}, nil
		}}
	}, func(_ answer, err error) variableMessage {
		if err != nil {
			return resume{nil, err}
		}
		return resume{open, nil}
	})
}

// Receive handles one message.
func (a *variableActor) Receive(ctx *actors.Context[variableMessage], msg variableMessage) error {
	switch m := msg.(type) {
	case submit:
		a.submit(ctx, m)
	case withdraw:
		a.withdraw(ctx, m.key)
	case settled:
		if a.hand != nil && m.n == a.n {
			a.settled(ctx, m)
		}
	case decided:
		if a.hand != nil && m.n == a.n {
			a.decided(ctx, m.verdict)
		}
	case sessionEnded:
		if a.hand != nil && m.n == a.n && a.hand.q != nil {
			a.lost(ctx)
		}
	case prepared:
		if a.hand != nil && m.n == a.n && a.hand.ready.Type() != kind.None {
			a.prepared(ctx, m.err)
		}
	case confirmed:
		if a.hand != nil && m.n == a.n && a.hand.apply != nil {
			a.confirmed(ctx, m.agent)
		}
	case unconfirmed:
		if a.hand != nil && m.n == a.n && a.hand.apply != nil {
			a.refute(ctx)
		}
	case refuted:
		if a.hand != nil && m.n == a.n && a.hand.apply != nil {
			a.refuted(ctx, m.err)
		}
	case closing:
		a.close(ctx, m.id, m.how)
	case closed:
		if m.err != nil && !errors.Is(m.err, ErrStopped) { // nobody may wait for what is open in the journal alone
			ctx.After(100*time.Millisecond, closing{m.id, m.how})
		}
	case overdue:
		a.due = time.Time{}
		a.overdue(ctx)
	case resume:
		return a.resume(ctx, m)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// submit takes a proposal. A newer one of the same adapter overtakes an older one that waits.
func (a *variableActor) submit(ctx *actors.Context[variableMessage], m submit) {
	r := &request{p: m.p, reply: m.reply, begin: ctx.Now()}
	if m.p.Cause == ByAdapter {
		for i, q := range a.queue {
			if q.p.Cause == ByAdapter && q.p.Proposer == m.p.Proposer {
				a.over(ctx, q, answer{}, fmt.Errorf("cognitive: propose %q: %w", a.name, ErrSuperseded))
				a.queue = append(a.queue[:i], a.queue[i+1:]...)
				break
			}
		}
	}
	if len(a.queue) >= queueLimit {
		a.over(ctx, r, answer{}, fmt.Errorf("cognitive: propose %q: %d wait: %w", a.name, len(a.queue), ErrBusy))
		return
	}
	a.queue = append(a.queue, r)
	a.next(ctx)
	if a.hand != r {
		a.remind(ctx, r.p.Deadline)
	}
}

// next takes the first proposal that waits in hand, if there is none.
func (a *variableActor) next(ctx *actors.Context[variableMessage]) {
	if a.hand != nil || len(a.queue) == 0 {
		return
	}
	a.hand = a.queue[0]
	a.queue[0] = nil
	if a.queue = a.queue[1:]; len(a.queue) == 0 {
		a.queue = nil
	}
	a.n++
	if q := a.hand.q; q != nil { // an earlier incarnation has left it
		a.join(ctx)
		return
	}
	a.ask(ctx)
}

// ask has others agree to the proposal in hand, or has it committed if they need not.
func (a *variableActor) ask(ctx *actors.Context[variableMessage]) {
	if policy, ask := a.s.asks(a.hand.p); ask {
		a.open(ctx, policy)
		return
	}
	a.carry(ctx)
}

// carry has the proposal in hand committed; what must be ready before is prepared first.
func (a *variableActor) carry(ctx *actors.Context[variableMessage]) {
	if !a.prepare(ctx) {
		a.try(ctx, false, nil)
	}
}

// try has the committer check the proposal in hand, or carry it out.
func (a *variableActor) try(ctx *actors.Context[variableMessage], dry bool, opening *question) {
	n, t := a.n, &a.hand.first
	if t.p != nil { // an earlier committer may still look at it
		t = &try{}
	}
	t.p, t.dry, t.opening = a.hand.p, dry, opening
	actors.Request(ctx, a.s.committer, -1, func(reply actors.Reply[answer]) committerMessage {
		t.reply = reply
		return t
	}, func(got answer, err error) variableMessage { return settled{n, got, err} })
}

// settled goes on with what the committer said.
func (a *variableActor) settled(ctx *actors.Context[variableMessage], m settled) {
	switch {
	case errors.Is(m.err, errUnasked):
		if r := a.hand; r.ready.Type() != kind.None { // it is readied again when they agree
			a.s.o.Applier.Abort(a.name, r.ready)
			r.ready = kind.Value{}
		}
		a.ask(ctx)
		return
	case m.err != nil:
		var died *actors.CallError
		if errors.As(m.err, &died) || away(m.err) {
			m.err = fmt.Errorf("cognitive: propose %q: %w: %w", a.name, ErrRestarted, m.err)
		}
	case m.answer.again:
	case a.hand.q != nil && !a.hand.p.asked: // the decision may begin
		a.start(ctx)
		return
	case a.apply(ctx, m.answer):
		return
	}
	a.finish(ctx, m.answer, m.err)
}

// finish ends the proposal in hand.
func (a *variableActor) finish(ctx *actors.Context[variableMessage], got answer, err error) {
	r := a.hand
	a.hand = nil
	a.monitor.Stop()
	a.monitor = actors.Monitor{}
	committed := err == nil || r.apply != nil
	if r.ready.Type() != kind.None && !committed {
		a.s.o.Applier.Abort(a.name, r.ready)
	}
	if r.q != nil {
		how := "committed"
		switch {
		case !committed:
			how = err.Error()
		case got.again && got.commits[0].Decision != r.q.ID: // of an earlier attempt, which had a decision of its own
			how, committed = "its key was committed before", false
		}
		if !committed {
			a.close(ctx, r.q.ID, how)
		}
		if settler, ok := a.s.o.Decider.(Settler); ok {
			settler.Settle(r.q.ID, committed)
		}
		telemetry.Emit(ctx.Events(), DecisionClosed{Of{a.s.o.Name, a.name}, r.q.ID, how})
	}
	a.over(ctx, r, got, err)
	a.next(ctx)
}

// over answers whoever proposed.
func (a *variableActor) over(ctx *actors.Context[variableMessage], r *request, got answer, err error) {
	if err != nil {
		r.reply.Fail(err)
	} else {
		r.reply.Send(got)
	}
	if bus := ctx.Events(); bus.Active() {
		telemetry.Emit(bus, ProposalAnswered{Of{a.s.o.Name, a.name}, r.p.Cause, fault.CodeOf(err), ctx.Now().Sub(r.begin)})
	}
}

// remind sets the timer for the end of somebody's time.
func (a *variableActor) remind(ctx *actors.Context[variableMessage], at time.Time) {
	if at.IsZero() || !a.due.IsZero() && !at.Before(a.due) {
		return
	}
	a.timer.Cancel()
	a.due = at
	a.timer = ctx.After(max(at.Sub(ctx.Now()), 0), overdue{})
}

// overdue ends what has waited too long.
func (a *variableActor) overdue(ctx *actors.Context[variableMessage]) {
	now := ctx.Now()
	kept := a.queue[:0]
	for _, r := range a.queue {
		if d := r.p.Deadline; r.q == nil && !d.IsZero() && !now.Before(d) {
			a.over(ctx, r, answer{}, fmt.Errorf("cognitive: propose %q: %w", a.name, ErrDeadline))
			continue
		}
		kept = append(kept, r)
		a.remind(ctx, r.p.Deadline)
	}
	a.queue = kept
	if r := a.hand; r != nil && r.q != nil && r.p.Decision == "" {
		if now.Before(r.q.Until) {
			a.remind(ctx, r.q.Until)
			return
		}
		if r.p.asked {
			a.s.o.Decider.Cancel(r.q.ID, ErrDeadline)
			a.finish(ctx, answer{}, fmt.Errorf("cognitive: propose %q: %w", a.name, ErrDeadline))
		}
	}
}

// withdraw takes a proposal back, if it is not being committed.
func (a *variableActor) withdraw(ctx *actors.Context[variableMessage], key string) {
	for i, r := range a.queue {
		if r.p.Key == key {
			a.queue = append(a.queue[:i], a.queue[i+1:]...)
			a.over(ctx, r, answer{}, fmt.Errorf("cognitive: propose %q: %w", a.name, ErrCancelled))
			return
		}
	}
	if r := a.hand; r != nil && r.p.Key == key && r.q != nil && r.p.asked && r.p.Decision == "" {
		a.s.o.Decider.Cancel(r.q.ID, ErrCancelled)
		a.finish(ctx, answer{}, fmt.Errorf("cognitive: propose %q: %w", a.name, ErrCancelled))
	}
}

// worker describes the process of a variable. One that crashes again and again stays down, and its last value can be read.
func (s *Space) worker(name string) supervision.Child {
	c := supervision.Worker(name, func() actors.Behavior[variableMessage] { return &variableActor{s: s, name: name} }, actors.Kind("variable"), actors.MailboxSize(-1))
	c.Limit = &supervision.Limit{Intensity: supervision.Intensity{Max: 10, Within: 10 * time.Second}, Then: supervision.StopChild}
	return c
}

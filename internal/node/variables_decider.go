// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/cognitive"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
)

// ErrNobodyDecides is returned when a change needs the agreement of others and the node has no section coordination that could ask them.
var ErrNobodyDecides = fault.New(4698, "node: nobody decides: the config has no section coordination")

// decider has the node's agents agree to changes of variables, in sessions of its engine. The id of a question is that of its session, so that what is asked
// again after any crash is the same session. It belongs to the node, and outlives its process.
type decider struct {
	n   *Node
	ref actors.Ref[deciderMessage]
	pid atomic.Pointer[actors.PID]
	mu  struct {
		sync.Mutex
		open  map[string]*pending // questions without a verdict
		order []string            // of them, as they came
	}
}

// pending is a question that is open.
type pending struct {
	spec    protocols.Spec
	verdict func(cognitive.Verdict) // of whoever asked last
	until   time.Time
	since   time.Time // when it was asked, by this node
	gone    bool      // nobody waits for it
	toll    *toll     // of a decision that is paid for
}

type (
	deciderMessage interface{ decider() }
	// pursue has a question asked, or waited for again.
	pursue struct{ id string }
	// abandon has a session cancelled.
	abandon struct {
		id  string
		why string
	}
)

func (pursue) decider()  {}
func (abandon) decider() {}

func newDecider(n *Node) *decider {
	d := &decider{n: n}
	d.mu.open = map[string]*pending{}
	d.ref = actors.Resolved[deciderMessage](actors.PID{}, "variables/decider", func() actors.PID {
		if pid := d.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return d
}

func (d *decider) child() supervision.Child {
	return supervision.Worker("decider", func() actors.Behavior[deciderMessage] { return &asker{d} }, actors.Kind("cognitive.decider"), actors.MailboxSize(-1))
}

// Start begins a session; see cognitive.Decider. No process stands for it: a crash of the one that asks loses no question.
func (d *decider) Start(q cognitive.Question, verdict func(cognitive.Verdict)) (cognitive.Session, error) {
	d.mu.Lock()
	p := d.mu.open[q.ID]
	if p == nil {
		p = &pending{spec: d.n.ballot(q), until: q.Deadline, since: d.n.sys.Now()}
		if cost, ok := d.n.tollOf(q.Space, q.Variable); ok {
			d.n.appraise(&p.spec, q, cost)
			p.toll = &cost
		}
		d.mu.open[q.ID] = p
		d.mu.order = append(d.mu.order, q.ID)
	}
	p.verdict = verdict
	d.mu.Unlock()
	d.ref.Tell(pursue{q.ID}) // one that is not there asks everything that is open when it comes
	return cognitive.Session{}, nil
}

// Lookup tells what has become of a session. One that the engine does not know, or does not know yet, was not begun: it is open, and asked when it is started
// again.
func (d *decider) Lookup(id string) (cognitive.Verdict, cognitive.SessionState) {
	if e := d.n.council.engine; e != nil {
		if s, err := e.Status(protocols.SessionID(id)); err == nil && s.State.Ended() {
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			r, _ := e.Await(ctx, protocols.SessionID(id)) // it has ended, so this does not wait
			return d.n.countered(r, opinion(r), s.Tags), cognitive.SessionDecided
		}
	}
	return cognitive.Verdict{}, cognitive.SessionOpen
}

// Cancel ends a session whose verdict nobody waits for.
func (d *decider) Cancel(id string, why error) {
	d.mu.Lock()
	if p := d.mu.open[id]; p != nil {
		p.gone = true
	}
	d.mu.Unlock()
	d.ref.Tell(abandon{id, why.Error()})
}

// close forgets a question and tells its verdict.
func (d *decider) close(id string, v cognitive.Verdict) {
	d.mu.Lock()
	p := d.mu.open[id]
	var tell func(cognitive.Verdict)
	if p != nil && !p.gone {
		tell = p.verdict
	}
	delete(d.mu.open, id)
	for i, other := range d.mu.order {
		if other == id {
			d.mu.order = append(d.mu.order[:i], d.mu.order[i+1:]...)
			break
		}
	}
	d.mu.Unlock()
	if tell != nil {
		tell(v)
	}
}

func (d *decider) find(id string) *pending {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mu.open[id]
}

// asker is the process that asks the engine. What it is to ask is the decider's, so that its crash changes nothing.
type asker struct{ d *decider }

// Init takes up what an earlier incarnation has left.
func (a *asker) Init(ctx *actors.Context[deciderMessage]) error {
	pid := ctx.PID()
	a.d.pid.Store(&pid)
	a.d.mu.Lock()
	left := append([]string(nil), a.d.mu.order...)
	a.d.mu.Unlock()
	for _, id := range left {
		ctx.Self().Tell(pursue{id})
	}
	if len(a.d.n.tolls()) > 0 {
		ctx.Self().Tell(sweep{})
	}
	return nil
}

// How long one look at a session waits, so that a stop of the node does not wait longer, how long the next one is put off while the engine is down, and how long
// voters may take to come.
const (
	patienceWithSessions = time.Second
	engineAway           = 50 * time.Millisecond
	votersAway           = 2 * time.Second
)

// Receive asks, or cancels, without waiting for either.
func (a *asker) Receive(ctx *actors.Context[deciderMessage], msg deciderMessage) error {
	e := a.d.n.council.engine
	switch m := msg.(type) {
	case pursue:
		p := a.d.find(m.id)
		if p == nil {
			return nil
		}
		ctx.Go(func(ctx context.Context) deciderMessage { // ends after patienceWithSessions, at the latest
			ctx, over := a.d.n.within(ctx, patienceWithSessions)
			defer over()
			if a.d.ask(ctx, e, m.id, p) {
				return nil
			}
			return pursue{m.id}
		})
	case abandon:
		ctx.Do(func(ctx context.Context) { // as above
			ctx, over := a.d.n.within(ctx, patienceWithSessions)
			defer over()
			_ = e.Cancel(ctx, protocols.SessionID(m.id), m.why) // one that is not there needs none
			a.d.close(m.id, cognitive.Verdict{Outcome: cognitive.Cancelled})
		})
	case settleUp, sweep:
		a.settle(ctx, m)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// ask starts a session, if it is not there, and waits for its end; false if it is to be waited for again.
func (d *decider) ask(ctx context.Context, e *protocols.Engine, id string, p *pending) bool {
	_, err := e.Status(protocols.SessionID(id))
	if errors.Is(err, protocols.ErrNotFound) { // else it was begun before a crash, when the present value and those who are there may have been others
		var spec protocols.Spec
		if spec, err = d.fund(ctx, p); err == nil {
			_, err = e.Start(ctx, spec)
		}
	}
	var other *protocols.ConflictError
	var few *selector.ParticipantsError
	var weak *selector.FaultToleranceError
	switch {
	case err == nil || errors.As(err, &other): // it was begun before the crash of whoever asked, when the present value was another one
	case (errors.As(err, &few) || errors.As(err, &weak)) && d.n.sys.Now().Before(p.since.Add(votersAway)):
		_ = d.n.sys.Sleep(ctx, engineAway) // those who are asked are being started, or are on their way back
		return d.overdue(id, p)
	case ctx.Err() != nil:
		return d.overdue(id, p)
	case errors.Is(err, protocols.ErrUnavailable) || ledgerAway(err):
		_ = d.n.sys.Sleep(ctx, engineAway) // it is on its way back
		return d.overdue(id, p)
	default:
		d.close(id, cognitive.Verdict{Outcome: cognitive.Rejected, Reason: "nobody can be asked: " + err.Error()})
		return true
	}
	r, err := e.Await(ctx, protocols.SessionID(id))
	if r.State.Ended() && r.Session != "" {
		d.close(id, d.n.countered(r, opinion(r), p.spec.Tags))
		return true
	}
	if err != nil && ctx.Err() == nil && !errors.Is(err, protocols.ErrUnavailable) && !errors.Is(err, protocols.ErrNotFound) {
		d.close(id, cognitive.Verdict{Outcome: cognitive.Rejected, Reason: err.Error()})
		return true
	}
	return d.overdue(id, p)
}

// overdue gives up a question whose time is over.
func (d *decider) overdue(id string, p *pending) bool {
	if d.n.sys.Now().Before(p.until.Add(patienceWithSessions)) {
		return false
	}
	d.close(id, cognitive.Verdict{Outcome: cognitive.Expired})
	return true
}

// mute is the decider of a node that cannot ask anybody.
type mute struct{}

// Start refuses.
func (mute) Start(cognitive.Question, func(cognitive.Verdict)) (cognitive.Session, error) {
	return cognitive.Session{}, ErrNobodyDecides
}

// Lookup knows nothing.
func (mute) Lookup(string) (cognitive.Verdict, cognitive.SessionState) {
	return cognitive.Verdict{}, cognitive.SessionUnknown
}

// Cancel has nothing to cancel.
func (mute) Cancel(string, error) {}

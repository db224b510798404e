// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
	"mabeam.dev/telemetry"
)

type (
	engineMessage interface{ engine() }
	// admit asks for a session. One of the replies is set: result is told what it comes to, started that it was admitted.
	admit struct {
		n       *entry
		result  actors.Reply[*Result]
		started actors.Reply[SessionID]
	}
	// launched is what the supervisor of sessions said.
	launched struct {
		m   admit
		err error
	}
	await struct {
		id    SessionID
		reply actors.Reply[*Result]
	}
	order struct {
		id SessionID
		ev machine.Event
	}
	engineResume struct{}
	engineTick   struct{}
)

func (admit) engine()        {}
func (launched) engine()     {}
func (await) engine()        {}
func (order) engine()        {}
func (engineResume) engine() {}
func (engineTick) engine()   {}

// engine admits sessions and has them started. It waits for nobody and runs no session's code; what it knows is in the handle's index.
type engine struct {
	e      *Engine
	orders []order // for sessions that are between two lives
}

// again is how long the engine waits for a journal that does not answer.
const again = time.Second

// sweep is how often old sessions are forgotten.
const sweep = 10 * time.Second

// Init publishes who lives; what the journal tells is taken in next.
func (g *engine) Init(ctx *actors.Context[engineMessage]) error {
	pid := ctx.PID()
	g.e.pid.Store(&pid)
	ctx.Every(sweep, engineTick{})
	ctx.Continue(engineResume{})
	return nil
}

// Receive admits, or passes on.
func (g *engine) Receive(ctx *actors.Context[engineMessage], msg engineMessage) error {
	switch m := msg.(type) {
	case admit:
		g.admit(ctx, m)
	case launched:
		g.launched(ctx, m)
	case await:
		n, err := g.e.find("await", m.id)
		if err != nil {
			m.reply.Fail(err)
			return nil
		}
		tell(n, m.reply)
	case order:
		g.order(ctx, m)
	case engineResume:
		return g.resume(ctx)
	case engineTick:
		g.e.index.forget(ctx.Now())
		orders := g.orders
		g.orders = nil
		for _, o := range orders {
			g.order(ctx, o)
		}
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// tell answers with the result of a session when it is there.
func tell(n *entry, reply actors.Reply[*Result]) {
	r, err, ended := n.wait(reply)
	if !ended {
		return
	}
	conclude(reply, r, err)
}

// outcomeError carries a result beside the error that it is.
type outcomeError struct {
	*Result
	why error
}

func (e *outcomeError) Error() string { return e.why.Error() }

func (e *outcomeError) Unwrap() error { return e.why }

// conclude tells one who waits. The result belongs to nobody: all read the same one.
func conclude(reply actors.Reply[*Result], r *Result, err error) {
	if err != nil {
		reply.Fail(&outcomeError{r, err})
		return
	}
	reply.Send(r)
}

// admit takes a session in, or finds that it is there already.
func (g *engine) admit(ctx *actors.Context[engineMessage], m admit) {
	if !g.e.known.Load() { // its id may be that of a session that the journal has
		refuse(m, fmt.Errorf("protocols: engine %q: %w: its journal does not answer", g.e.o.Name, ErrUnavailable))
		return
	}
	before, active, ok := g.e.index.put(m.n, g.e.o.MaxActive)
	switch {
	case before != nil && before.digest != m.n.digest:
		refuse(m, &ConflictError{m.n.id})
	case before != nil:
		m.started.Send(before.id)
		tell(before, m.result)
	case !ok:
		refuse(m, &OverloadedError{active, g.e.o.MaxActive})
	default:
		if m.result.Open() {
			m.n.wait(m.result)
		}
		if c := m.n.choice; c != nil {
			telemetry.Emit(ctx.Events(), SessionSelected{Which{m.n.id, m.n.proto.Name, m.n.setup.Spec.Correlation, 0}, *c})
		}
		g.launch(ctx, m)
	}
}

func refuse(m admit, why error) {
	m.started.Fail(&refusal{why})
	m.result.Fail(&refusal{why})
}

// launch has the supervisor start a session's process.
func (g *engine) launch(ctx *actors.Context[engineMessage], m admit) {
	sup := g.e.sessions.Load()
	if sup == nil {
		g.launched(ctx, launched{m, ErrUnavailable})
		return
	}
	supervision.Request(ctx, sup, supervision.Event(plan.StartDynamic{Args: m.n}), func(_ plan.Reply, err error) engineMessage { return launched{m, err} })
}

// launched tells who started the session.
func (g *engine) launched(ctx *actors.Context[engineMessage], m launched) {
	if m.err == nil {
		m.m.started.Send(m.m.n.id)
		return
	}
	if errors.Is(g.e.judge(m.err), ErrUnavailable) {
		return // the supervisor has ended, and this process ends with it: the next one starts the session
	}
	why := fmt.Sprintf("its process did not start: %v", m.err)
	g.e.finish(m.m.n, 0, Result{State: StateFailed, Outcome: machine.Outcome{Verdict: machine.Failed, Why: machine.WhyFailed, Text: why}}, ctx.Now())
	m.m.started.Fail(&SessionFailedError{m.m.n.id, why})
}

// order passes an event on. A session without a process gets it when it has one again.
func (g *engine) order(_ *actors.Context[engineMessage], o order) {
	n := g.e.index.get(o.id)
	if n == nil {
		return
	}
	if _, _, ended := n.outcome(); ended {
		return
	}
	pid := n.process()
	ref, err := actors.RefOf[SessionMessage](pid)
	if err != nil || !pid.Alive() || ref.TryTell(happened{o.ev}) != nil {
		g.orders = append(g.orders, o)
	}
}

// finish ends a session: the result is kept, and everybody who waits is told. epoch 0 is who speaks for all lives of the session.
func (e *Engine) finish(n *entry, epoch uint32, r Result, now time.Time) bool {
	r = n.fill(r, now)
	err := r.err()
	waiters, ok := n.end(epoch, &r, err, now)
	if !ok {
		return false
	}
	e.groups.End(string(n.id))
	e.learn(n, r)
	e.index.ended(n)
	e.retain(n, r)
	for _, w := range waiters {
		conclude(w, &r, err)
	}
	return true
}

// resume starts what has no process: after a crash of the engine or of the supervisor of sessions what the index has, and after a start of the
// program what the journal has.
func (g *engine) resume(ctx *actors.Context[engineMessage]) error {
	if g.e.o.Journal != nil && !g.e.known.Load() {
		records, err := actors.CallForever(ctx, g.e.historian, func(reply actors.Reply[[]Record]) historianMessage { return recall{reply} })
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			ctx.After(again, engineResume{}) // the journal does not answer: what is asked meanwhile is not known, and nothing is admitted
			return nil
		}
		g.fold(records)
	}
	g.e.known.Store(true)
	for _, n := range g.e.index.all() {
		if _, _, ended := n.outcome(); !ended && !n.process().Alive() {
			g.launch(ctx, admit{n: n})
		}
	}
	return nil
}

// fold makes the index from the journal. A record that cannot be understood is of another version and leaves its session out.
func (g *engine) fold(records []Record) {
	for _, r := range records {
		switch r.Kind {
		case recordRated:
			g.e.refoldRating(r)
		case recordLearned:
			var h selector.History
			if json.Unmarshal(r.Data, &h) == nil {
				g.e.measured.set(h)
			}
		case recordOpened:
			n, err := g.e.reopen(r)
			if err == nil {
				g.e.index.put(n, 1<<30)
			}
		case recordEvent:
			n := g.e.index.get(r.Session)
			ev, err := machine.Decode(r.Data)
			if n != nil && err == nil {
				n.mu.Lock()
				n.mu.log = append(n.mu.log, ev)
				n.mu.stored = len(n.mu.log)
				n.mu.Unlock()
			}
		case recordEnded:
			n := g.e.index.get(r.Session)
			var result Result
			if n == nil || json.Unmarshal(r.Data, &result) != nil {
				continue
			}
			if _, ok := n.end(0, &result, result.err(), r.At); ok {
				g.e.learn(n, result)
				g.e.index.ended(n)
				g.e.retain(n, result)
			}
		}
	}
}

// reopen makes the entry of a session that the journal has.
func (e *Engine) reopen(r Record) (*entry, error) {
	var o opening
	if err := json.Unmarshal(r.Data, &o); err != nil {
		return nil, err
	}
	var electors []consensus.Elector
	if err := json.Unmarshal(o.Electors, &electors); err != nil {
		return nil, err
	}
	all, err := consensus.NewElectorate(electors)
	if err != nil {
		return nil, err
	}
	n := newEntry(Setup{Session: r.Session, Spec: o.Spec, Electorate: all}, o.Digest, r.At, o.Until, o.Left)
	if err := json.Unmarshal(o.Selection, &n.setup.Selection); err != nil {
		return nil, err
	}
	p, ok := e.protocol(n.setup.Selection.Protocol)
	if !ok {
		return nil, fmt.Errorf("protocols: session %q: protocol %q is not registered", string(r.Session), string(n.setup.Selection.Protocol))
	}
	n.proto = p
	return n, nil
}

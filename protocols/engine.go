// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
)

// EngineOptions set up an engine. Name and Roster must be set.
type EngineOptions struct {
	// Name is that of its supervisor; the engine's own process is Name + "/engine".
	Name   string
	Roster Roster
	// Journal keeps sessions; nil means that none survives the program. Stream is where; empty means "coordination".
	Journal Journal
	Stream  string
	// Services are what machines ask, by name.
	Services map[string]Service
	// Budget and Evidence may be nil.
	Budget   Budgeter
	Evidence EvidenceSink
	// MaxActive is how many sessions there may be at once; 0 means 10,000.
	MaxActive int
	// Grace is how long a participant that has ended may take to come back; 0 means a tenth of the deadline, at most 1 s.
	Grace time.Duration
	// Byzantine sets up the groups of Byzantine consensus: keys, vote logs, and members that lie in a rehearsal.
	Byzantine byzantine.Options
	// RegisteredKeys refuses participants of Byzantine consensus for which the roster has no public key, with a *KeyError. Without it they are known by the
	// key that Byzantine.Keys has.
	RegisteredKeys bool
	// Selector chooses protocols.
	Selector selector.Selector
	// Adaptive lets the engine choose among equally safe protocols by how earlier sessions of the same sort ended, how long they took and what they cost. It
	// never lowers what the session asks for. What was measured is as durable as the sessions were.
	Adaptive bool
}

// Engine is the handle of a coordination engine. It outlives restarts of its processes and may be used from any goroutine.
type Engine struct {
	o         EngineOptions
	index     *index
	groups    *byzantine.Host
	votes     byzantine.VoteStore        // for sessions whose ballots are durable; nil for none
	pid       atomic.Pointer[actors.PID] // of the living engine process; set by its Init
	writer    atomic.Pointer[actors.PID] // of the living historian; set by its Init
	sessions  atomic.Pointer[supervision.Supervisor]
	ref       actors.Ref[engineMessage]
	historian actors.Ref[historianMessage]
	tokens    atomic.Uint64
	known     atomic.Bool // what the journal has is in the index
	measured  experience  // what adaptive choice goes by
	outcomes  outcomes    // that Spec.Reuse may take
	ids       ids
	protocols struct {
		sync.RWMutex
		all      map[selector.Protocol]Protocol
		selector selector.Selector // that of the options, with the bounds of registered protocols
	}
}

// NewEngine makes the handle, or returns everything that is wrong. A supervisor starts the processes from Child.
func NewEngine(o EngineOptions) (*Engine, error) {
	var problems []error
	if o.Name == "" {
		problems = append(problems, &SpecError{"name", "the engine has none"})
	}
	if o.Roster == nil {
		problems = append(problems, &SpecError{"roster", "the engine has none"})
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if o.Stream == "" {
		o.Stream = "coordination"
	}
	if o.MaxActive <= 0 {
		o.MaxActive = 10_000
	}
	groups, err := byzantine.NewHost("groups", o.Byzantine)
	if err != nil {
		return nil, err
	}
	e := &Engine{o: o, index: newIndex(), groups: groups}
	e.offer()
	e.ref = resolved[engineMessage](o.Name+"/engine", &e.pid)
	e.historian = resolved[historianMessage](o.Name+"/historian", &e.writer)
	e.protocols.all = map[selector.Protocol]Protocol{}
	for _, p := range builtin() {
		if p.Bounds == (selector.Bounds{}) {
			p.Bounds, _ = selector.DefaultBounds(p.Name)
		}
		e.protocols.all[p.Name] = p
	}
	e.protocols.selector = e.bounded()
	return e, nil
}

func resolved[M any](name string, at *atomic.Pointer[actors.PID]) actors.Ref[M] {
	return actors.Resolved[M](actors.PID{}, name, func() actors.PID {
		if pid := at.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
}

// Register adds a protocol, or replaces a built-in one.
func (e *Engine) Register(p Protocol) error {
	if p.Name == "" || p.New == nil {
		return &SpecError{"protocol", "it has no name or no machine"}
	}
	if p.Bounds == (selector.Bounds{}) {
		if p.Bounds, _ = selector.DefaultBounds(p.Name); p.Bounds.Max == 0 {
			p.Bounds = selector.Bounds{Min: 1, Max: 1_000}
		}
	}
	if p.Least != "" && p.Least.rank() < 0 {
		return &SpecError{"protocol", fmt.Sprintf("%q is no durability", string(p.Least))}
	}
	e.protocols.Lock()
	defer e.protocols.Unlock()
	e.protocols.all[p.Name] = p
	e.protocols.selector = e.bounded()
	e.outcomes.forget() // another machine may decide otherwise
	return nil
}

func (e *Engine) protocol(name selector.Protocol) (Protocol, bool) {
	e.protocols.RLock()
	defer e.protocols.RUnlock()
	p, ok := e.protocols.all[name]
	return p, ok
}

// Child describes the engine's subtree for a supervisor: the journal's writer, the supervisor of sessions, and the engine's process.
func (e *Engine) Child() supervision.Child {
	session := supervision.Template("session", func(n *entry) actors.Behavior[SessionMessage] { return &session{e: e, n: n} }, actors.Kind("protocols.session"))
	session.Restart = supervision.Transient
	starts := supervision.Sub("sessions", supervision.Spec{
		Strategy: supervision.SimpleOneForOne, Intensity: supervision.Intensity{Max: 1_000_000, Within: time.Second}, Children: []supervision.Child{session},
	})
	begin := starts.Start
	starts.Start = func(in actors.Spawner, args any) (actors.PID, error) {
		pid, err := begin(in, args)
		if err == nil {
			if s, err := supervision.Of(pid); err == nil {
				e.sessions.Store(s)
			}
		}
		return pid, err
	}
	children := []supervision.Child{e.groups.Child(), starts, supervision.Worker("engine", func() actors.Behavior[engineMessage] { return &engine{e: e} }, actors.Kind("protocols.engine"))}
	if e.o.Journal != nil {
		children = slices.Insert(children, 0, supervision.Worker("historian", func() actors.Behavior[historianMessage] { return &historian{e: e} }, actors.Kind("protocols.historian")))
	}
	return supervision.Sub(e.o.Name, supervision.Spec{Strategy: supervision.RestForOne, Intensity: supervision.Intensity{Max: 100, Within: 10 * time.Second}, Children: children})
}

// Coordinate starts a session and returns its result, or what Await returns; where the spec says so, the result of an earlier session that was asked the same. The end of ctx ends the wait, and the session only if the spec says so.
func (e *Engine) Coordinate(ctx context.Context, s Spec) (Result, error) {
	if r, ok := e.Reuse(s); ok {
		return r, nil
	}
	r, id, err := e.begin(ctx, s, true)
	switch {
	case err == nil || id == "":
		return r, err
	case s.CancelWithCaller && ctx.Err() != nil:
		e.order(id, machine.Cancel{Why: "the caller has gone"})
		return r, err
	case errors.Is(err, ErrUnavailable) && e.index.get(id) != nil: // it was admitted
		return e.Await(ctx, id)
	}
	return r, err
}

// CoordinateLegacy is the simple call of earlier systems: a majority among agents, without choice of a protocol.
func (e *Engine) CoordinateLegacy(ctx context.Context, participants []string, question string, options ...string) (Result, error) {
	return e.Coordinate(ctx, Spec{Protocol: selector.Simple, Participants: participants, Question: question, Options: options})
}

// Start starts a session and returns its id when it is admitted. Repeating it with the same id and spec is one start.
func (e *Engine) Start(ctx context.Context, s Spec) (SessionID, error) {
	_, id, err := e.begin(ctx, s, false)
	return id, err
}

// begin prepares a session and has the engine admit it. id is empty if it was refused.
func (e *Engine) begin(ctx context.Context, s Spec, wait bool) (Result, SessionID, error) {
	n, err := e.prepare(s)
	if err != nil {
		return Result{}, "", err
	}
	var r *Result
	if wait {
		r, err = actors.CallForever(ctx, e.ref, func(reply actors.Reply[*Result]) engineMessage { return admit{n: n, result: reply} })
	} else {
		_, err = actors.CallForever(ctx, e.ref, func(reply actors.Reply[SessionID]) engineMessage { return admit{n: n, started: reply} })
	}
	if err == nil && r != nil {
		return *r, n.id, nil
	}
	var refused *refusal
	if errors.As(err, &refused) {
		return Result{}, "", refused.why
	}
	out, err := unpack(r, err)
	return out, n.id, e.judge(err)
}

// unpack parts a result from the error that it is.
func unpack(r *Result, err error) (Result, error) {
	var both *outcomeError
	if errors.As(err, &both) {
		return *both.Result, both.why
	}
	if r == nil {
		return Result{}, err
	}
	return *r, err
}

// refusal marks what the engine has not admitted.
type refusal struct{ why error }

func (r *refusal) Error() string { return r.why.Error() }

// judge tells a missing process from what a session has come to.
func (e *Engine) judge(err error) error {
	if err == nil {
		return nil
	}
	var died *actors.CallError
	if errors.Is(err, actors.ErrNoProc) || errors.Is(err, actors.ErrStopped) || errors.As(err, &died) {
		return fmt.Errorf("protocols: engine %q: %w: %w", e.o.Name, ErrUnavailable, err)
	}
	return err
}

// Await returns what a session came to when it has ended, to any number of callers: the result, with *NoDecisionError, *CancelledError, ErrExpired or
// *SessionFailedError where there is no decision.
func (e *Engine) Await(ctx context.Context, id SessionID) (Result, error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		n, err := e.find("await", id)
		if errors.Is(err, ErrNotFound) {
			return Result{}, err
		}
		if err == nil {
			if r, err, ended := n.outcome(); ended {
				return *r, err
			}
		}
		got, err := actors.CallForever(ctx, e.ref, func(reply actors.Reply[*Result]) engineMessage { return await{id, reply} })
		r, err := unpack(got, err)
		if err = e.judge(err); !errors.Is(err, ErrUnavailable) || ctx.Err() != nil {
			return r, err
		}
		sys := e.system()
		if sys == nil {
			return r, err
		}
		if sleep := sys.Sleep(ctx, pause); sleep != nil { // the engine is on its way back
			return r, err
		}
	}
}

func (e *Engine) system() *actors.System {
	if pid := e.pid.Load(); pid != nil {
		return pid.System()
	}
	return nil
}

// Status returns what is known of a session now.
func (e *Engine) Status(id SessionID) (Status, error) {
	n, err := e.find("status of", id)
	if err != nil {
		return Status{}, err
	}
	s := n.status()
	s.Liars = e.liars(n)
	return s, nil
}

// find returns a session. While the engine has not read its journal nobody can say that there is none.
func (e *Engine) find(op string, id SessionID) (*entry, error) {
	if n := e.index.get(id); n != nil {
		return n, nil
	}
	why := ErrNotFound
	if !e.known.Load() {
		why = ErrUnavailable
	}
	return nil, fmt.Errorf("protocols: %s %q: %w", op, string(id), why)
}

// Cancel ends a session without a decision. It may be repeated; ErrAlreadyDecided says that the session has ended otherwise.
func (e *Engine) Cancel(ctx context.Context, id SessionID, why string) error {
	n, err := e.find("cancel", id)
	if err != nil {
		return err
	}
	if r, _, ended := n.outcome(); ended {
		if r.State == StateCancelled {
			return nil
		}
		return fmt.Errorf("protocols: cancel %q: %w", string(id), ErrAlreadyDecided)
	}
	e.order(id, machine.Cancel{Why: or(why, "no reason given")})
	r, err := e.Await(ctx, id)
	var cancelled *CancelledError
	switch {
	case errors.As(err, &cancelled):
		return nil
	case r.State.Ended():
		return fmt.Errorf("protocols: cancel %q: %w", string(id), ErrAlreadyDecided)
	}
	return err
}

// Command gives a session an order that its protocol knows, such as to pause.
func (e *Engine) Command(id SessionID, name string, args []byte) error {
	n, err := e.find("command", id)
	if err != nil {
		return err
	}
	if _, _, ended := n.outcome(); ended {
		return fmt.Errorf("protocols: command %q: %w", string(id), ErrAlreadyDecided)
	}
	e.order(id, machine.Command{Name: name, Args: args})
	return nil
}

// Answer gives an answer in a participant's name, for those that are reached by other roads than invitations.
func (e *Engine) Answer(id SessionID, agent string, a machine.Answer) error {
	n, err := e.find("answer to", id)
	if err != nil {
		return err
	}
	if _, _, ended := n.outcome(); ended {
		return fmt.Errorf("protocols: answer to %q: %w", string(id), ErrAlreadyDecided)
	}
	if ref, err := actors.RefOf[SessionMessage](n.process()); err == nil {
		ref.Tell(answered{agent, 0, a})
	}
	return nil
}

// order sends an event to a session, by way of the engine, which knows when the session is between two lives.
func (e *Engine) order(id SessionID, ev machine.Event) { e.ref.Tell(order{id, ev}) }

// Sessions lists the sessions that fit, in the order of their starts.
func (e *Engine) Sessions(f Filter) []Status {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	var out []Status
	behind := f.After == ""
	for _, n := range e.index.all() {
		if !behind {
			behind = n.id == f.After
			continue
		}
		if s := n.status(); f.fits(s) {
			if out = append(out, s); len(out) == f.Limit {
				break
			}
		}
	}
	return out
}

// Protocols lists the names of the protocols that can be used, in order.
func (e *Engine) Protocols() []selector.Protocol {
	e.protocols.RLock()
	defer e.protocols.RUnlock()
	out := make([]selector.Protocol, 0, len(e.protocols.all))
	for name := range e.protocols.all {
		out = append(out, name)
	}
	slices.SortFunc(out, func(a, b selector.Protocol) int { return strings.Compare(string(a), string(b)) })
	return out
}

// Explain tells in words which protocol a spec gets and why, and who would be left out. What keeps it from being started is told as well.
func (e *Engine) Explain(s Spec) string {
	n := len(s.Participants)
	members, left, err := e.electorate(s)
	text := ""
	if err == nil {
		n = len(members)
	} else {
		text = fmt.Sprintf("refused: %v\n", err)
	}
	for _, x := range left {
		text += fmt.Sprintf("left out: %s: %s\n", x.Agent, x.Why)
	}
	p := profile(s, n)
	return e.selector().Explain(p) + e.explainMeasured(p) + text
}

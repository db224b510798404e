// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/kind"
)

// Fields is the value of a structured variable.
type Fields []kind.Part

// Values are the Go types of variables: floats, integers, options, truths, records and teams.
type Values interface {
	float64 | int64 | string | bool | Fields | []string
}

// Variable is the handle of one variable. It may be used by any number of goroutines and processes, and outlives all processes of the space.
type Variable[T Values] struct {
	s     *Space
	place int
	name  string
	cell  *cell
	of    func(kind.Value) T
	to    func(T) kind.Value
}

// Snapshot is the value of a variable at one version.
type Snapshot[T Values] struct {
	Value T
	// Version is that of the value, Space that of the space at its commit.
	Version, Space Version
	// At is when it was committed, on the system's clock; Cause why.
	At    time.Time
	Cause Cause
	// Flags say what to know about it; Why is the cause of Degraded, if there is one.
	Flags Flags
	Why   error
}

// handle makes the typed handle of a variable.
func handle[T Values](s *Space, name string) (*Variable[T], error) {
	e := s.root.Load().find(name)
	if e == nil {
		return nil, fmt.Errorf("cognitive: variable %q: %w", name, ErrNotFound)
	}
	v := &Variable[T]{s: s, place: e.def.place, name: name, cell: s.cell(name)}
	form := kind.None
	switch v := any(v).(type) {
	case *Variable[float64]:
		v.of, v.to, form = kind.Value.Float, kind.OfFloat, kind.Number
	case *Variable[int64]:
		v.of, v.to, form = kind.Value.Integer, kind.OfInteger, kind.Whole
	case *Variable[string]:
		v.of, v.to, form = kind.Value.Choice, kind.OfChoice, kind.Text
	case *Variable[bool]:
		v.of, v.to, form = kind.Value.Truth, kind.OfTruth, kind.Truth
	case *Variable[Fields]:
		v.of = func(x kind.Value) Fields { return x.Fields() }
		v.to, form = func(f Fields) kind.Value { return kind.OfRecord(f...) }, kind.Record
	case *Variable[[]string]:
		v.of = kind.Value.Team
		v.to, form = func(t []string) kind.Value { return kind.OfTeam(t...) }, kind.Members
	}
	if e.def.kind.Type() != form {
		return nil, fmt.Errorf("cognitive: variable %q: %w", name, &kind.TypeError{Want: e.def.kind.Type(), Got: form})
	}
	return v, nil
}

// Lookup returns the handle of a variable that is there.
func Lookup[T Values](s *Space, name string) (*Variable[T], error) { return handle[T](s, name) }

// Name returns the variable's name.
func (v *Variable[T]) Name() string { return v.name }

// Get returns the present value. It takes no lock, asks no process and allocates nothing for numbers, options and truths. The value of a variable that was
// removed is the zero one.
func (v *Variable[T]) Get() T {
	e := v.s.root.Load().entry(v.place)
	if e == nil {
		var none T
		return none
	}
	return v.of(e.value)
}

// Load returns the present value with its version and what to know about it.
func (v *Variable[T]) Load() Snapshot[T] {
	e := v.s.root.Load().entry(v.place)
	if e == nil {
		return Snapshot[T]{Why: ErrStopped, Flags: Degraded}
	}
	x := Snapshot[T]{Value: v.of(e.value), Version: e.version, Space: e.commit.Space, At: e.commit.At, Cause: e.commit.Cause, Flags: e.flags, Why: e.why}
	if v.cell.down() {
		x.Flags |= Degraded
	}
	return x
}

// Bound is a variable as one agent sees it.
type Bound[T Values] struct {
	v      *Variable[T]
	scopes []string
}

// For returns the variable as an agent sees it: with a value for the agent, else for one of its roles, the first of them that has one, else for its node.
func (v *Variable[T]) For(who Agent) *Bound[T] { return &Bound[T]{v, who.scopes()} }

// Agent says whose view it is.
type Agent struct {
	// Name is the agent's.
	Name string
	// Roles are its roles, the most important first.
	Roles []string
	// Node is where it runs; empty for none.
	Node string
}

func (a Agent) scopes() []string {
	list := make([]string, 0, len(a.Roles)+2)
	if a.Name != "" {
		list = append(list, "agent/"+a.Name)
	}
	for _, r := range a.Roles {
		list = append(list, "role/"+r)
	}
	if a.Node != "" {
		list = append(list, "node/"+a.Node)
	}
	return list
}

// Get returns the value that the agent sees, as cheaply as that of the variable.
func (b *Bound[T]) Get() T {
	e := b.v.s.root.Load().entry(b.v.place)
	if e == nil {
		var none T
		return none
	}
	if e.overrides != nil {
		if c, ok := e.forScopes(b.scopes); ok {
			return b.v.of(c.Value)
		}
	}
	return b.v.of(e.value)
}

// Load returns the value that the agent sees. One for the agent alone is Overridden and has versions of its own.
func (b *Bound[T]) Load() Snapshot[T] {
	x := b.v.Load()
	if e := b.v.s.root.Load().entry(b.v.place); e != nil {
		if c, ok := e.forScopes(b.scopes); ok {
			return Snapshot[T]{Value: b.v.of(c.Value), Version: c.Version, Space: c.Space, At: c.At, Cause: c.Cause, Flags: x.Flags | Overridden, Why: x.Why}
		}
	}
	return x
}

// Result is what a proposal gave.
type Result struct {
	// Version is that of the commit, Space that of the whole space.
	Version, Space Version
	// Value is what was committed: the proposed value in its normal form, or what was decided.
	Value kind.Value
	// Again says that the key was known: nothing was committed now.
	Again bool
}

// Propose asks for a value and returns when it is committed, or why it is not. What is proposed twice with one key is committed once.
func (v *Variable[T]) Propose(ctx context.Context, value T, options ...ProposeOption) (Result, error) {
	return v.s.proposeOne(ctx, v.cell, &proposal{Changes: []change{{Variable: v.name, Value: v.to(value)}}, Cause: ByUser}, options)
}

// ProposeBy asks for a change of a number by a difference.
func (v *Variable[T]) ProposeBy(ctx context.Context, delta T, options ...ProposeOption) (Result, error) {
	return v.s.proposeOne(ctx, v.cell, &proposal{Changes: []change{{Variable: v.name, Delta: v.to(delta)}}, Cause: ByUser}, options)
}

// Override sets a value for an agent ("agent/NAME"), a role ("role/NAME") or a node ("node/NAME"), for ttl; 0 means for good.
func (v *Variable[T]) Override(ctx context.Context, scope string, value T, ttl time.Duration, options ...ProposeOption) (Result, error) {
	if err := checkScope(scope); err != nil {
		return Result{}, err
	}
	c := change{Variable: v.name, Scope: scope, Value: v.to(value)}
	if ttl > 0 {
		c.Until = v.s.sys.Now().Add(ttl)
	}
	return v.s.proposeOne(ctx, v.cell, &proposal{Changes: []change{c}, Cause: ByOverride}, options)
}

// Withdraw takes a value for some agents away.
func (v *Variable[T]) Withdraw(ctx context.Context, scope string, options ...ProposeOption) (Result, error) {
	if err := checkScope(scope); err != nil {
		return Result{}, err
	}
	return v.s.proposeOne(ctx, v.cell, &proposal{Changes: []change{{Variable: v.name, Scope: scope, Gone: true}}, Cause: ByOverride}, options)
}

func checkScope(scope string) error {
	for _, p := range []string{"agent/", "role/", "node/"} {
		if len(scope) > len(p) && scope[:len(p)] == p {
			return nil
		}
	}
	return fmt.Errorf("cognitive: scope %q: want agent/NAME, role/NAME or node/NAME: %w", scope, ErrNotFound)
}

// ProposeOption changes one thing about a proposal.
type ProposeOption func(*proposal)

// Base makes the proposal conditional: the variable must have this version.
func Base(v Version) ProposeOption { return func(p *proposal) { p.Changes[0].Base = &v } }

// Rebase lets a change by a difference apply to whatever version there is, in spite of Base.
func Rebase() ProposeOption { return func(p *proposal) { p.Changes[0].Rebase = true } }

// Because gives the reason.
func Because(reason string) ProposeOption { return func(p *proposal) { p.Reason = reason } }

// Key makes the proposal idempotent: what is proposed again with the key within ten minutes gives the first result.
func Key(key string) ProposeOption { return func(p *proposal) { p.Key = key } }

// From names the user who proposes.
func From(user string) ProposeOption { return func(p *proposal) { p.Proposer = user } }

// FromAgent names the agent that proposes: cooldown and rate limit are for it.
func FromAgent(agent string) ProposeOption {
	return func(p *proposal) {
		p.Proposer = agent
		if p.Cause == ByUser {
			p.Cause = ByAgent
		}
	}
}

// FromAdapter names the adaptation that proposes, and what it expects: all guards are for it.
func FromAdapter(name string, expects Gain) ProposeOption {
	return func(p *proposal) {
		p.Proposer, p.Gain = name, expects
		if p.Cause == ByUser {
			p.Cause = ByAdapter
		}
	}
}

// Reverting makes it a return to what was before a change that made things worse: no guard holds it back.
func Reverting() ProposeOption { return func(p *proposal) { p.Cause = ByRevert } }

// Force skips cooldown, rate limit and decision, never validation. It is the operator's.
func Force() ProposeOption { return func(p *proposal) { p.Force = true } }

// Within limits how long the proposal may wait for its turn and its decision; the deadline of the context does so, too.
func Within(d time.Duration) ProposeOption {
	return func(p *proposal) { p.Deadline = time.Time{}.Add(d) } // made absolute when it is sent
}

// proposeOne sends a proposal about one variable.
func (s *Space) proposeOne(ctx context.Context, c *cell, p *proposal, options []ProposeOption) (Result, error) {
	got, err := s.propose(ctx, c, p, options)
	if err != nil || len(got.commits) == 0 {
		return Result{}, err
	}
	return result(got.commits[0], got.again), nil
}

func result(c *Commit, again bool) Result { return Result{c.Version, c.Space, c.Value, again} }

func (s *Space) propose(ctx context.Context, to *cell, p *proposal, options []ProposeOption) (answer, error) {
	for _, o := range options {
		o(p)
	}
	name := p.Changes[0].Variable
	now := s.sys.Now()
	if !p.Deadline.IsZero() {
		p.Deadline = now.Add(p.Deadline.Sub(time.Time{}))
	}
	if d, ok := ctx.Deadline(); ok && (p.Deadline.IsZero() || d.Before(p.Deadline)) {
		p.Deadline = d
	}
	if r := s.root.Load(); r != nil && r.find(name) == nil {
		return answer{}, fmt.Errorf("cognitive: propose %q: %w", name, ErrStopped)
	}
	got, err := insist(ctx, s, to.ref, func(reply actors.Reply[answer]) variableMessage { return submit{p, reply} })
	if err != nil && ctx.Err() != nil && !errors.Is(err, ErrDeadline) {
		if p.Key != "" {
			_ = to.ref.TryTell(withdraw{p.Key}) // if it is there
		}
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			return got, fmt.Errorf("cognitive: propose %q: %w", name, ErrDeadline)
		}
	}
	return got, err
}

// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/kind"
)

// Applier brings values to those who run them: implementations of a module, agents that must say that they use a value. The program that builds a node connects one. Its
// methods return at once; done and confirmed may be called from anywhere and never block.
type Applier interface {
	// Prepare readies an option of a module, beside the one that runs. done is called once; an error keeps the old one running.
	Prepare(variable string, v kind.Value, done func(error))
	// Apply is told of a commit. It returns how many agents it affects; confirmed is called by each that applies it.
	Apply(c Commit, confirmed func(agent string)) (affected int, err error)
	// Abort gives up an option that was prepared and was not committed after all.
	Abort(variable string, v kind.Value)
}

// Confirm asks for the agents' word that they apply a commit.
type Confirm struct {
	// Share is the least share of the affected agents; 0 asks for nobody's.
	Share float64 `json:"share,omitempty"`
	// Within is how long they have; 0 means 5 s.
	Within time.Duration `json:"within,omitempty"`
	// Revert takes the commit back when too few have confirmed; else it stays, marked Degraded.
	Revert bool `json:"revert,omitempty"`
}

type (
	// prepared is the end of a preparation.
	prepared struct {
		n   uint64
		err error
	}
	// confirmed is the word of one agent.
	confirmed struct {
		n     uint64
		agent string
	}
	// unconfirmed is the process's own: the time to confirm is up. refuted tells whether the commit was taken back or marked.
	unconfirmed struct{ n uint64 }
	refuted     struct {
		n   uint64
		err error
	}
)

func (prepared) variable()    {}
func (confirmed) variable()   {}
func (unconfirmed) variable() {}
func (refuted) variable()     {}

// applying is a commit that agents are to confirm.
type applying struct {
	got    answer
	need   int
	agents map[string]bool
	timer  actors.Timer
}

// prepare readies the option that is proposed for a module; false if there is nothing to ready.
func (a *variableActor) prepare(ctx *actors.Context[variableMessage]) bool {
	c := a.hand.p.Changes[0]
	e := a.s.root.Load().find(a.name)
	if a.s.o.Applier == nil || e == nil || c.Variable != a.name || c.Scope != "" || a.hand.ready.Type() != kind.None {
		return false
	}
	if _, module := e.def.kind.(kind.Module); !module {
		return false
	}
	if _, err := e.def.kind.Normal(c.Value); err != nil || c.Value.Equal(e.value) {
		return false // the committer says what is wrong with it
	}
	n := a.n
	a.hand.ready = c.Value
	a.s.o.Applier.Prepare(a.name, c.Value, actors.Notices(ctx, func(err error) variableMessage { return prepared{n, err} }))
	return true
}

// prepared goes on with the commit, or gives it up.
func (a *variableActor) prepared(ctx *actors.Context[variableMessage], err error) {
	if err != nil {
		a.hand.ready = kind.Value{}
		a.finish(ctx, answer{}, fmt.Errorf("cognitive: propose %q: prepare %s: %w", a.name, a.hand.p.Changes[0].Value, err))
		return
	}
	a.try(ctx, false, nil)
}

// apply tells the agents of a commit; true if their word is waited for.
func (a *variableActor) apply(ctx *actors.Context[variableMessage], got answer) bool {
	if a.s.o.Applier == nil || got.again || len(got.commits) == 0 {
		return false
	}
	c := got.commits[0]
	e := a.s.root.Load().find(c.Variable)
	if e == nil {
		return false
	}
	want := e.def.set.Confirm
	_, module := e.def.kind.(kind.Module)
	if !module && want.Share == 0 {
		return false
	}
	n := a.n
	affected, err := a.s.o.Applier.Apply(*c, actors.Notices(ctx, func(agent string) variableMessage { return confirmed{n, agent} }))
	need := int(want.Share*float64(affected) + 1 - 1e-9)
	if want.Share == 0 {
		need = 0
	}
	if err == nil && need == 0 {
		return false
	}
	a.hand.apply = &applying{got: got, need: need, agents: map[string]bool{}}
	if err != nil {
		a.refute(ctx)
		return true
	}
	within := want.Within
	if within == 0 {
		within = 5 * time.Second
	}
	a.hand.apply.timer = ctx.After(within, unconfirmed{n})
	return true
}

// confirmed counts an agent's word, once.
func (a *variableActor) confirmed(ctx *actors.Context[variableMessage], agent string) {
	x := a.hand.apply
	if x.agents[agent] = true; len(x.agents) >= x.need {
		x.timer.Cancel()
		a.finish(ctx, x.got, nil)
	}
}

// refute ends a commit that too few have confirmed: it is taken back, or marked.
func (a *variableActor) refute(ctx *actors.Context[variableMessage]) {
	name, n, c := a.name, a.n, a.hand.apply.got.commits[0]
	run := func(b *book, now time.Time) (answer, error) {
		v, found := b.find(name)
		if found != nil || v.now.version != c.Version {
			return answer{}, nil //nolint:nilerr // it has been changed again, or removed
		}
		if was := v.version(c.Previous); v.def.set.Confirm.Revert && was != nil {
			commits, _, err := b.propose(now, &proposal{
				Changes: []change{{Variable: name, Value: was.Value}}, Cause: ByRevert, Reason: "too few agents have confirmed", Force: true,
			})
			return answer{commits: commits}, err
		}
		b.degrade(v, ErrUnconfirmed)
		return answer{}, nil
	}
	actors.Request(ctx, a.s.committer, -1, func(reply actors.Reply[answer]) committerMessage { return order{run, reply} },
		func(_ answer, err error) variableMessage { return refuted{n, err} })
}

// refuted tells the proposer. What the committer could not do is asked for again: the first attempt may have been lost with the journal's answer.
func (a *variableActor) refuted(ctx *actors.Context[variableMessage], err error) {
	if errors.Is(err, ErrRestarted) {
		ctx.After(100*time.Millisecond, unconfirmed{a.n})
		return
	}
	x := a.hand.apply
	a.finish(ctx, answer{}, fmt.Errorf("cognitive: propose %q: %d of %d agents: %w", a.name, len(x.agents), x.need, ErrUnconfirmed))
}

// version finds a commit among the last ones; nil if it is not there.
func (v *variable) version(n Version) *Commit {
	for _, c := range v.ring.all() {
		if c.Version == n {
			return c
		}
	}
	return nil
}

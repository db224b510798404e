// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Agent is the handle of a running agent: of one incarnation.
type Agent struct {
	Spec Spec
	ref  actors.Ref[Message]
}

// Ref returns the agent's address.
func (a Agent) Ref() actors.Ref[Message] { return a.ref }

// PID returns the agent's process.
func (a Agent) PID() actors.PID { return a.ref.PID() }

// Spawn starts an agent that nobody supervises; its name is its id. dir may be nil.
func Spawn(in actors.Spawner, s Spec, k Kind, dir *Directory) (Agent, error) {
	s.Kind = k.Name
	start, err := behavior(s, k, dir)
	if err != nil {
		return Agent{}, err
	}
	ref, err := actors.Spawn(in, s.ID, start, options(s)...)
	return Agent{s, ref}, err
}

// Child describes an agent for a supervisor. Mistakes of the spec are returned at once; those of the kind make the start fail.
func Child(s Spec, k Kind, dir *Directory) (supervision.Child, error) {
	s.Kind = k.Name
	start, err := behavior(s, k, dir)
	if err != nil {
		return supervision.Child{}, err
	}
	c := supervision.Worker(s.ID, start, options(s)...)
	c.Restart, c.Shutdown, c.Significant = s.Restart, s.Shutdown, s.Significant
	return c, nil
}

func options(s Spec) []actors.Option {
	out := []actors.Option{actors.Kind(s.Kind), actors.StartTimeout(s.StartTimeout)}
	if s.Limits.Queue > 0 {
		out = append(out, actors.MailboxSize(s.bound()))
	}
	return out
}

// behavior returns what builds an incarnation.
func behavior(s Spec, k Kind, dir *Directory) (func() actors.Behavior[Message], error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if k.New == nil {
		return nil, fmt.Errorf("agents: check agent %q: kind %q has no New", s.ID, k.Name)
	}
	return func() actors.Behavior[Message] {
		own := s
		own.vitals = dir.vitals(s.ID)
		b, err := k.New(own, dir)
		if err != nil {
			b = failedStart{err}
		}
		if b == nil {
			return nil
		}
		return &living{kind: b, spec: &s, vitals: own.vitals}
	}, nil
}

// failedStart is the behaviour of an agent whose kind could not build one.
type failedStart struct{ err error }

// Init fails the start.
func (f failedStart) Init(*actors.Context[Message]) error { return f.err }

// Receive is never called.
func (f failedStart) Receive(*actors.Context[Message], Message) error { return f.err }

// drawn counts the tokens that Do drew: from the top down, where no queue's counter ever comes. They are identity and nothing else, so
// that all systems of a program share the count.
var drawn atomic.Uint64

// Do gives the agent one task and waits for its outcome: the output, a *Failure, or the error of the call. ctx should carry a deadline;
// without one it waits as long as the agent lives. When ctx ends the attempt is recalled. A task without a token gets one.
func (a Agent) Do(ctx context.Context, t Task) (json.RawMessage, error) {
	if t.Token == 0 {
		t.Token = Token(-drawn.Add(1))
	}
	out, err := actors.CallForever(ctx, a.ref, func(r actors.Reply[Outcome]) Message { return Assign{Task: t, Reply: r} })
	switch {
	case err != nil:
		if ctx.Err() != nil {
			a.ref.Tell(Recall{Token: t.Token, Reason: "the caller has gone"})
		}
		return nil, err
	case out.Failure != nil:
		return nil, out.Failure
	}
	return out.Output, nil
}

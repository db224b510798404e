// SPDX-License-Identifier: Apache-2.0

package learner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	past "mabeam.dev/cognitive/ensemble"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/ensemble"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/supervision"
)

// Name is that of the service in sessions.
const Name = "learned"

// Options set up a learner.
type Options struct {
	// Journal keeps what it learns; nil means that it learns anew after each restart. Stream is where; empty means "coordination/learned".
	Journal protocols.Journal
	Stream  string
	// Snapshots, if it is set, shortens recoveries.
	Snapshots protocols.Snapshots
	// SnapshotEvery is how many records lie between two snapshots; 0 means 1,000.
	SnapshotEvery int
}

// Learner is the handle. It outlives restarts of its process and may be used from any goroutine.
type Learner struct {
	o   Options
	pid atomic.Pointer[actors.PID] // of the living process; set by its Init
	ref actors.Ref[message]
}

// New makes the handle. A supervisor starts the process from Child.
func New(o Options) *Learner {
	if o.Stream == "" {
		o.Stream = "coordination/learned"
	}
	if o.SnapshotEvery <= 0 {
		o.SnapshotEvery = 1000
	}
	l := &Learner{o: o}
	l.ref = actors.Resolved[message](actors.PID{}, Name, l.PID)
	return l
}

// Child describes the process for a supervisor.
func (l *Learner) Child() supervision.Child {
	return supervision.Worker(Name, func() actors.Behavior[message] { return &keeper{l: l} }, actors.Kind("coordination.learner"))
}

// PID returns the living process; none before its first start.
func (l *Learner) PID() actors.PID {
	if pid := l.pid.Load(); pid != nil {
		return *pid
	}
	return actors.PID{}
}

// Do chooses members or combines what they said; see protocols.Service.
func (l *Learner) Do(ctx context.Context, _ string, args []byte) ([]byte, error) {
	var r ensemble.Request
	if err := json.Unmarshal(args, &r); err != nil {
		return nil, &past.SpecError{Field: "request", Why: err.Error()}
	}
	switch r.Do {
	case ensemble.DoChoose:
		team, err := ask(ctx, l, func(p *past.Past) (ensemble.Team, []record, error) { return choose(p, r) })
		if err != nil {
			return nil, err
		}
		return json.Marshal(team)
	case ensemble.DoCombine:
		c, err := ask(ctx, l, func(p *past.Past) (ensemble.Combined, []record, error) { return combine(p, r) })
		if err != nil {
			return nil, err
		}
		return json.Marshal(c)
	}
	return nil, &past.SpecError{Field: "request", Why: fmt.Sprintf("%q is nothing that can be done", r.Do)}
}

// Tell tells what was true of the question of a session, and returns when it is durable.
func (l *Learner) Tell(ctx context.Context, session, truth string) error {
	_, err := ask(ctx, l, func(p *past.Past) (struct{}, []record, error) {
		if err := p.Tellable(session, truth); err != nil {
			return struct{}{}, nil, err
		}
		if p.Truth(session) == truth {
			return struct{}{}, nil, nil
		}
		return struct{}{}, []record{{Truth: &told{session, truth}}}, nil
	})
	return err
}

// Standing is what the members are weighed by that were asked about a subject.
type Standing struct {
	Subject string
	// Method is how: past.Odds with outcomes, past.Raters without, or past.Heads.
	Method past.Method
	Skills []past.Skill
}

// Standings returns what is known of the members of all subjects, in order.
func (l *Learner) Standings(ctx context.Context) ([]Standing, error) {
	return ask(ctx, l, func(p *past.Past) (all []Standing, _ []record, _ error) {
		for _, name := range p.Subjects() {
			skills, by := p.Skills(name)
			all = append(all, Standing{name, by, skills})
		}
		return all, nil, nil
	})
}

// Skilled calls yield with the standings.
func (l *Learner) Skilled(ctx context.Context, yield func(subject string, by past.Method, skills []past.Skill)) error {
	all, err := l.Standings(ctx)
	for _, s := range all {
		yield(s.Subject, s.Method, s.Skills)
	}
	return err
}

// ask has the process do something, or waits for it while it is on its way back.
func ask[R any](ctx context.Context, l *Learner, do func(*past.Past) (R, []record, error)) (R, error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		var out, none R
		_, err := actors.Call(ctx, l.ref, func(reply actors.Reply[struct{}]) message {
			return message{reply: reply, do: func(p *past.Past) (r []record, err error) {
				out, r, err = do(p)
				return r, err
			}}
		})
		if err == nil {
			return out, nil // written before the reply was
		}
		var died *actors.CallError
		if !errors.Is(err, actors.ErrNoProc) && !errors.Is(err, actors.ErrStopped) && !errors.As(err, &died) {
			return none, err
		}
		err = fmt.Errorf("learner: %w: %w", protocols.ErrUnavailable, err)
		pid := l.pid.Load()
		if pid == nil || ctx.Err() != nil || pid.System().Sleep(ctx, pause) != nil {
			return none, err
		}
	}
}

// choose is the best team for a budget.
func choose(p *past.Past, r ensemble.Request) (team ensemble.Team, _ []record, _ error) {
	members := make([]past.Priced, len(r.Members))
	for i, m := range r.Members {
		members[i] = past.Priced{Agent: m.Agent, Cost: m.Cost}
	}
	c, err := p.Choose(r.Subject, members, r.Budget)
	for _, at := range c.Team {
		team.Members = append(team.Members, r.Members[at].Agent)
	}
	return team, nil, err
}

// combine is what predictions come to by what is known. They are kept under the session's id, by which the truth is told; a session that asks again
// after a crash has asked with the first ones.
func combine(p *past.Past, r ensemble.Request) (ensemble.Combined, []record, error) {
	a := asked(r)
	if a.ID == "" {
		return ensemble.Combined{}, nil, &past.SpecError{Field: "session", Why: "there is none"}
	}
	first, again := p.Asked(a.ID)
	if again {
		a = first
	}
	c, err := p.Combine(a, past.Method(r.Method))
	if err != nil {
		return ensemble.Combined{}, nil, err
	}
	out := ensemble.Combined{Class: c.Class, Confidence: int64(math.Round(c.Confidence * machine.One)), Method: c.Method}
	if again {
		return out, nil, nil
	}
	return out, []record{{Asked: &r}}, nil
}

// asked is a request as a question of the past.
func asked(r ensemble.Request) past.Asked {
	a := past.Asked{ID: r.Session, Subject: r.Subject, Classes: r.Classes, Texts: r.Texts}
	for _, p := range r.Predictions {
		a.Words = append(a.Words, past.Word{Agent: p.Agent, Class: p.Class, Share: float64(p.Share) / machine.One})
	}
	return a
}

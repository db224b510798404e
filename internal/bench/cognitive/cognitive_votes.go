// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/protocols"
	"mabeam.dev/supervision"
)

// council has agents vote in sessions of an engine, as a node does.
type council struct {
	sys    *actors.System
	engine *protocols.Engine
	names  []string
}

// voters are participants that never change.
type voters map[string]protocols.Member

// Member finds one.
func (v voters) Member(id string) (protocols.Member, bool) {
	one, ok := v[id]
	return one, ok
}

// Match finds none.
func (voters) Match(string) ([]string, error) {
	return nil, errors.New("nobody is asked for by a query here")
}

// convene makes a council of processes that say yes to everything.
func convene(n int) func(*actors.System) (cognitive.Decider, error) {
	return func(sys *actors.System) (cognitive.Decider, error) {
		c, roster := &council{sys: sys}, voters{}
		for i := range n {
			name := fmt.Sprint("voter-", i)
			ref, err := actors.Spawn(sys, name, actors.Stateless(func(_ *actors.Context[protocols.Invitation], in protocols.Invitation) error {
				if in.Asks() {
					in.Vote("yes")
				}
				return nil
			}))
			if err != nil {
				return nil, err
			}
			roster[name] = protocols.Member{Process: ref}
			c.names = append(c.names, name)
		}
		e, err := protocols.NewEngine(protocols.EngineOptions{Name: "coordination", Roster: roster})
		if err != nil {
			return nil, err
		}
		c.engine = e
		_, err = supervision.Start(sys, "council", supervision.Spec{Children: []supervision.Child{e.Child()}})
		return c, err
	}
}

// Start begins a session; see cognitive.Decider.
func (c *council) Start(q cognitive.Question, verdict func(cognitive.Verdict)) (cognitive.Session, error) {
	go func() { // it ends with the session; whoever proposed waits for its verdict
		r, err := c.engine.Coordinate(context.Background(), protocols.Spec{
			ID: protocols.SessionID(q.ID), Question: "May " + q.Variable + " change?", Options: []string{"yes", "no"}, Participants: c.names, Deadline: q.Policy.Within, Durability: protocols.Volatile,
		})
		v := cognitive.Verdict{Outcome: cognitive.Rejected}
		if err == nil && r.Decision == "yes" {
			v.Outcome = cognitive.Accepted
		}
		verdict(v)
	}()
	return cognitive.Session{}, nil
}

// Lookup knows of nothing: nobody crashes here.
func (*council) Lookup(string) (cognitive.Verdict, cognitive.SessionState) {
	return cognitive.Verdict{}, cognitive.SessionUnknown
}

// Cancel has nothing to cancel.
func (*council) Cancel(string, error) {}

// votes measures the time from a proposal to its commit where all agents must be asked.
func (b *bench) votes() error {
	for _, m := range []struct {
		file bool
		goal benchtab.Goal
	}{{false, benchtab.ValueAtMost(2)}, {true, benchtab.Goal{}}} {
		var p50, p99 []float64
		for range b.rounds {
			took, err := ballots(50, m.file, b.many(1000))
			if err != nil {
				return err
			}
			p50, p99 = append(p50, took[len(took)/2]), append(p99, took[len(took)*99/100])
		}
		name := "proposal to commit by a vote of 50 agents, " + map[bool]string{false: "a journal that forgets", true: "durable, a file with fsync"}[m.file]
		b.interval(name+", p50", p50, "ms", m.goal)
		b.row(name+", p99", middleOf(p99), "ms", benchtab.Goal{})
	}
	return nil
}

// ballots returns how long n votes took, one after another, in milliseconds and sorted.
func ballots(agents int, file bool, n int) (took []float64, err error) {
	set := cognitive.Settings{Decision: cognitive.Policy{Mode: "vote"}, Durability: cognitive.Buffered}
	if file {
		set.Durability = cognitive.Durable
	}
	w, err := setup{variables: 1, settings: set, file: file, watched: true, decider: convene(agents)}.open()
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return nil, err
	}
	for i := range n + n/10 + 1 {
		start := time.Now()
		if _, err := w.vars[0].Propose(context.Background(), float64(i%7)/7); err != nil {
			return nil, err
		}
		if i > n/10 { // what is before is to warm up
			took = append(took, time.Since(start).Seconds()*1000)
		}
	}
	slices.Sort(took)
	return took, nil
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/supervision"
)

// roomy is the measure whose collector may let the heap grow to five times of what is in use, not to twice: its work is what the slowest sessions wait for.
const roomy = "simple consensus of 5, volatile, GOGC=400"

// sessions measures whole sessions of an engine, start of the session's process included, whose participants are processes that all say yes.
func (b *bench) sessions() error {
	for _, m := range []struct {
		name   string
		voters int
		class  protocols.Durability
		usual  int
		unit   time.Duration
		goal   float64
	}{
		{"simple consensus of 5, volatile", 5, protocols.Volatile, 50_000, time.Microsecond, 100},
		{roomy, 5, protocols.Volatile, 50_000, time.Microsecond, 100},
		{"simple consensus of 5, durable", 5, protocols.Durable, 500, time.Millisecond, 20},
		{"simple consensus of 5, durable ballots", 5, protocols.DurableBallots, 300, time.Millisecond, 0},
		{"Byzantine consensus of 4, from the question to the certificate", 4, protocols.Volatile, 300, time.Millisecond, 0},
		{"hierarchical consensus of 1,000, volatile", 1_000, protocols.Volatile, 300, time.Millisecond, 10},
		{"hierarchical consensus of 10,000, volatile", 10_000, protocols.Volatile, 30, time.Millisecond, 0},
	} {
		if b.quick && m.voters > 1_000 {
			continue
		}
		percent := 100
		if m.name == roomy {
			percent = 400
		}
		before := debug.SetGCPercent(percent)
		t, err := decisions(m.voters, m.class, b.ops(m.usual))
		debug.SetGCPercent(before)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		b.row(m.name, t, m.unit, m.goal)
	}
	return nil
}

// decisions times n sessions of so many participants, one after another.
func decisions(voters int, class protocols.Durability, n int) (t times, err error) {
	c, err := openChamber(voters, class != protocols.Volatile)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	protocol := selector.Simple
	switch {
	case voters > 64:
		protocol = selector.Hierarchical
	case voters == 4:
		protocol = selector.Byzantine
	}
	spec := protocols.Spec{Question: "ship it?", Protocol: protocol, Participants: c.names, Durability: class}
	ctx := context.Background()
	return repeated(n, func() error {
		r, err := c.engine.Coordinate(ctx, spec)
		if err == nil && r.Decision != "yes" {
			err = fmt.Errorf("session %s came to %q", r.Session, r.Decision)
		}
		return err
	})
}

// chamber is an engine and its participants.
type chamber struct {
	engine *protocols.Engine
	names  []string
	close  func() error
}

// members are participants that never change.
type members map[string]protocols.Member

// Member finds one.
func (m members) Member(id string) (protocols.Member, bool) {
	one, ok := m[id]
	return one, ok
}

// Match finds none.
func (members) Match(string) ([]string, error) {
	return nil, errors.New("nobody is asked for by a query here")
}

func openChamber(voters int, durable bool) (*chamber, error) {
	sys := actors.New(actors.Options{})
	c := &chamber{close: func() error { return sys.Close(context.Background()) }}
	known := members{}
	for i := range voters {
		name := fmt.Sprintf("voter-%d", i)
		ref, err := actors.Spawn(sys, name, actors.Stateless(func(_ *actors.Context[protocols.Invitation], in protocols.Invitation) error {
			if in.Asks() {
				in.Vote("yes")
			}
			return nil
		}))
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		known[name] = protocols.Member{Process: ref}
		c.names = append(c.names, name)
	}
	o := protocols.EngineOptions{Name: "coordination", Roster: known}
	if durable {
		journal, remove, err := openJournal(sys)
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		o.Journal = record{journal}
		end := c.close
		c.close = func() error { return errors.Join(end(), remove()) }
	}
	e, err := protocols.NewEngine(o)
	if err == nil {
		c.engine = e
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{e.Child()}})
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// openJournal makes a journal on a file that is gone behind it.
func openJournal(sys *actors.System) (journal *events.Journal, remove func() error, err error) {
	dir, err := os.MkdirTemp("", "protocols-bench")
	if err != nil {
		return nil, nil, err
	}
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	remove = func() error { return errors.Join(store.Close(), os.RemoveAll(dir)) }
	journal = events.NewJournal(store, events.JournalOptions{})
	if _, err := journal.Start(sys); err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return journal, remove, nil
}

// record is a journal as an engine knows it.
type record struct{ journal *events.Journal }

// Append appends records durably.
func (r record) Append(ctx context.Context, stream string, expect uint64, records ...[]byte) (uint64, error) {
	facts := make([]events.New, len(records))
	for i, data := range records {
		facts[i] = events.New{Type: "measured", Data: data}
	}
	out, err := r.journal.Append(ctx, events.Stream(stream), events.Exact(events.Version(expect)), facts...)
	return uint64(out.Version), err
}

// Read gives what is behind a version.
func (r record) Read(ctx context.Context, stream string, from uint64, yield func(uint64, []byte) error) error {
	for e, err := range r.journal.Read(ctx, events.Stream(stream), events.Version(from)+1) {
		if err != nil {
			return err
		}
		if err := yield(uint64(e.Version), e.Data); err != nil {
			return err
		}
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

	"mabeam.dev/actors"
)

// cast is a system whose processes do what a driver says, one thing after another, with all that follows from it in between. A process
// that is held does it inside a turn that does not end, so that what comes meanwhile waits in its mailbox.
type cast struct {
	sys *actors.System
	mu  sync.Mutex
	all []*member
}

// member is one process of a cast.
type member struct {
	id  int
	ref ref
	// gate holds the turn that does not end; next is what it does when the gate opens, and nil ends it. The driver writes both while the
	// process is at the gate.
	gate  *actors.Gate
	next  do
	heard map[int][]string // guarded by the cast's lock
	watch map[int]actors.Monitor
}

func newCast() *cast {
	return &cast{sys: actors.New(actors.Options{TrackIdle: true, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})}
}

// quiet waits until nothing is going on.
func (s *cast) quiet(t *rapid.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.sys.WaitQuiet(ctx); err != nil {
		t.Fatalf("the system does not come to rest: %v", err)
	}
}

// close ends every turn that is held, and the system.
func (s *cast) close(t *rapid.T) {
	for _, m := range s.all {
		if m.gate != nil {
			m.next = nil
			m.gate.Open()
		}
	}
	s.quiet(t)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := s.sys.Close(ctx); err != nil {
		t.Fatalf("close: %v", err)
	}
	if n := s.sys.Totals().Abandoning; n != 0 {
		t.Fatalf("%d handlers are still abandoned", n)
	}
}

// hears is a message by which a member notes what it heard of another.
func (s *cast) hears(m *member, from int, line string) do {
	return func(*cx) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		m.heard[from] = append(m.heard[from], line)
		return nil
	}
}

// who is the number of a process, -1 for nobody.
func (s *cast) who(p actors.PID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.IndexFunc(s.all, func(m *member) bool { return m.ref.PID() == p })
}

func (s *cast) trap(c *cx, m *member) {
	c.TrapExit(func(e actors.Exit) do { return s.hears(m, s.who(e.From), "exit "+symbol(e.Reason)) })
}

func (s *cast) spawn(in actors.Spawner, linked, traps bool) error {
	s.mu.Lock()
	m := &member{id: len(s.all), heard: map[int][]string{}, watch: map[int]actors.Monitor{}}
	s.all = append(s.all, m)
	s.mu.Unlock()
	start := of(doer{init: func(c *cx) error {
		if traps {
			s.trap(c, m)
		}
		return nil
	}})
	spawn := actors.Spawn[do]
	if linked {
		spawn = actors.SpawnLink[do]
	}
	r, err := spawn(in, "", start)
	s.mu.Lock()
	defer s.mu.Unlock()
	m.ref = r
	return err
}

// does lets a member do something in its turn: the one that is held, or one of its own.
func (s *cast) does(t *rapid.T, m *member, what do) {
	if m.gate == nil {
		m.ref.Tell(what)
		s.quiet(t)
		return
	}
	gate := m.gate
	m.gate, m.next = s.sys.NewGate(), what
	gate.Open()
	s.quiet(t)
}

// hold begins a turn that does not end.
func (s *cast) hold(t *rapid.T, m *member) {
	m.gate = s.sys.NewGate()
	at := m.gate
	m.ref.Tell(func(c *cx) error {
		for {
			at.Wait()
			what := m.next
			if what == nil {
				return nil
			}
			at = m.gate
			if err := what(c); err != nil {
				return err
			}
		}
	})
	s.quiet(t)
}

// release ends it.
func (s *cast) release(t *rapid.T, m *member) {
	gate := m.gate
	m.gate, m.next = nil, nil
	gate.Open()
	s.quiet(t)
}

// symbol is a reason as the model has it.
func symbol(why actors.Reason) string {
	if c := why.CrashError(); c != nil {
		return c.Cause.Error()
	}
	return why.String()
}

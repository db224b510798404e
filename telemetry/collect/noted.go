// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"sync"
	"sync/atomic"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/fault"
)

// NotePlace has the report of a process that crashes name the agent, task and correlation of p where the error itself names none, as a panic does
// not. It is for a hook at the end of a process, like NoteState. Unless the process crashes and somebody makes reports it does nothing.
func NotePlace(sys *actors.System, pid actors.PID, why actors.Reason, p fault.Place) {
	if why.Kind() == exit.Crash {
		statesOf(sys).note(pid, func(n *noted) { n.agent, n.task, n.correlation = p.Agent, p.Task, p.Correlation })
	}
}

// noted is what is known of a process that is about to be reported.
type noted struct {
	state                    string // its last view of itself
	agent, task, correlation string // whose it was and what it worked on
}

// states holds, of a system, what is noted of processes that are about to be reported.
type states struct {
	readers atomic.Int64
	mu      struct {
		sync.Mutex
		byPID map[actors.PID]noted
	}
}

func statesOf(sys *actors.System) *states {
	return actors.Extend(sys, func() *states {
		s := &states{}
		s.mu.byPID = map[actors.PID]noted{}
		return s
	})
}

func (s *states) note(pid actors.PID, change func(*noted)) {
	if s.readers.Load() == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.mu.byPID[pid]
	change(&n)
	s.mu.byPID[pid] = n
}

// take returns what is noted of a process and forgets it.
func (s *states) take(pid actors.PID) noted {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.mu.byPID[pid]
	delete(s.mu.byPID, pid)
	return n
}

func (s *states) close() {
	if s.readers.Add(-1) == 0 {
		s.mu.Lock()
		defer s.mu.Unlock()
		clear(s.mu.byPID)
	}
}

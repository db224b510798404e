// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/internal/kernel"
)

// Seed returns the seed of the run.
func (s *Sim) Seed() uint64 { return s.seed }

// Now returns the virtual time.
func (s *Sim) Now() time.Time { return s.sched.clock.Now() }

// Clock returns the virtual clock.
func (s *Sim) Clock() actors.Clock { return &s.sched.clock }

// Rand returns a source that depends on the seed and the name alone.
func (s *Sim) Rand(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte("sim/" + name)) // a hash never fails to write
	return rand.New(rand.NewPCG(s.seed, h.Sum64()))
}

// Entropy is Rand as bytes, for what makes ids: it is read from without end and never fails.
func (s *Sim) Entropy(name string) io.Reader { return entropy{s.Rand(name)} }

// entropy reads a source, a byte from each number.
type entropy struct{ *rand.Rand }

// Read fills b.
func (e entropy) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e.Uint32())
	}
	return len(b), nil
}

// Trace returns what has happened so far.
func (s *Sim) Trace() *Trace { return s.sched.trace }

// Note writes a text into the trace, in the name of whoever calls it, so that it is part of what equal runs have in common: values that the
// types of messages do not show. Processes of the simulation may call it as well.
func (s *Sim) Note(format string, args ...any) {
	s.sched.trace.append(Step{
		At: s.sched.clock.now, Process: label(s.sched.current.proc), What: "note", Message: fmt.Sprintf(format, args...),
	})
}

// Settle lets everybody run until nobody can. Time stands still: a timer that is due already does not fire either.
func (s *Sim) Settle() {
	s.own("Settle")
	s.sched.park(kernel.Blocked{}, noTime)
}

// own refuses what only the body may do.
func (s *Sim) own(method string) {
	if s.sched.current.key != 0 || s.sched.firing {
		panic("sim: " + method + " is for the body of the simulation, not for what runs in it")
	}
}

// Advance lets d of virtual time pass: timers fire in order, and after each everybody runs until nobody can.
func (s *Sim) Advance(d time.Duration) {
	s.own("Advance")
	s.sched.target = s.sched.clock.in(d)
	s.sched.park(kernel.Blocked{}, toTarget)
}

// Next moves time to the next timer and fires it alone; false if none is armed. Nobody has run then: Settle lets them.
func (s *Sim) Next() bool {
	s.own("Next")
	if _, ok := s.sched.clock.next(); !ok {
		return false
	}
	s.fire()
	return true
}

// fire fires the next timer; if that breaks the run it ends the body.
func (s *Sim) fire() {
	s.sched.fire()
	if s.sched.broken() {
		panic(aborted{})
	}
}

// Skip moves time forward by d and fires nothing: timers that fall due meanwhile are late.
func (s *Sim) Skip(d time.Duration) {
	s.own("Skip")
	s.sched.clock.now = s.sched.clock.in(d)
}

// Context returns a context for the body's calls; it never ends.
func (s *Sim) Context() context.Context { return context.Background() }

// Until lets everybody run, and time pass up to limit, until cond holds; it reports whether it does. cond is asked whenever nobody can run,
// and must not block.
func (s *Sim) Until(limit time.Duration, cond func() bool) bool {
	s.own("Until")
	end := s.sched.clock.in(limit)
	for {
		s.Settle()
		if cond() {
			return true
		}
		if at, ok := s.sched.clock.next(); !ok || at > end {
			s.Advance(end - s.sched.clock.now)
			return cond()
		}
		s.fire()
	}
}

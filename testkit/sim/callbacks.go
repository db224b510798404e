// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"reflect"
	"time"

	"mabeam.dev/internal/kernel"
)

// Post lets a message pass, or lets a fault have it.
func (s *scheduler) Post(from, to *kernel.Proc, msg any, deliver func()) bool {
	if s.over || len(s.faults)+len(s.walls) == 0 {
		return false
	}
	for _, w := range s.walls {
		if w.parts(from, to) {
			s.trace.add(s.clock.now, to, "partitioned", msg)
			return true
		}
	}
	for _, f := range s.faults {
		if f.Do < Drop || !fits(f.Process, to) || !fits(f.From, from) || !f.takes(msg) || !f.hits() {
			continue
		}
		s.trace.add(s.clock.now, to, f.Do.String(), msg)
		switch f.Do {
		case Delay:
			s.clock.AfterFunc(f.For, deliver)
		case Duplicate:
			deliver()
			deliver()
		case Reorder:
			s.Go(nil, deliver)
		default: // lost
		}
		return true
	}
	return false
}

// takes reports whether the fault is about messages of this type.
func (a *armed) takes(msg any) bool {
	return a.Message == "" || (msg != nil && fitsPath(a.Message, reflect.TypeOf(msg).String()))
}

// Call runs a callback of p, or what a fault makes of it, and writes it into the trace.
func (s *scheduler) Call(p *kernel.Proc, what string, msg any, next func() error) error {
	s.trace.add(s.clock.now, p, what, msg)
	if s.over || len(s.faults) == 0 || what == "Terminate" {
		return next()
	}
	var after *armed
	for _, f := range s.faults {
		if f.Do >= Drop || (f.Do >= FailStart) != (what == "Init") || !fits(f.Process, p) || !f.takes(msg) || !f.hits() {
			continue
		}
		s.trace.add(s.clock.now, p, f.Do.String(), msg)
		switch f.Do {
		case Crash, FailStart:
			return &InjectedError{f.Fault}
		case CrashAfter:
			after = f
		case Kill:
			p.Kill()
		case Hang, HangStart:
			s.hang(p, f.For)
		case Jump:
			s.clock.now += f.For
		default: // messages on their way are Post's
		}
	}
	err := next()
	if err == nil && after != nil {
		return &InjectedError{after.Fault}
	}
	return err
}

// hang holds a callback of p up.
func (s *scheduler) hang(p *kernel.Proc, d time.Duration) {
	over := false
	if d > 0 {
		s.clock.AfterFunc(d, func() { over = true })
	}
	s.Park(kernel.Blocked{
		Self: p, For: "the end of a fault", Ctx: context.Background(), Due: func() bool { return over || p.Void() || s.over },
	})
}

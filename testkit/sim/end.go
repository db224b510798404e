// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"runtime/debug"
	"strings"

	"mabeam.dev/internal/kernel"
)

// drive runs the body and clears up after it.
func (s *Sim) drive(body func(*Sim)) {
	defer s.clear() // deferred, because the body may end the goroutine
	s.guard(func() { body(s) })
}

// clear ends everything that the body has started.
func (s *Sim) clear() {
	if len(s.text) > 0 { // said before whatever else may have broken the run, and likely its cause
		s.sched.failure = &FailureError{Text: strings.Join(s.text, "\n"), Then: s.sched.failure}
	}
	s.sched.wind()
	s.guard(func() {
		now, cancel := context.WithCancel(context.Background())
		cancel()
		for _, m := range s.made {
			if sys := m.System(); sys != nil {
				_ = sys.Close(now) // killing is what is wanted
				sys.Kill()         // the body may have begun to close it
			}
		}
		s.sched.park(kernel.Blocked{}, noTime)
	})
	s.sched.end()
}

// guard runs f and notes its panic as a failure.
func (s *Sim) guard(f func()) {
	returned := false
	defer func() {
		if returned {
			return
		}
		switch r := recover().(type) {
		case nil:
			s.sched.fail(ErrEnded)
		case aborted, failed:
		default:
			s.sched.fail(&PanicError{Value: r, Stack: debug.Stack()})
		}
	}()
	f()
	returned = true
}

// wind begins the end of the run: it has as many steps left as the run had in all.
func (s *scheduler) wind() {
	s.over, s.elapsed, s.steps = true, s.clock.now, 0
	if s.maxSteps <= 0 {
		s.maxSteps = defaultSteps
	}
}

// end lets go of every goroutine of the run, and returns when all have ended.
func (s *scheduler) end() {
	if len(s.parked) > 0 { // only what waits for something that never comes, and takes no notice of a kill
		left := s.deadlock()
		left.Left = true
		s.fail(left)
	}
	s.killing = true
	s.park(kernel.Blocked{}, noTime)
	for _, w := range s.idle {
		close(w.work)
	}
	s.workers.Wait()
}

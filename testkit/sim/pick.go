// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
)

// pick takes the task out that runs next. Time moves only when nobody can run.
func (s *scheduler) pick() *task {
	for {
		if s.broken() {
			if t := s.takeDriver(); t != nil {
				return t
			}
		}
		if s.killing {
			return s.condemned()
		}
		if t := s.choose(); t != nil {
			return t
		}
		driver := s.driver()
		if driver != nil && driver.until == noTime {
			return s.takeDriver()
		}
		at, ok := s.clock.next()
		switch {
		case driver != nil && driver.until == toTarget && (!ok || at > s.target):
			s.clock.now = max(s.clock.now, s.target)
			return s.takeDriver()
		case ok:
			s.fire()
		default:
			s.fail(s.deadlock())
			if s.over {
				return s.takeDriver() // what is left cannot be ended; the driver says so
			}
		}
	}
}

// condemned takes the next task out that is made to end, and at last the driver.
func (s *scheduler) condemned() *task {
	s.ready = nil
	if len(s.parked) > 1 { // the driver is the first
		return s.take(s.parked[1])
	}
	return s.takeDriver()
}

// fire runs the next timer's function, on the goroutine of whoever lets go of the baton, which has nothing to do with it: its panic is the
// run's failure.
func (s *scheduler) fire() {
	returned := false
	s.firing = true
	defer func() {
		s.firing = false
		if returned {
			return
		}
		if r := recover(); r != nil {
			s.broke(r)
			return
		}
		s.fail(&FailureError{Text: "sim: a timer's function ended its goroutine"})
		s.parked = slices.DeleteFunc(s.parked, func(t *task) bool { return t == s.current }) // who loses the goroutine does not wait any more
	}()
	s.clock.fire()
	returned = true
}

// broke makes a panic the run's failure.
func (s *scheduler) broke(r any) {
	if err, ok := r.(error); ok && errors.Is(err, ErrTimerBlocks) {
		s.fail(err)
		return
	}
	s.fail(&PanicError{Value: r, Stack: debug.Stack()})
}

// driver returns the driver if it is parked.
func (s *scheduler) driver() *task {
	if len(s.parked) > 0 && s.parked[0].key == 0 {
		return s.parked[0]
	}
	return nil
}

func (s *scheduler) takeDriver() *task {
	t := s.driver()
	if t != nil {
		s.parked = slices.Delete(s.parked, 0, 1)
	}
	return t
}

// choose draws one of the tasks that can run; nil if there is none.
func (s *scheduler) choose() *task {
	s.steps++
	s.beat.Add(1)
	if s.maxSteps > 0 && s.steps > s.maxSteps && (s.over || s.failure == nil) {
		s.fail(fmt.Errorf("%w: %d", ErrSteps, s.maxSteps))
		s.killing = s.over // what a kill does not end
		return nil
	}
	s.merge()
	switch n := len(s.runnable); n {
	case 0:
		return nil
	case 1:
		return s.take(s.runnable[0])
	default:
		return s.take(s.runnable[s.choices.draw(n, func(i int) uint64 { return s.runnable[i].key })])
	}
}

// merge lists the tasks that can run, ready ones and parked ones that are due, in order.
func (s *scheduler) merge() {
	s.runnable = s.runnable[:0]
	i := 0
	for _, t := range s.parked {
		if !t.due() {
			continue
		}
		for i < len(s.ready) && s.ready[i].before(t) {
			s.runnable = append(s.runnable, s.ready[i])
			i++
		}
		s.runnable = append(s.runnable, t)
	}
	s.runnable = append(s.runnable, s.ready[i:]...)
}

// take takes a task out of the list that it is in.
func (s *scheduler) take(t *task) *task {
	list := &s.ready
	if t.blocked.Due != nil {
		list = &s.parked
	}
	i := slices.Index(*list, t)
	*list = slices.Delete(*list, i, i+1)
	return t
}

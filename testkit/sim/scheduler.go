// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/internal/kernel"
)

// farAway is further from Birth than a simulation gets, and nearer than the present of the operating system's clock.
const farAway = 20 * 365 * 24 * time.Hour

// scheduler has the baton: of all its goroutines the one runs that holds it, and whoever lets go of it says who is next. All its fields
// belong to the holder; the channels over which the baton goes order the accesses.
type scheduler struct {
	choices *choices
	clock   clock
	trace   *Trace

	ready    []*task // want their first run, in order
	parked   []*task // wait, in order
	runnable []*task // of both, those who can run now
	faults   []*armed
	past     []*armed // faults that have been disarmed
	plans    uint64   // faults that were ever armed
	walls    []wall
	current  *task
	tasks    uint64 // made so far
	idle     []*worker

	steps    int
	maxSteps int
	workers  sync.WaitGroup // that have not ended
	target   time.Duration  // of Advance
	elapsed  time.Duration  // when the body ended
	over     bool           // the run is being torn down: nothing is reported any more
	failure  error          // the first
	stop     bool           // a failure was reported by what runs
	beat     atomic.Int64   // steps, for the watchdog
	running  atomic.Pointer[task]
	killing  bool // nothing begins any more, and what waits is made to end its goroutine
	firing   bool // a timer's function runs
}

// worker is a goroutine that runs tasks.
type worker struct{ work chan *task } // capacity 1: sent to while the worker is idle; closed at the end of the run

var _ kernel.Conductor = (*scheduler)(nil)

// Ready queues a turn of p.
func (s *scheduler) Ready(p *kernel.Proc) { s.add(p, p.Turn) }

// Go queues a goroutine in the name of p.
func (s *scheduler) Go(p *kernel.Proc, run func()) { s.add(p, run) }

func (s *scheduler) add(p *kernel.Proc, run func()) {
	s.tasks++
	t := &task{proc: p, run: run, order: s.tasks, key: 1<<64 - 1}
	if p != nil {
		t.key = p.ID()
	}
	insert(&s.ready, t)
}

func insert(list *[]*task, t *task) {
	i, _ := slices.BinarySearchFunc(*list, t, func(a, b *task) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	*list = slices.Insert(*list, i, t)
}

// Park lets others run until b is due.
func (s *scheduler) Park(b kernel.Blocked) {
	if b.Due() || b.Ctx.Err() != nil {
		return
	}
	if foreign(b.Ctx) && s.failure == nil {
		s.fail(fmt.Errorf("%w: %s waits for %s", ErrForeignDeadline, s.current.label(), b.For))
	}
	if s.firing {
		panic(ErrTimerBlocks) // fire makes it the run's failure
	}
	if s.killing && s.current.key != 0 {
		runtime.Goexit()
	}
	s.park(b, noHorizon)
}

func (s *scheduler) park(b kernel.Blocked, until horizon) {
	t := s.current
	t.blocked, t.until = b, until
	insert(&s.parked, t)
	next := s.pick()
	if next != t {
		if t.resume == nil {
			t.resume = make(chan struct{}, 1)
		}
		s.hand(next)
		<-t.resume
	}
	s.current = t
	t.blocked, t.until = kernel.Blocked{}, noHorizon
	s.running.Store(t)
	if s.killing && t.key != 0 {
		runtime.Goexit() // and not a panic, which code under test may recover from
	}
	if t.key == 0 && s.broken() {
		panic(aborted{})
	}
}

// aborted unwinds the driver of a run that has failed.
type aborted struct{}

// hand gives the baton to a task on a goroutine of its own.
func (s *scheduler) hand(t *task) {
	if t.resume != nil {
		t.resume <- struct{}{}
		return
	}
	if n := len(s.idle); n > 0 {
		w := s.idle[n-1]
		s.idle = s.idle[:n-1]
		w.work <- t
		return
	}
	w := &worker{work: make(chan *task, 1)}
	s.workers.Add(1)
	go s.work(w, t) // ends when the run closes its channel, or with a task that ends its goroutine
}

// work runs tasks while they come. A task that is parked in the middle keeps its goroutine.
func (s *scheduler) work(w *worker, t *task) {
	ended := false
	defer s.workers.Done()
	defer func() {
		if ended {
			return
		}
		if r := recover(); r != nil { // of the runtime itself: what processes do is caught there
			s.broke(r)
		}
		s.hand(s.pick()) // the goroutine ends: another takes the baton on
	}()
	for t != nil {
		s.current = t
		s.running.Store(t)
		t.run()
		if t = s.pick(); t.resume == nil {
			continue
		}
		s.idle = append(s.idle, w)
		s.hand(t)
		t = <-w.work
	}
	ended = true
}

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

// broken reports whether the body is not to go on.
func (s *scheduler) broken() bool { return (s.failure != nil || s.stop) && !s.over }

// fail notes the first failure.
func (s *scheduler) fail(err error) {
	if s.failure == nil {
		s.failure = err
	}
}

// deadlock describes who waits for whom.
func (s *scheduler) deadlock() *DeadlockError {
	var waits []string
	for _, t := range s.parked {
		line := t.label() + " waits for " + t.blocked.For
		if t.blocked.On != nil {
			line += " of " + t.blocked.On.String()
		}
		waits = append(waits, line)
	}
	return &DeadlockError{Waits: waits}
}

// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"runtime"
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
	if b.Ctx != nil {
		t.ended = b.Ctx.Done()
	}
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
	t.blocked, t.until, t.ended = kernel.Blocked{}, noHorizon, nil
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

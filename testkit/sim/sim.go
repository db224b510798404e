// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/internal/kernel"
)

// Sim is a running simulation, seen from its body. Its methods belong to the body's goroutine.
type Sim struct {
	seed   uint64
	sched  *scheduler
	config config
	engine *kernel.Engine
	system *actors.System
	text   []string             // of Errorf
	made   []*kernel.Simulation // by Options
}

// Result is how a run ended.
type Result struct {
	Seed    uint64
	Failure error         // nil if the body ended without one
	Trace   *Trace        // what happened
	Choices int           // decisions that were taken between several tasks
	Elapsed time.Duration // virtual time at the end
	Faults  []string      // that were armed, and how often each happened

	drawn []int // the decisions, from 1, in which another than the first in line was taken
}

// Run runs body on a system of its own, one turn at a time, in an order drawn from the seed, on virtual time. Everything that the body
// starts ends with it. It panics when it is called inside a simulation.
func Run(seed uint64, body func(*Sim), options ...Option) Result {
	engine := newEngine()
	defer engine.Close()
	return run(seed, body, engine, options)
}

func newEngine() *kernel.Engine {
	return kernel.NewEngine(slog.New(slog.NewTextHandler(io.Discard, nil)))
}

func run(seed uint64, body func(*Sim), engine *kernel.Engine, options []Option) Result {
	if inside() {
		panic("sim: Run inside a simulation: a run has its own time and its own turns, so one cannot wait for another")
	}
	c := defaults(options)
	sched := &scheduler{choices: newChoices(seed, c), trace: &Trace{}, maxSteps: c.maxSteps}
	s := &Sim{seed: seed, sched: sched, config: c, engine: engine}
	done := make(chan struct{}) // closed by the driver when all is over
	driver := &task{}
	sched.current = driver
	sched.running.Store(driver)
	go func() { // the watchdog waits for it; a stuck run leaves it behind, which is reported
		defer close(done)
		s.drive(body)
	}()
	if !sched.watch(done, c.patience) {
		return Result{Seed: seed, Failure: sched.stuck(), Trace: &Trace{}}
	}
	return Result{Seed: seed, Failure: sched.failure, Trace: sched.trace, Choices: sched.choices.made, Elapsed: sched.elapsed, Faults: sched.plan(), drawn: sched.choices.elsewhere}
}

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
			s.sched.fail(&FailureError{Text: "sim: the body ended its goroutine"})
		case aborted, failed:
		default:
			s.sched.fail(&PanicError{Value: r, Stack: debug.Stack()})
		}
	}()
	f()
	returned = true
}

// System returns the system of the simulation, made on first use.
func (s *Sim) System() *actors.System {
	if s.system == nil {
		s.system = actors.New(s.Options(actors.Options{}))
	}
	return s.system
}

// NewSystem is System with options of the caller's; it may be called once, before System.
func (s *Sim) NewSystem(o actors.Options) *actors.System {
	if s.system != nil {
		panic("sim: the simulation has its system already")
	}
	s.system = actors.New(s.Options(o))
	return s.system
}

// Options returns o with the simulation's clock, seed and scheduler in it: for code that makes its system itself. One system at a time may
// be made of them; it is killed when the body ends, unless it has been closed.
func (s *Sim) Options(o actors.Options) actors.Options {
	o.Clock, o.Seed = &s.sched.clock, s.seed
	o.Simulation = &kernel.Simulation{Conductor: s.sched, Engine: s.engine}
	s.made = append(s.made, o.Simulation)
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return o
}

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

// Helper, Errorf, FailNow, Fatalf and Logf make a Sim acceptable to assertion libraries.

// Helper does nothing.
func (s *Sim) Helper() {}

// Errorf notes a failure; the body goes on.
func (s *Sim) Errorf(format string, args ...any) {
	s.text = append(s.text, fmt.Sprintf(format, args...))
}

// failed ends a body that has noted its failure.
type failed struct{}

// FailNow ends the run, after Errorf. In a process it ends what the process does, too, as a panic would.
func (s *Sim) FailNow() {
	if len(s.text) == 0 {
		s.text = append(s.text, "sim: failed")
	}
	s.sched.stop = true
	panic(failed{})
}

// Fatalf is Errorf and FailNow.
func (s *Sim) Fatalf(format string, args ...any) {
	s.Errorf(format, args...)
	s.FailNow()
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

func printed(v any) string { return fmt.Sprint(v) }

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

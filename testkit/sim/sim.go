// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"io"
	"log/slog"
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

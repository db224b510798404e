// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"iter"
	"log/slog"
	"math/rand/v2"
	"time"

	"mabeam.dev/internal/kernel"
	"mabeam.dev/telemetry"
)

// Clock is the time of a system; see Options.
type Clock = kernel.Clock

// ClockTimer is a pending AfterFunc of a Clock.
type ClockTimer = kernel.ClockTimer

// Options set up a system. The zero value works.
type Options struct {
	// Clock is the system's time; nil means the operating system's (inside testing/synctest: the bubble's).
	Clock Clock
	// Seed seeds what the system's random sources return.
	Seed uint64
	// CallTimeout is the deadline of a Call whose context has none. 0 means 5 s; negative means none. On the operating system's clock it may
	// come up to a 64th late, never early; any other deadline, and any on another clock, is exact.
	CallTimeout time.Duration
	// StuckAfter reports, as an event, a turn that lasts longer. 0 means never. Nothing is killed by it.
	StuckAfter time.Duration
	// Events gets what happens to processes: ProcessStarted, ProcessExited, DeadLetter, ProcessAbandoned, ProcessReleased and
	// ProcessStuck, in place and in order. Subscribers must be quick, must not block, and must not call the process that an event is
	// about. Nil means nobody.
	Events *telemetry.Bus
	// Logger gets the kernel's own lines; nil means slog.Default.
	Logger *slog.Logger
	// TrackIdle makes WaitQuiet work, at the price of two shared atomic operations a turn. For conformance runs and simulation.
	TrackIdle bool
	// Simulation makes the system run in a simulator; testkit/sim has one. Nil means that it runs by itself.
	Simulation *kernel.Simulation
}

// System is one world of processes. Make it with New and end it with Close.
type System struct{ kernel *kernel.System }

// New makes a system.
func New(o Options) *System {
	cfg := kernel.Config{
		Clock: o.Clock, Seed: o.Seed, CallTimeout: o.CallTimeout, StuckAfter: o.StuckAfter, Logger: o.Logger,
		TrackIdle: o.TrackIdle, Events: o.Events, Simulation: o.Simulation,
	}
	if o.Events != nil {
		cfg.Observer = observer{o.Events}
	}
	return &System{kernel.New(cfg)}
}

func (s *System) spawner() (*kernel.System, *kernel.Proc) { return s.kernel, nil }

// Close stops every process that was not started by another, youngest first, each with reason Shutdown and each waited for; what they
// started ends with them. When ctx ends first all that is left is killed and the cause of ctx returned. Every operation on a closed
// system gives ErrStopped. A second Close does nothing and returns nil, also while the first is still at it. It is not for processes: one
// that calls it waits for itself, until ctx ends.
func (s *System) Close(ctx context.Context) error { return s.kernel.Close(ctx) }

// Now returns the system's time.
func (s *System) Now() time.Time { return s.kernel.Clock().Now() }

// Clock returns the system's clock.
func (s *System) Clock() Clock { return s.kernel.Clock() }

// Rand returns a source that depends on the system's seed and the name alone. It is not safe for concurrent use.
func (s *System) Rand(name string) *rand.Rand { return s.kernel.Rand(name) }

// Events returns the bus that the system was made with.
func (s *System) Events() *telemetry.Bus { return s.kernel.Events() }

// WhereIs returns the process that holds a name, or the zero PID.
func (s *System) WhereIs(name string) PID { return PID{s.kernel.Lookup(name)} }

// Processes yields the living processes, in no order; those that start or end meanwhile may or may not appear.
func (s *System) Processes() iter.Seq[PID] {
	return func(yield func(PID) bool) {
		for p := range s.kernel.Processes() {
			if !yield(PID{p}) {
				return
			}
		}
	}
}

// Len returns the number of living processes.
func (s *System) Len() int { return s.kernel.Len() }

// WaitQuiet waits until nothing is going on: no message under way, no turn running. It needs Options.TrackIdle.
func (s *System) WaitQuiet(ctx context.Context) error { return s.kernel.WaitQuiet(ctx) }

// Gate holds goroutines at a place until it is opened: for tests and for those who drive a system from outside. A wait at it does not count
// as activity for WaitQuiet, and a kill does not end it.
type Gate = kernel.Gate

// NewGate returns a closed gate.
func (s *System) NewGate() *Gate { return s.kernel.NewGate() }

// Simulated reports whether the system runs in a simulator, where the order of whatever it shows must not depend on hashes or addresses.
func (s *System) Simulated() bool { return s.kernel.Simulated() }

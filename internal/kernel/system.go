// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"cmp"
	"context"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/actors/exit"
	"mabeam.dev/telemetry"
)

// System is one world of processes: a clock, a name space, a set of workers and a protoactor actor system under them.
type System struct {
	cfg        Config
	clock      Clock
	logger     *slog.Logger
	born       time.Time
	stamps     bool // whether turns are stamped with their time: somebody listens. A clock costs as much as a turn.
	engine     *actor.ActorSystem
	dispatcher *dispatcher
	conductor  Conductor     // nil unless simulated
	quantum    int           // messages a turn
	lazy       time.Duration // by how much a call's default time-out may come late: see slotLimit; 0 = not at all
	spawns     spawnSlots
	slots      sync.Pool // of *Slot; per system, because a channel of one synctest bubble must not be used in another
	waits      sync.Pool // of *wait
	quiet      *quiet    // nil unless tracked
	names      *xsync.Map[string, *Proc]
	traits     *xsync.Map[trait, *trait]
	lastTrait  atomic.Pointer[trait]
	addresses  *xsync.Map[string, *Address]
	extensions *xsync.Map[any, any]
	live       [liveShards]liveShard
	lastID     atomic.Uint64
	closed     atomic.Bool
	counters   Counters
	stuck      stuckWatch
	watched    callWatch
}

// Counters are totals since the system was made; all may be read at any time.
type Counters struct {
	Started     atomic.Int64 // processes whose Init returned nil
	Exited      atomic.Int64 // processes that ended
	Crashed     atomic.Int64 // of these, by a crash
	DeadLetters atomic.Int64 // messages that reached no behaviour
	LateReplies atomic.Int64 // replies that came after the caller had gone
	TwiceReply  atomic.Int64 // second replies to one call
	Abandoned   atomic.Int64 // killed processes whose handler was running
	Abandoning  atomic.Int64 // of these, handlers that have not returned yet
	LeftGo      atomic.Int64 // goroutines of Context.Go left behind by a crash or kill that have not returned yet
}

// New makes a system.
func New(cfg Config) *System {
	s := &System{cfg: cfg, clock: cfg.Clock, logger: cfg.Logger, dispatcher: newDispatcher(), quantum: turnQuantum}
	if s.clock == nil {
		s.clock = RealClock{}
	}
	if s.logger == nil {
		s.logger = slog.Default()
	}
	if s.cfg.CallTimeout == 0 {
		s.cfg.CallTimeout = DefaultCallTimeout
	}
	if cfg.TrackIdle {
		s.quiet = &quiet{}
	}
	s.born = s.clock.Now()
	s.stamps = cfg.Observer != nil
	s.names = xsync.NewMap[string, *Proc]()
	s.traits = xsync.NewMap[trait, *trait]()
	s.addresses = xsync.NewMap[string, *Address]()
	s.extensions = xsync.NewMap[any, any]()
	if sim := cfg.Simulation; sim != nil {
		s.conductor, s.quantum, sim.system = sim.Conductor, 1, s
		if sim.Engine != nil {
			s.engine = sim.Engine.system
		}
	}
	if s.engine == nil {
		s.engine = newEngine(s.logger)
	}
	if s.clock.Now() != s.born && cfg.Clock == nil && s.conductor == nil && s.cfg.CallTimeout >= lazyFrom {
		// A real clock has moved on, since a protoactor system takes its time; that of a testing/synctest bubble stands still.
		s.lazy = s.cfg.CallTimeout / lazyParts
	}
	s.slots.New = func() any { return newSlot(s) }
	s.waits.New = func() any { return &wait{done: make(chan struct{}, 1)} }
	s.stuck.start(s)
	return s
}

// Clock returns the system's clock.
func (s *System) Clock() Clock { return s.clock }

// Logger returns the system's logger.
func (s *System) Logger() *slog.Logger { return s.logger }

// Events returns the bus of the system; it may be nil, which is a bus without subscribers.
func (s *System) Events() *telemetry.Bus { return s.cfg.Events }

// Counters returns the system's totals.
func (s *System) Counters() *Counters { return &s.counters }

// Rand returns a source that depends on the system's seed and the name alone, not on the order in which sources are asked for.
func (s *System) Rand(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // a hash never fails to write
	return rand.New(rand.NewPCG(s.cfg.Seed, h.Sum64()))
}

// Closed reports whether Close has been called.
func (s *System) Closed() bool { return s.closed.Load() }

// Close stops every process that has no parent, youngest first, each with reason Shutdown and each waited for before the next; what
// they started stops with them. When ctx ends first, all that is left is killed and the context's cause is returned. Operations on a
// closed system give ErrStopped. Closing twice is harmless; the second call returns nil at once, also while the first is still at it.
// A process that calls it waits for itself, until ctx ends.
func (s *System) Close(ctx context.Context) error {
	if !s.closed.CompareAndSwap(false, true) {
		return nil // and not wait: it may be a process that calls, for which the first Close waits
	}
	var err error
	for more := true; more && err == nil; {
		more, err = s.stopRoots(ctx)
	}
	s.Kill()
	s.stuck.stop()
	s.dispatcher.close()
	s.watched.stop()
	if sim := s.cfg.Simulation; sim == nil || sim.Engine == nil {
		s.engine.Shutdown()
	}
	return err
}

// stopRoots stops the trees of those that live now; more is false when there was none.
func (s *System) stopRoots(ctx context.Context) (more bool, err error) {
	var roots []*Proc
	children := map[*Proc][]*Proc{}
	for p := range s.Processes() {
		if p.parent == nil || p.parent.Dead() {
			roots = append(roots, p)
		} else {
			children[p.parent] = append(children[p.parent], p)
		}
	}
	return len(roots) > 0, stopTrees(ctx, roots, children)
}

// stopTrees stops processes, youngest first, each waited for together with what it left behind.
func stopTrees(ctx context.Context, procs []*Proc, children map[*Proc][]*Proc) error {
	slices.SortFunc(procs, func(a, b *Proc) int { return cmp.Compare(b.id, a.id) })
	for _, p := range procs {
		p.exitSignal(nil, exit.ReasonShutdown, true)
		if err := p.await(ctx, p.sys.waitFor()); err != nil {
			return err
		}
		if err := stopTrees(ctx, children[p], children); err != nil {
			return err
		}
	}
	return nil
}

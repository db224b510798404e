// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/telemetry"
)

// ErrWithdrawn is returned to who waits for a piece of Work that somebody has cancelled.
var ErrWithdrawn = fault.New(4924, "protocols: what was waited for has been cancelled")

// WorkKind says what a piece of Work coordinates by.
type WorkKind string

// The kinds of work.
const (
	WorkSession   WorkKind = "session"
	WorkLock      WorkKind = "lock"
	WorkSemaphore WorkKind = "semaphore"
	WorkBarrier   WorkKind = "barrier"
	WorkLatch     WorkKind = "latch"
	WorkElection  WorkKind = "election"
	WorkCounter   WorkKind = "counter"
)

var workKinds = []WorkKind{WorkSession, WorkLock, WorkSemaphore, WorkBarrier, WorkLatch, WorkElection, WorkCounter}

// Order is what somebody wants coordinated. Kind must be set, and what the kind needs.
type Order struct {
	Kind WorkKind
	// Space is the name of the space that a primitive is in; empty means the first one. Name is the primitive's.
	Space, Name string
	// Session is what a session is to decide.
	Session Spec
	// Claim says how a lock or semaphore is claimed, and Shared that the lock is only read.
	Claim  Claim
	Shared bool
	// Size is how many permits a semaphore has and Permits how many are wanted, 0 for one; of a latch Size is how many counts open it.
	Size, Permits int
	// Barrier is what a barrier is made of. The wait for it, and that for a latch, is limited by Claim.Wait.
	Barrier barrier.Spec
	// Election is what an election is made of, and Candidacy how the caller stands in it.
	Election  election.Spec
	Candidacy Candidacy
	// Count is taken off a latch before it is waited for, or added to a counter.
	Count int
}

// Obtained is what a wait has brought; what is set follows from the kind.
type Obtained struct {
	Result  Result   // of a session
	Grant   *Grant   // of a lock or semaphore
	Passage Passage  // of a barrier
	Office  *Office  // of an election
	Value   int64    // of a counter
	Kind    WorkKind // of the work
}

// Standing is what is known of a piece of work at one moment; what is set follows from the kind.
type Standing struct {
	Kind    WorkKind
	Waiting bool // this piece of work is being waited for
	Held    bool // what was waited for is the work's
	Session Status
	Lock    lock.Status // of a semaphore as well
	Barrier barrier.Status
	Leader  Leadership
	Left    int   // counts that a latch is missing
	Value   int64 // of a counter
}

// Tally counts work of one kind since the coordinator was made.
type Tally struct {
	Created, Waiting, Obtained, Cancelled, Failed int
}

// SpaceCount is the statistics of one space.
type SpaceCount struct {
	Name string
	SpaceStats
}

// Statistics counts everything that a coordinator coordinates.
type Statistics struct {
	Sessions  Stats
	Protocols []Analysis
	Spaces    []SpaceCount // in the order of the spaces
	Work      map[WorkKind]Tally
}

// Coordinator is one way to everything that coordinates: the sessions of an engine and the primitives of spaces are created, waited for, cancelled,
// looked at and counted alike. It has no process: who waits, waits itself, and nobody else does. Any number of goroutines may use it.
type Coordinator struct {
	sys    *actors.System
	engine *Engine
	spaces []*Space
	mu     struct {
		sync.Mutex
		work map[WorkKind]Tally
	}
}

// NewCoordinator makes a coordinator of an engine, which may be nil, and spaces. Both run whether or not there is one.
func NewCoordinator(sys *actors.System, e *Engine, spaces ...*Space) *Coordinator {
	c := &Coordinator{sys: sys, engine: e, spaces: spaces}
	c.mu.work = map[WorkKind]Tally{}
	return c
}

func (c *Coordinator) count(kind WorkKind, change func(*Tally)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.mu.work[kind]
	change(&t)
	c.mu.work[kind] = t
}

// Create begins a piece of work, and waits for nothing but that it is taken in: a session is started, and what a primitive cannot be is refused. A primitive
// is claimed, entered or counted by Wait, in the name of who waits.
func (c *Coordinator) Create(ctx context.Context, o Order) (*Work, error) {
	w := &Work{c: c, o: o}
	err := w.create(ctx)
	c.tell(ctx, OpCreate, w, err)
	if err != nil {
		return nil, err
	}
	c.count(o.Kind, func(t *Tally) { t.Created++ })
	return w, nil
}

// Stats counts everything, by going through the spaces. A space that does not answer makes it fail.
func (c *Coordinator) Stats(ctx context.Context) (Statistics, error) {
	var s Statistics
	if c.engine != nil {
		s.Sessions, s.Protocols = c.engine.Stats(), c.engine.Analytics(Query{})
	}
	for _, space := range c.spaces {
		n, err := space.Stats(ctx)
		if err != nil {
			return Statistics{}, err
		}
		s.Spaces = append(s.Spaces, SpaceCount{space.Name(), n})
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Work = make(map[WorkKind]Tally, len(c.mu.work))
	for kind, t := range c.mu.work {
		s.Work[kind] = t
	}
	return s, nil
}

// tell emits what was done, and for whom.
func (c *Coordinator) tell(ctx context.Context, op WorkOp, w *Work, err error) {
	bus := c.sys.Events()
	if !bus.Active() {
		return
	}
	agent, _ := ctx.Value(ownerKey{}).(string)
	if caller, ok := actors.CallerOf(ctx); ok {
		agent = agentOf(caller.PID().String())
	}
	e := WorkDone{Operation: op, Kind: w.o.Kind, Name: w.o.Name, Agent: agent, Err: err}
	if w.space != nil {
		e.Space = w.space.Name()
	}
	telemetry.Emit(bus, e)
}

// create checks the order, and starts a session.
func (w *Work) create(ctx context.Context) error {
	if !slices.Contains(workKinds, w.o.Kind) {
		return &SpecError{"kind", fmt.Sprintf("%q is none", string(w.o.Kind))}
	}
	if w.o.Kind == WorkSession {
		if w.c.engine == nil {
			return fmt.Errorf("protocols: there is no engine: %w", ErrUnavailable)
		}
		id, err := w.c.engine.Start(ctx, w.o.Session)
		w.o.Name = string(id)
		return err
	}
	for _, s := range w.c.spaces {
		if w.o.Space == "" || w.o.Space == s.Name() {
			w.space = s
			break
		}
	}
	var problems []error
	if w.space == nil {
		problems = append(problems, &SpecError{"space", fmt.Sprintf("there is none of the name %q", w.o.Space)})
	}
	if w.o.Name == "" {
		problems = append(problems, &SpecError{"name", "there is none"})
	}
	if (w.o.Kind == WorkSemaphore || w.o.Kind == WorkLatch) && w.o.Size < 1 {
		problems = append(problems, &SpecError{"size", "it is below 1"})
	}
	if w.o.Permits < 0 || w.o.Kind == WorkLatch && w.o.Count < 0 {
		problems = append(problems, &SpecError{"count", "it is below 0"})
	}
	return errors.Join(problems...)
}

// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	"mabeam.dev/telemetry"
)

// longestInit bounds the questions that an Init asks of other processes.
const longestInit = 30 * time.Second

// recover rebuilds the queue: what was acknowledged, and nothing else.
func (a *queue) recover(ctx *actors.Context[Message]) error {
	o := a.handle.o
	fail := func(err error) error { return &JournalError{Queue: o.Name, Operation: "recover", Err: err} }
	// What an earlier incarnation still has at the journal must be stored or refused before the stream is read.
	patient, stop := ctx.WithTimeout(longestInit)
	defer stop()
	head, err := endOf(patient, a.handle)
	if err != nil {
		return fail(err)
	}
	began := ctx.Now()
	if err := a.restore(ctx, head); err != nil {
		return fail(err)
	}
	kept := a.plan.Version()
	for e, err := range o.Journal.Read(ctx, o.Stream, events.Version(kept)+1) {
		if err != nil {
			return fail(err)
		}
		if err := apply(a.plan, e); err != nil {
			return fail(err)
		}
	}
	a.durable = a.plan.Version()
	a.told = a.durable
	if a.durable != head {
		return fail(fmt.Errorf("stream %q: read %d events of %d", string(o.Stream), a.durable, head))
	}
	a.snapshot = snapshots{every: o.SnapshotEvery, last: kept}

	// Watched before it is listed, so that whoever goes after the list was made is told of.
	agents.Watch(ctx, o.Directory, func(c agents.Change) Message { return agentChange{c} })
	living, err := o.Directory.List(patient)
	if err != nil {
		return fmt.Errorf("work: recover %q: list the agents: %w", o.Name, err)
	}
	if err := a.prepare(ctx); err != nil { // before anybody is told of an agent
		return err
	}
	if a.handle.draining.Load() { // before any command that gives tasks out
		if err := a.step(ctx, plan.Drain{}); err != nil {
			return err
		}
	}
	for _, e := range living {
		a.meet(e)
		if err := a.step(ctx, a.up(e)); err != nil {
			delete(a.lives, a.agentOf(e))
		}
	}
	if err := a.step(ctx, plan.Recover{}); err != nil {
		return err
	}
	c := a.plan.Counts()
	telemetry.Emit(a.bus, QueueRecovered{
		Queue: o.Name, Events: a.durable, Replayed: a.durable - kept, Open: c.Open(), Took: ctx.Now().Sub(began),
	})
	return nil
}

// restore begins with the newest usable snapshot, or with nothing. A snapshot is a cache, so an unusable one costs time only; so is one
// beyond the end of the stream, which is left when an operator has accepted the loss of the journal's tail.
func (a *queue) restore(ctx *actors.Context[Message], head uint64) (err error) {
	o := a.handle.o
	snap, ok, err := o.Journal.Snapshot(ctx, o.Stream)
	if err != nil {
		return err
	}
	if ok && uint64(snap.Version) <= head {
		a.plan, err = plan.Restore(o.Plan, snap.State)
		if err == nil && a.plan.Version() == uint64(snap.Version) {
			return nil
		}
		ctx.Logger().Warn("snapshot not used", slog.Any(telemetry.KeyError, err))
	}
	a.plan, err = plan.New(o.Plan)
	return err
}

// apply takes a stored event into the plan.
func apply(q *plan.Queue, e events.Event) error {
	event, err := decode(e)
	if err != nil {
		return err
	}
	return q.Apply(event)
}

func decode(e events.Event) (plan.Event, error) {
	return plan.Decode(plan.Record{Type: e.Type, Version: int(max(e.Schema, 1)), Data: e.Data})
}

// endOf gives the version of the queue's stream behind everything that is on its way to the journal: the answer to an append that cannot
// be accepted stands behind all others.
func endOf(ctx context.Context, q *Queue) (uint64, error) {
	never := events.Append{
		Stream: q.o.Stream, Expect: events.Exact(math.MaxInt64), Events: []events.New{{Type: "work.never_appended"}},
	}
	out, err := q.o.Journal.AppendMany(ctx, never)
	if errors.Is(err, events.ErrNoSpace) {
		return countTo(ctx, q) // an answer in its turn, too, and the journal can be read
	}
	if err != nil {
		return 0, err
	}
	var at *events.VersionError
	if !errors.As(out[0].Err, &at) {
		return 0, fmt.Errorf("ask for the end of the stream: %w", out[0].Err)
	}
	return uint64(at.Have), nil
}

// countTo finds the end of the stream by reading.
func countTo(ctx context.Context, q *Queue) (uint64, error) {
	var last events.Version
	for e, err := range q.o.Journal.Read(ctx, q.o.Stream, 0) {
		if err != nil {
			return 0, err
		}
		last = e.Version
	}
	return uint64(last), nil
}

// snapshots decides when the state is kept.
type snapshots struct {
	every int
	last  uint64 // version of the newest one
	busy  bool
	state []byte // made and waiting until its version is durable
	at    uint64
}

// keepSnapshot makes a snapshot when enough has happened, and hands it to the journal once the events it covers are durable. A large
// state is kept more rarely, so that the work for snapshots stays in proportion to the work for events.
func (a *queue) keepSnapshot(ctx *actors.Context[Message]) {
	s := &a.snapshot
	if s.every < 0 || s.busy {
		return
	}
	if s.state == nil {
		c := a.plan.Counts()
		known := c.Open() + c.Dead + a.plan.Remembered()
		if v := a.plan.Version(); v < s.last+uint64(max(s.every, known)) {
			return
		}
		s.state, s.at = a.plan.Snapshot(), a.plan.Version()
	}
	if a.durable < s.at {
		return
	}
	snap, journal := events.Snap{Stream: a.handle.o.Stream, Version: events.Version(s.at), State: s.state}, a.handle.o.Journal
	s.state, s.busy, s.last = nil, true, s.at
	ctx.Go(func(ctx context.Context) Message {
		return kept{uint64(snap.Version), journal.PutSnapshot(ctx, snap)}
	})
}

// kept takes the answer. A failure is told and costs time at the next start.
func (s *snapshots) kept(m kept, bus *telemetry.Bus, queue string) {
	s.busy = false
	if m.err != nil {
		telemetry.Emit(bus, SnapshotFailed{Queue: queue, Version: m.version, Err: m.err})
	}
}

// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/telemetry"
)

// deskActor is one incarnation. All its state belongs to the process, which blocks in the journal: meanwhile the mailbox fills, and what is
// in it makes the next batch.
type deskActor[C, R any] struct {
	d       *desk[C, R]
	state   keeper[C, R]
	version uint64 // of the stream, as far as the state has it
	ready   bool   // the state is that of the journal
	broken  error  // why the journal cannot be read; everything is refused with it
	waiting []command[C, R]
	armed   bool // a flush is on its way
	ticked  bool // time has passed
	saving  bool // a snapshot is on its way
	pause   time.Duration
}

// Init publishes who lives, and reads the journal in the next turn.
func (a *deskActor[C, R]) Init(ctx *actors.Context[DeskMessage]) error {
	pid := ctx.PID()
	a.d.pid.Store(&pid)
	if a.d.o.ticks > 0 {
		ctx.Every(a.d.o.ticks, tick{})
	}
	ctx.Continue(recovery{})
	return nil
}

// Receive takes a command, or carries out what was taken.
func (a *deskActor[C, R]) Receive(ctx *actors.Context[DeskMessage], msg DeskMessage) error {
	switch m := msg.(type) {
	case command[C, R]:
		a.take(ctx, m)
		return nil
	case flush:
		a.armed = false
		return a.flush(ctx)
	case recovery:
		return a.recover(ctx)
	case tick:
		a.ticked = true
		a.arm(ctx)
		return nil
	case saved:
		a.saving = false
		if m.err != nil {
			telemetry.Emit(ctx.Events(), SnapshotFailed{Stream: a.d.o.stream, Err: m.err})
		}
		return nil
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
}

func (a *deskActor[C, R]) take(ctx *actors.Context[DeskMessage], m command[C, R]) {
	switch {
	case a.broken != nil:
		m.reply.Fail(a.broken)
	case len(a.waiting) >= waitingLimit:
		m.reply.Fail(fmt.Errorf("market: %s %q: %d commands wait: %w", a.d.o.family, a.d.o.name, len(a.waiting), actors.ErrMailboxFull))
	default:
		a.waiting = append(a.waiting, m)
		a.arm(ctx)
	}
}

func (a *deskActor[C, R]) arm(ctx *actors.Context[DeskMessage]) {
	if !a.armed && a.ready && (a.ticked || len(a.waiting) > 0) {
		a.armed = true
		ctx.Self().Tell(flush{})
	}
}

// Terminate carries out what was taken before an ordered stop. After a crash the callers hear of that instead.
func (a *deskActor[C, R]) Terminate(ctx *actors.Context[DeskMessage], why actors.Reason) error {
	for a.ready && len(a.waiting) > 0 && !why.Abnormal() {
		if err := a.flush(ctx); err != nil {
			return nil //nolint:nilerr // the process ends anyway, and the callers were told
		}
	}
	return nil
}

// outcome is that of a command that is told when the batch is durable.
type outcome[R any] struct {
	result R
	err    error
}

// flush carries out the commands that wait, as many as one append holds, appends what they changed, and answers.
func (a *deskActor[C, R]) flush(ctx *actors.Context[DeskMessage]) error {
	if !a.ready {
		return nil
	}
	now := ctx.Now()
	if a.ticked {
		a.ticked = false
		a.state.tick(now)
	}
	outcomes := make([]outcome[R], 0, min(len(a.waiting), BatchLimit))
	refused := 0
	for _, m := range a.waiting[:cap(outcomes)] {
		if a.state.size() > batchBytes {
			break
		}
		r, err := a.state.do(now, m.do)
		if err != nil {
			refused++
			telemetry.Emit(ctx.Events(), CommandRefused{Process: a.d.o.name, Family: a.d.o.family, Code: fault.CodeOf(err)})
		}
		outcomes = append(outcomes, outcome[R]{r, err})
	}
	ev, changed := a.state.batch(now)
	if changed {
		next, err := a.d.o.journal.Append(ctx, a.d.o.stream, a.version, ev)
		if err != nil {
			return a.undone(ctx, len(outcomes), err)
		}
		a.version, a.pause = next, firstPause
		a.state.publish(ctx.Events())
		telemetry.Emit(ctx.Events(), BatchCommitted{Process: a.d.o.name, Family: a.d.o.family, Commands: len(outcomes), Refused: refused, Bytes: len(ev.Data), Version: next})
	}
	for i, o := range outcomes {
		if o.err != nil {
			a.waiting[i].reply.Fail(o.err)
		} else {
			a.waiting[i].reply.Send(o.result)
		}
		a.waiting[i] = command[C, R]{} // let go of it
	}
	if a.waiting = a.waiting[len(outcomes):]; len(a.waiting) == 0 {
		a.waiting = nil
	}
	a.arm(ctx)
	return a.save(ctx)
}

// undone is after an append that is not known to be stored: its callers learn that, and the state is read anew. If somebody else has
// written, the process ends.
func (a *deskActor[C, R]) undone(ctx *actors.Context[DeskMessage], n int, err error) error {
	if errors.Is(err, ErrVersion) {
		telemetry.Emit(ctx.Events(), ProcessFenced{Process: a.d.o.name, Family: a.d.o.family, Stream: a.d.o.stream, Err: err})
		a.fail(len(a.waiting), fmt.Errorf("market: %s %q: %w: %w", a.d.o.family, a.d.o.name, ErrUnavailable, err))
		return actors.StopWith(err)
	}
	a.fail(n, fmt.Errorf("market: %s %q: %w: %w", a.d.o.family, a.d.o.name, ErrUnavailable, err))
	a.ready = false
	if a.pause > firstPause { // the last recovery has not helped: reading everything again and again would not either
		a.later(ctx)
		return nil
	}
	a.pause *= 2
	return a.recover(ctx)
}

// later reads the journal in a while, and in twice that the next time.
func (a *deskActor[C, R]) later(ctx *actors.Context[DeskMessage]) {
	ctx.After(a.pause, recovery{})
	a.pause = min(2*a.pause, lastPause)
}

// fail answers the first commands that wait with an error.
func (a *deskActor[C, R]) fail(n int, err error) {
	for _, m := range a.waiting[:n] {
		m.reply.Fail(err)
	}
	a.waiting = append([]command[C, R](nil), a.waiting[n:]...)
}

// recover makes the state that the journal tells. A journal that does not answer is asked again later; one that cannot be understood is not.
func (a *deskActor[C, R]) recover(ctx *actors.Context[DeskMessage]) error {
	begin := ctx.Now()
	err := a.read(ctx)
	var damaged *damage
	switch {
	case err == nil:
		a.ready = true
		a.state.publish(ctx.Events())
		telemetry.Emit(ctx.Events(), ProcessRecovered{Process: a.d.o.name, Family: a.d.o.family, Stream: a.d.o.stream, Version: a.version, Took: ctx.Now().Sub(begin)})
		a.arm(ctx)
	case errors.As(err, &damaged):
		a.broken = fmt.Errorf("market: %s %q: %w: %w", a.d.o.family, a.d.o.name, ErrUnavailable, damaged.err)
		telemetry.Emit(ctx.Events(), ProcessQuarantined{Process: a.d.o.name, Family: a.d.o.family, Stream: a.d.o.stream, Err: damaged.err})
		a.fail(len(a.waiting), a.broken)
	case ctx.Err() != nil:
		return err
	default:
		a.later(ctx)
	}
	return nil
}

// damage is an event that the state does not take.
type damage struct{ err error }

func (d *damage) Error() string { return d.err.Error() }

// read makes the state from a snapshot that the journal vouches for, or else from the first event on. An append of an earlier incarnation may
// still be on its way to the journal: one that no version allows, sent after it, is answered after it, and then it is there or will never be.
func (a *deskActor[C, R]) read(ctx *actors.Context[DeskMessage]) error {
	settled := Event{Type: a.d.o.family + ".settled", Data: []byte("{}")}
	if _, err := a.d.o.journal.Append(ctx, a.d.o.stream, math.MaxInt64, settled); !errors.Is(err, ErrVersion) {
		if err == nil {
			return &damage{fmt.Errorf("stream %q: the journal has taken an append for version %d", a.d.o.stream, int64(math.MaxInt64))}
		}
		return err
	}
	from, err := a.restore(ctx)
	if err != nil {
		return err
	}
	if from == 0 {
		a.state.reset()
	}
	a.version = from
	return a.d.o.journal.Read(ctx, a.d.o.stream, from, func(version uint64, ev Event) error {
		if version != a.version+1 {
			return &damage{fmt.Errorf("stream %q: version %d follows %d", a.d.o.stream, version, a.version)}
		}
		a.version = version
		if ev.Type == a.d.o.family+"."+checkpoint {
			return nil
		}
		if err := a.state.replay(ev); err != nil {
			return &damage{fmt.Errorf("stream %q: version %d: %w", a.d.o.stream, version, err)}
		}
		return nil
	})
}

// errFound ends a read whose one event was found.
var errFound = errors.New("found")

// restore takes the newest snapshot, if the journal vouches for it, and returns its version; 0 means that there is none to be trusted.
func (a *deskActor[C, R]) restore(ctx *actors.Context[DeskMessage]) (uint64, error) {
	version, state, err := a.d.o.newest(ctx)
	if version == 0 && err == nil {
		return 0, nil
	}
	if err == nil {
		err = a.state.decode(state)
	} else if !errors.Is(err, errNotVouched) {
		return 0, err
	}
	if err != nil {
		telemetry.Emit(ctx.Events(), SnapshotFailed{Stream: a.d.o.stream, Err: err})
		return 0, nil //nolint:nilerr // the fold is used
	}
	return version, nil
}

// errNotVouched is returned for a snapshot whose hash the journal does not have in the place of its version.
var errNotVouched = errors.New("the journal does not vouch for it")

// newest loads the newest snapshot of the stream; version 0 means that there is none. A keeper of snapshots that does not answer has none, as they are
// a cache: the journal has everything.
func (o *deskOptions) newest(ctx context.Context) (version uint64, state []byte, err error) {
	if o.snapshots == nil {
		return 0, nil, nil
	}
	version, state, ok, err := o.snapshots.Load(ctx, o.stream)
	if err != nil || !ok || version == 0 {
		return 0, nil, nil //nolint:nilerr // as said
	}
	vouched := false
	err = o.journal.Read(ctx, o.stream, version-1, func(_ uint64, ev Event) error {
		vouched = ev.Type == o.family+"."+checkpoint && string(ev.Data) == vouch(state)
		return errFound
	})
	if err != nil && !errors.Is(err, errFound) {
		return 0, nil, err
	}
	if !vouched {
		return 0, nil, fmt.Errorf("version %d: %w", version, errNotVouched)
	}
	return version, state, nil
}

// vouch is what the journal keeps of a snapshot.
func vouch(state []byte) string {
	sum := sha256.Sum256(state)
	return `{"sha256":"` + hex.EncodeToString(sum[:]) + `"}`
}

// save takes a snapshot when it is time: its hash goes into the journal, and then the snapshot to its keeper, beside the process.
func (a *deskActor[C, R]) save(ctx *actors.Context[DeskMessage]) error {
	if a.d.o.snapshots == nil || a.saving || a.state.since() < a.d.o.every {
		return nil
	}
	state := a.state.encode()
	next, err := a.d.o.journal.Append(ctx, a.d.o.stream, a.version, Event{a.d.o.family + "." + checkpoint, []byte(vouch(state))})
	if err != nil {
		return a.undone(ctx, 0, err)
	}
	a.version, a.saving = next, true
	ctx.Go(func(ctx context.Context) DeskMessage { // an ordered stop waits for it
		return saved{a.d.o.snapshots.Save(ctx, a.d.o.stream, next, state)}
	})
	return nil
}

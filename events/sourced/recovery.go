// SPDX-License-Identifier: Apache-2.0

package sourced

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"mabeam.dev/actors"
	"mabeam.dev/events"
)

// BarrierType is the type of an event that is offered to the journal when an entity recovers, in an append that can never be accepted.
const BarrierType = "sourced.never_appended"

// Register makes a catalogue know what entities offer to the journal. A journal with a catalogue needs it.
func Register(c *events.Catalog) error {
	_, err := events.Register[struct{}](c, events.Schema{
		Name: BarrierType, Severity: events.Debug, Doc: "Never stored: an entity that recovers asks with it for the end of its stream.",
	})
	return err
}

// remains is what a recovery finds.
type remains[S any] struct {
	state   S
	version events.Version
	kept    events.Version // of the snapshot, 0 without one
	past    *past
}

// saved is a snapshot's content.
type saved struct {
	State json.RawMessage `json:"state"`
	Sum   []byte          `json:"sum"` // of the state
	Past  []deed          `json:"past,omitempty"`
}

// recover rebuilds the state from snapshot and events. After an error version is the last event that was applied.
func (x *Entity[S, C, E]) recover(ctx context.Context) (r remains[S], err error) {
	if err := x.barrier(ctx); err != nil {
		return r, err
	}
	r, err = x.start(ctx)
	if err != nil {
		return r, err
	}
	return r, x.replay(ctx, &r, math.MaxUint64)
}

// barrier returns when everything that an earlier incarnation has sent to the journal is stored or refused: the answer to an append that cannot be accepted stands
// behind all others.
func (x *Entity[S, C, E]) barrier(ctx context.Context) error {
	_, err := x.o.Journal.Append(ctx, x.o.Stream, events.Exact(math.MaxInt64), events.New{Type: BarrierType, Data: []byte("{}")})
	if errors.Is(err, events.ErrVersion) || errors.Is(err, events.ErrNoSpace) {
		return nil // a full disk's answer came in its turn, too
	}
	return err
}

// start gives what the snapshot holds, or the beginning. A snapshot that does not hold what was put into it is passed over: it is a cache.
func (x *Entity[S, C, E]) start(ctx context.Context) (r remains[S], err error) {
	begin := remains[S]{state: x.o.Initial(), past: newPast(x.o.Remember, nil)}
	snap, ok, err := x.o.Journal.Snapshot(ctx, x.o.Stream)
	if err != nil || !ok {
		return begin, err
	}
	var c saved
	r = remains[S]{version: snap.Version, kept: snap.Version}
	if json.Unmarshal(snap.State, &c) != nil || !bytes.Equal(sum(c.State), c.Sum) || json.Unmarshal(c.State, &r.state) != nil {
		return begin, nil
	}
	r.past = newPast(x.o.Remember, c.Past)
	return r, nil
}

// replay applies the events behind r up to a version.
func (x *Entity[S, C, E]) replay(ctx context.Context, r *remains[S], to events.Version) error {
	for stored, err := range x.o.Journal.Read(ctx, x.o.Stream, r.version+1) {
		if err != nil {
			return err
		}
		if stored.Version > to {
			return nil
		}
		e, err := x.decode(stored)
		if err != nil {
			return err
		}
		state, err := apply(x.machine, r.state, []E{e})
		if err != nil {
			return err
		}
		r.state, r.version = state, stored.Version
		r.past.note(stored.Causation, stored.Version)
	}
	return nil
}

// decode is the codec's Decode, with a panic as an error.
func (x *Entity[S, C, E]) decode(stored events.Event) (e E, err error) {
	defer caught(&err)
	return x.o.Codec.Decode(stored)
}

// freeze makes a snapshot of a state.
func (x *Entity[S, C, E]) freeze(state S, v events.Version, p *past) (events.Snap, error) {
	raw, err := json.Marshal(state)
	if err != nil {
		return events.Snap{}, err
	}
	content, err := json.Marshal(saved{State: raw, Sum: sum(raw), Past: p.deeds})
	return events.Snap{Stream: x.o.Stream, Version: v, State: content}, err
}

func sum(state []byte) []byte {
	s := sha256.Sum256(state)
	return s[:]
}

// Verify replays the stream from its beginning up to the newest snapshot and compares the state with it. [ErrDiverged] says that they differ; without a snapshot there is nothing to compare. Other errors are
// those of reading, among them *events.CompactedError if the beginning has been removed, and a [*QuarantinedError] for events that cannot be applied. It needs no process.
func (x *Entity[S, C, E]) Verify(ctx context.Context) error {
	snap, ok, err := x.o.Journal.Snapshot(ctx, x.o.Stream)
	if err != nil || !ok {
		return err
	}
	var c saved
	if err := json.Unmarshal(snap.State, &c); err != nil {
		return fmt.Errorf("%w: stream %q, version %d: %w", ErrDiverged, string(x.o.Stream), snap.Version, err)
	}
	r := remains[S]{state: x.o.Initial(), past: newPast(x.o.Remember, nil)}
	if err := x.replay(ctx, &r, snap.Version); err != nil {
		return &QuarantinedError{Stream: x.o.Stream, Version: r.version, Err: err}
	}
	raw, err := json.Marshal(r.state)
	if err != nil {
		return err
	}
	if !bytes.Equal(sum(raw), c.Sum) || !bytes.Equal(sum(c.State), c.Sum) {
		return fmt.Errorf("%w: stream %q, version %d", ErrDiverged, string(x.o.Stream), snap.Version)
	}
	return nil
}

// isAway reports whether an error only says that the journal cannot answer at the moment. What was sent before may or may not be stored.
func isAway(err error) bool {
	var died *actors.CallError
	return !errors.Is(err, events.ErrPoisoned) && (errors.Is(err, actors.ErrNoProc) || errors.As(err, &died))
}

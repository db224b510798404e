// SPDX-License-Identifier: Apache-2.0

package learner

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"mabeam.dev/actors"
	past "mabeam.dev/cognitive/ensemble"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/ensemble"
	"mabeam.dev/telemetry"
)

// record is one fact in the journal: a question with the members' words, or what is true of one.
type record struct {
	Asked *ensemble.Request `json:"asked,omitempty"`
	Truth *told             `json:"truth,omitempty"`
}

// told is what is true of the question of a session.
type told struct {
	Session string `json:"session"`
	Truth   string `json:"truth"`
}

// apply makes a fact part of a past.
func (r record) apply(p *past.Past) error {
	switch {
	case r.Asked != nil:
		return p.Ask(asked(*r.Asked))
	case r.Truth != nil:
		return p.Tell(r.Truth.Session, r.Truth.Truth)
	}
	return errors.New("learner: a record without content")
}

// message has something done with the past: what do returns is durable, and part of it, before the reply is sent.
type message struct {
	do    func(*past.Past) ([]record, error)
	reply actors.Reply[struct{}]
}

// keeper is one incarnation of the process. All its state is the journal's, in which it blocks: meanwhile the mailbox fills.
type keeper struct {
	l       *Learner
	past    *past.Past
	version uint64 // of the stream, as far as the past has it
	saved   uint64 // version of the last snapshot
}

// Init publishes who lives, and reads the journal before anything else.
func (k *keeper) Init(ctx *actors.Context[message]) error {
	pid := ctx.PID()
	k.l.pid.Store(&pid)
	k.past = past.NewPast()
	ctx.ContinueWith(func() error { return k.recover(ctx) })
	return nil
}

// recover makes the past that the journal tells.
func (k *keeper) recover(ctx *actors.Context[message]) error {
	o := k.l.o
	if o.Journal == nil {
		return nil
	}
	if o.Snapshots != nil {
		version, state, ok, err := o.Snapshots.Load(ctx, o.Stream)
		if err != nil {
			return fmt.Errorf("learner: read %q: %w: %w", o.Stream, protocols.ErrUnavailable, err)
		}
		if ok && k.past.UnmarshalBinary(state) == nil { // one that cannot be read is made again of the journal
			k.version, k.saved = version, version
		}
	}
	err := o.Journal.Read(ctx, o.Stream, k.version, func(v uint64, text []byte) error {
		var r record
		if err := json.Unmarshal(text, &r); err != nil {
			return fmt.Errorf("record %d: %w", v, err)
		}
		if err := r.apply(k.past); err != nil {
			return fmt.Errorf("record %d: %w", v, err)
		}
		k.version = v
		return nil
	})
	if err != nil {
		return fmt.Errorf("learner: read %q: %w", o.Stream, err)
	}
	return nil
}

// Receive does something.
func (k *keeper) Receive(ctx *actors.Context[message], m message) error {
	records, err := m.do(k.past)
	if err != nil {
		m.reply.Fail(err)
		return nil
	}
	if err := k.keep(ctx, records); err != nil {
		return err // whether it is in the journal is open: the next incarnation reads it
	}
	for _, r := range records {
		if err := r.apply(k.past); err != nil {
			return err
		}
	}
	m.reply.Send(struct{}{})
	k.save(ctx)
	return nil
}

// keep has records stored.
func (k *keeper) keep(ctx *actors.Context[message], records []record) error {
	o := k.l.o
	if o.Journal == nil || len(records) == 0 {
		return nil
	}
	texts := make([][]byte, len(records))
	for i, r := range records {
		text, err := json.Marshal(r)
		if err != nil {
			return err
		}
		texts[i] = text
	}
	next, err := o.Journal.Append(ctx, o.Stream, k.version, texts...)
	if err != nil {
		return fmt.Errorf("learner: append to %q: %w: %w", o.Stream, protocols.ErrUnavailable, err)
	}
	k.version = next
	return nil
}

// save keeps a snapshot where it is time for one.
func (k *keeper) save(ctx *actors.Context[message]) {
	o := k.l.o
	if o.Snapshots == nil || k.version < k.saved+uint64(o.SnapshotEvery) {
		return
	}
	k.saved = k.version // one that fails is tried again after as many records
	state, err := k.past.MarshalBinary()
	if err == nil {
		err = o.Snapshots.Save(ctx, o.Stream, k.version, state)
	}
	if err != nil {
		ctx.Logger().Warn("what was learned of ensembles has no snapshot", slog.Any(telemetry.KeyError, err))
	}
}

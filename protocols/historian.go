// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/telemetry"
)

// Journal keeps records for good. The program that builds a node connects one.
type Journal interface {
	// Append appends records to a stream, all or none, and returns when they are durable: next is the stream's new version, the number of all its
	// records. An error says that the version is not expect, or leaves open what has happened.
	Append(ctx context.Context, stream string, expect uint64, records ...[]byte) (next uint64, err error)
	// Read gives the records behind version from, in order with their versions. It ends with the error of yield.
	Read(ctx context.Context, stream string, from uint64, yield func(version uint64, record []byte) error) error
}

// Record is one fact of a session in the journal.
type Record struct {
	Session SessionID `json:"session"`
	// Kind is "opened", "event", "ended", "rated", or what a machine.Persist calls it.
	Kind string          `json:"kind"`
	At   time.Time       `json:"at"`
	Data json.RawMessage `json:"data,omitempty"`
}

// Kinds of records.
const (
	recordOpened = "opened"
	recordEvent  = "event"
	recordEnded  = "ended"
	recordRated  = "rated"
)

// opening is the content of a record of kind opened: all that makes the session again.
type opening struct {
	Spec      Spec        `json:"spec"`
	Electors  []byte      `json:"electors"` // JSON of the electorate
	Selection []byte      `json:"selection"`
	Digest    string      `json:"digest"`
	Until     time.Time   `json:"until"`
	Left      []Exclusion `json:"left,omitempty"`
}

type (
	historianMessage interface{ historian() }
	// store has records appended; the reply comes when they are durable, with the version behind them. Who does not wait leaves it out.
	store struct {
		records []Record
		reply   actors.Reply[uint64]
	}
	storeFlush struct{}
	storeOpen  struct{}
	// recall asks for everything that is in the journal.
	recall struct{ reply actors.Reply[[]Record] }
)

func (store) historian()      {}
func (storeFlush) historian() {}
func (storeOpen) historian()  {}
func (recall) historian()     {}

// historian writes the records of all sessions to one stream: what waits while an append is under way makes the next one.
type historian struct {
	e       *Engine
	version uint64
	ready   bool
	waiting []store
	recalls []recall
	armed   bool
	pause   time.Duration

	base  uint64   // version of the snapshot; 0 for none
	kept  []Record // of it
	tried uint64   // version at which a snapshot was last tried
}

// Init finds the end of the stream in the next turn.
func (h *historian) Init(ctx *actors.Context[historianMessage]) error {
	pid := ctx.PID()
	h.e.writer.Store(&pid)
	h.pause = time.Millisecond
	ctx.Continue(storeOpen{})
	return nil
}

// Receive takes what is to be stored, or stores what was taken.
func (h *historian) Receive(ctx *actors.Context[historianMessage], msg historianMessage) error {
	switch m := msg.(type) {
	case store:
		if len(h.waiting) >= waitingLimit {
			m.reply.Fail(fmt.Errorf("protocols: journal: %w", actors.ErrMailboxFull))
			return nil
		}
		h.waiting = append(h.waiting, m)
	case recall:
		h.recalls = append(h.recalls, m)
	case storeOpen:
		h.open(ctx)
	case storeFlush:
		h.armed = false
		h.flush(ctx)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	if h.ready && !h.armed && len(h.waiting)+len(h.recalls) > 0 {
		h.armed = true
		ctx.Self().Tell(storeFlush{})
	}
	return nil
}

const (
	waitingLimit = 65_536
	batchLimit   = 512 // records of one append, about
)

// open reads where the stream ends. While the journal does not answer, it is asked again.
func (h *historian) open(ctx *actors.Context[historianMessage]) {
	err := h.load(ctx)
	if err == nil {
		err = h.e.o.Journal.Read(ctx, h.e.o.Stream, h.version, func(v uint64, _ []byte) error {
			h.version = v
			return nil
		})
	}
	if err != nil {
		h.later(ctx)
		return
	}
	h.ready, h.pause = true, time.Millisecond
}

func (h *historian) later(ctx *actors.Context[historianMessage]) {
	h.ready = false
	ctx.After(h.pause, storeOpen{})
	h.pause = min(2*h.pause, time.Second)
}

// flush stores what waits, and answers.
func (h *historian) flush(ctx *actors.Context[historianMessage]) {
	if !h.ready {
		return
	}
	n, records := 0, [][]byte(nil)
	for n < len(h.waiting) && len(records) < batchLimit {
		for _, r := range h.waiting[n].records {
			text, err := json.Marshal(r)
			if err != nil { // Params that are no JSON were refused before
				text, _ = json.Marshal(Record{Session: r.Session, Kind: r.Kind, At: r.At})
			}
			records = append(records, text)
		}
		n++
	}
	if len(records) > 0 {
		next, err := h.e.o.Journal.Append(ctx, h.e.o.Stream, h.version, records...)
		if err != nil {
			h.fail(n, err)
			h.later(ctx)
			return
		}
		h.version = next
		h.answer(n, next)
		if err := h.compact(ctx, ctx.Now()); err != nil {
			ctx.Logger().Warn("sessions are not compacted", slog.Any(telemetry.KeyError, err))
		}
	}
	for _, m := range h.recalls {
		all, err := h.read(ctx)
		if err != nil {
			m.reply.Fail(fmt.Errorf("%w: %w", ErrUnavailable, err))
			continue
		}
		m.reply.Send(all)
	}
	h.recalls = nil
}

func (h *historian) answer(n int, version uint64) {
	for _, m := range h.waiting[:n] {
		m.reply.Send(version)
	}
	h.waiting = append([]store(nil), h.waiting[n:]...)
}

func (h *historian) fail(n int, err error) {
	for _, m := range h.waiting[:n] {
		m.reply.Fail(fmt.Errorf("%w: %w", ErrUnavailable, err))
	}
	h.waiting = append([]store(nil), h.waiting[n:]...)
}

// read gives everything that is in the journal, but for what the snapshot has left out.
func (h *historian) read(ctx context.Context) (all []Record, err error) {
	all = append(all, h.kept...)
	err = h.e.o.Journal.Read(ctx, h.e.o.Stream, h.base, func(_ uint64, text []byte) error {
		var r Record
		if err := json.Unmarshal(text, &r); err != nil {
			return fmt.Errorf("protocols: journal: %w", err)
		}
		all = append(all, r)
		return nil
	})
	return all, err
}

// keep has records stored and returns when they are durable. It is for processes, which it blocks; a journal that does not answer is asked
// again until ctx ends.
func (e *Engine) keep(ctx context.Context, sys *actors.System, records ...Record) (uint64, error) {
	for pause := time.Millisecond; ; pause = min(2*pause, time.Second) {
		v, err := actors.CallForever(ctx, e.historian, func(reply actors.Reply[uint64]) historianMessage { return store{records, reply} })
		if err == nil || ctx.Err() != nil || errors.Is(err, actors.ErrFenced) {
			return v, err
		}
		if sleep := sys.Sleep(ctx, pause); sleep != nil {
			return 0, err
		}
	}
}

// eventRecord is an event of a session as a record.
func eventRecord(id SessionID, e machine.Event) (Record, error) {
	text, err := machine.Encode(e)
	return Record{Session: id, Kind: recordEvent, At: e.When(), Data: text}, err
}

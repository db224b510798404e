// SPDX-License-Identifier: Apache-2.0

package events

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"iter"
	"sync/atomic"

	"mabeam.dev/actors"
)

// JournalOptions set up a journal. The zero value is ready for use.
type JournalOptions struct {
	// Name is the process's name; empty means "journal".
	Name string
	// WaitAppends and WaitBytes bound what may wait to be written; 0 means 8,192 appends and 16 MiB.
	WaitAppends, WaitBytes int
	// GroupAppends and GroupBytes bound one commit; 0 means 512 appends and 1 MiB.
	GroupAppends, GroupBytes int
	// NoWait makes appends fail with ErrBusy at once instead of waiting for room until their context ends.
	NoWait bool
	// Catalog, if it is set, checks every event against the schema of its type before it is appended; an append with a problem is refused apart from the others.
	Catalog *Catalog
	// Entropy gives the random part of the ids of events that have none; nil means crypto/rand. It is read by the journal's process alone.
	Entropy io.Reader
}

func (o JournalOptions) withDefaults() JournalOptions {
	if o.Name == "" {
		o.Name = "journal"
	}
	if o.WaitAppends <= 0 {
		o.WaitAppends = 8192
	}
	if o.WaitBytes <= 0 {
		o.WaitBytes = 16 << 20
	}
	if o.GroupAppends <= 0 {
		o.GroupAppends = 512
	}
	if o.GroupBytes <= 0 {
		o.GroupBytes = 1 << 20
	}
	if o.Entropy == nil {
		o.Entropy = rand.Reader
	}
	return o
}

// Journal is the handle of the one process that writes to a store. The process drains the appends that wait, commits them as one group, and
// then answers each; under load the groups grow by themselves, and nobody lingers for company. The handle outlives restarts of the process and may be used from any goroutine.
type Journal struct {
	store Store
	o     JournalOptions
	gate  *gate
	pid   atomic.Pointer[actors.PID] // the living incarnation; set by its Init
	ref   actors.Ref[Message]
}

// NewJournal makes the handle. The process is started with Start, or by a supervisor from Behavior and ProcessOptions; until then appends
// give actors.ErrNoProc. The store stays the caller's: close it after the process has ended.
func NewJournal(store Store, o JournalOptions) *Journal {
	o = o.withDefaults()
	j := &Journal{store: store, o: o, gate: &gate{limit: load{o.WaitAppends, o.WaitBytes}}}
	j.ref = actors.Resolved[Message](actors.PID{}, o.Name, func() actors.PID {
		if pid := j.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return j
}

// Name gives the name under which the process is to be started.
func (j *Journal) Name() string { return j.o.Name }

// Behavior makes a new incarnation's behaviour, for Spawn or a child specification. One incarnation lives at a time.
func (j *Journal) Behavior() actors.Behavior[Message] { return &journalActor{journal: j} }

// ProcessOptions are the options the process must be started with: its mailbox has no bound of its own, because the journal bounds appends and bytes before they are sent.
func (j *Journal) ProcessOptions() []actors.Option {
	return []actors.Option{actors.OnFull(actors.Unbounded), actors.Kind("journal")}
}

// Start starts the process.
func (j *Journal) Start(in actors.Spawner) (actors.PID, error) {
	ref, err := actors.Spawn(in, j.o.Name, j.Behavior, j.ProcessOptions()...)
	if err != nil {
		return actors.PID{}, err
	}
	return ref.PID(), nil
}

// Append appends events to a stream, all or none, and returns when they are durable. Events without correlation or causation get those of the context ([WithCause]), and events without an id a fresh one; only events with ids can be
// appended again safely after an error that leaves the outcome open: the context's end, or *actors.CallError because the process died. Other errors: those
// of an [Outcome] and of AppendGroup, [ErrBusy], actors.ErrNoProc.
func (j *Journal) Append(ctx context.Context, s Stream, want Expect, ev ...New) (Appended, error) {
	out, err := j.AppendMany(ctx, Append{Stream: s, Expect: want, Events: ev})
	if err != nil {
		return Appended{}, err
	}
	return out[0].Appended, out[0].Err
}

// AppendMany sends several appends in one message: they are decided apart and in their order, and commit together. The error is about all of
// them; else there is one outcome for each. The slice and its events belong to the journal from then on.
func (j *Journal) AppendMany(ctx context.Context, appends ...Append) ([]Outcome, error) {
	if len(appends) == 0 {
		return nil, nil
	}
	fill(ctx, appends)
	appends, merge := j.o.Catalog.screen(appends)
	if len(appends) == 0 {
		return merge(nil), nil
	}
	t, err := j.gate.enter(ctx, loadOf(appends), !j.o.NoWait)
	if err != nil {
		return nil, err
	}
	out, err := actors.CallForever(ctx, j.ref, func(r actors.Reply[[]Outcome]) Message {
		return write{appends: appends, ticket: t, reply: r}
	})
	if err = j.over(t, err); err != nil {
		return nil, err
	}
	return merge(out), nil
}

// Submit is AppendMany for a process that must not block: the outcome becomes the message that then makes, in a later turn. It never
// waits for room; when there is none the outcome is ErrBusy. Submissions of one process are written in their order.
func Submit[N any](c *actors.Context[N], j *Journal, appends []Append, then func([]Outcome, error) N) {
	appends, merge := j.o.Catalog.screen(appends)
	t, busy := j.gate.enter(c, loadOf(appends), false)
	if busy != nil {
		appends = nil
	}
	actors.Request(c, j.ref, -1, func(r actors.Reply[[]Outcome]) Message {
		return write{appends: appends, ticket: t, refused: busy, reply: r}
	}, func(out []Outcome, err error) N {
		if err = j.over(t, err); err == nil {
			out = merge(out)
		}
		return then(out, err)
	})
}

// over gives the room back when the request cannot be in the mailbox any more, and tells a poisoned store from a missing process.
func (j *Journal) over(t *ticket, err error) error {
	var died *actors.CallError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, actors.ErrNoProc), errors.As(err, &died):
		t.giveBack()
		if cause := j.store.Stats().Poisoned; cause != nil && !errors.Is(err, ErrPoisoned) {
			return errors.Join(ErrPoisoned, cause, err)
		}
	case errors.Is(err, actors.ErrMailboxFull), errors.Is(err, actors.ErrStopped), errors.Is(err, actors.ErrFenced), errors.Is(err, actors.ErrCallSelf):
		t.giveBack()
	}
	return err
}

// PutSnapshot keeps a snapshot; see [Store]. It is written between two groups.
func (j *Journal) PutSnapshot(ctx context.Context, sn Snap) error {
	_, err := actors.CallForever(ctx, j.ref, func(r actors.Reply[struct{}]) Message { return keep{snap: sn, reply: r} })
	return err
}

// Snapshot gives the newest intact snapshot of a stream; see [Store]. Reads do not pass through the process, and work while it restarts.
func (j *Journal) Snapshot(ctx context.Context, s Stream) (Snap, bool, error) {
	return j.store.Snapshot(ctx, s)
}

// Read gives the events of a stream; see [Store].
func (j *Journal) Read(ctx context.Context, s Stream, from Version) iter.Seq2[Event, error] {
	return j.store.Read(ctx, s, from)
}

// Replay gives the events of all streams with position >= from; see ReadAll of [Store].
func (j *Journal) Replay(ctx context.Context, from Position) iter.Seq2[Event, error] {
	return j.store.ReadAll(ctx, from)
}

// Query gives a page of selected events; see [Store].
func (j *Journal) Query(ctx context.Context, q Query) (Page, error) { return j.store.Query(ctx, q) }

// Head gives the position of the last acknowledged event; see [Store].
func (j *Journal) Head(ctx context.Context) (Position, error) { return j.store.Head(ctx) }

// Stats gives the store's counters; see [Store].
func (j *Journal) Stats() Stats { return j.store.Stats() }

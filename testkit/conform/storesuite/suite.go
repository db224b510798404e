// SPDX-License-Identifier: Apache-2.0

package storesuite

import (
	"context"
	"encoding/binary"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/events"
)

// Backend is what the suite needs to know about an implementation.
type Backend struct {
	// Open opens the store kept in a directory; now is the clock it must stamp with. The store must be an [events.Restorer], too.
	Open func(dir string, now func() time.Time) (events.Store, error)
	// Durable tells that a store opened again in the same directory has kept everything.
	Durable bool
}

// epoch is where the clock of every law starts.
var epoch = time.Date(2030, 1, 2, 3, 4, 5, 678_901_000, time.UTC)

// Run runs all laws against a back end.
func Run(t *testing.T, b Backend) {
	laws := []struct {
		name string
		law  func(*testing.T, *bench)
	}{
		{"events come back as they were appended", roundTrip},
		{"positions rise and versions are dense", order},
		{"expectations decide by the stream alone", expectations},
		{"a refused append disturbs no other of its group", isolation},
		{"a repeated append gives the original places", repetition},
		{"an id in use for something else is a conflict", conflicts},
		{"a malformed append is refused with every problem", malformed},
		{"reads start where they are told and stop when told", reading},
		{"a read ends at the head it began with", readBound},
		{"stamps never fall", stamps},
		{"the newest snapshot is given and old ones replaced", snapshots},
		{"a query gives what its conditions select, page by page", querying},
		{"a malformed query and one that would scan are refused", queryRefusals},
		{"bookmarks are kept by name", bookmarks},
		{"streams are listed by name with what is kept of them", listing},
		{"the oldest events of a stream can be removed, and nobody passes over the hole unaware", removing},
		{"an iteration is whole or says that it is not, whatever was removed before", removingAhead},
		{"a rewritten event keeps everything but its data, and its original until confirmed", rewriting},
		{"a trace holds every event of a correlation below its cause", tracing},
		{"a sweep removes what its classes give up, and never what is guarded", sweeping},
		{"a migration brings old versions to the present one, once, and goes on where it stopped", migrating},
		{"an export restores the same events at the same places", exporting},
		{"an export that is cut or changed is refused", badExports},
		{"an ended context and a closed store refuse everything", refusals},
	}
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) { l.law(t, newBench(t, b)) })
	}
	t.Run("the store equals a naive model", func(t *testing.T) { model(t, b) })
}

// bench is one store under test with its clock.
type bench struct {
	t     *testing.T
	b     Backend
	store events.Store
	now   time.Time
	ids   uint64
}

func newBench(t *testing.T, b Backend) *bench {
	h := &bench{t: t, b: b, now: epoch}
	var err error
	h.store, err = b.Open(t.TempDir(), func() time.Time { return h.now })
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.store.Close()) })
	return h
}

// number gives the n-th id of a test.
func number(n uint64) events.ID {
	var id events.ID
	binary.BigEndian.PutUint64(id[8:], n)
	id[0] = 1
	return id
}

// fact makes an event with the next id.
func (h *bench) fact(kind, data string) events.New {
	h.ids++
	return events.New{ID: number(h.ids), Type: kind, Data: []byte(data)}
}

// to makes an append.
func to(s events.Stream, x events.Expect, ev ...events.New) events.Append {
	return events.Append{Stream: s, Expect: x, Events: ev}
}

// group appends and requires that the group as a whole went through.
func (h *bench) group(appends ...events.Append) []events.Outcome {
	h.t.Helper()
	out, err := h.store.AppendGroup(context.Background(), appends)
	require.NoError(h.t, err)
	require.Len(h.t, out, len(appends))
	return out
}

// append appends one and requires success.
func (h *bench) append(a events.Append) events.Appended {
	h.t.Helper()
	out := h.group(a)
	require.NoError(h.t, out[0].Err)
	return out[0].Appended
}

// collect reads an iteration to its end.
func collect(seq iter.Seq2[events.Event, error]) ([]events.Event, error) {
	var all []events.Event
	for e, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

// all reads the whole store and requires that this works.
func (h *bench) all() []events.Event {
	h.t.Helper()
	got, err := collect(h.store.ReadAll(context.Background(), 0))
	require.NoError(h.t, err)
	return got
}

// stream reads a whole stream and requires that this works.
func (h *bench) stream(s events.Stream) []events.Event {
	h.t.Helper()
	got, err := collect(h.store.Read(context.Background(), s, 0))
	require.NoError(h.t, err)
	return got
}

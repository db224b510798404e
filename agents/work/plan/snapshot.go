// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"
)

// snapshotMagic begins every snapshot; a byte with the version of the layout follows.
const snapshotMagic = "mabeam work"

// layout is the newest version. Version 1 has no pause, no count of forgotten tasks, and no tasks that were purged. Version 2, which is written by queues that have
// never called for bids, has nothing of calls and deals.
const (
	layout         = 3
	untradedLayout = 2
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Snapshot writes the whole journaled state: a queue made by Restore from it is equal to one that applied all the events. Equal states give equal bytes, so the
// bytes are also what tests compare and hash. The layout is binary (varints and length-prefixed strings) with a CRC-32C at the end.
func (q *Queue) Snapshot() []byte {
	w := writer{buf: make([]byte, 0, 64+128*len(q.records)+64*len(q.finished))}
	version := byte(untradedLayout)
	if w.traded = q.traded; w.traded {
		version = layout
	}
	w.buf = append(append(w.buf, snapshotMagic...), version)
	w.uint(q.version)
	w.uint(q.seq)
	w.uint(uint64(q.token))

	w.uint(uint64(len(q.cursors)))
	for _, source := range slices.Sorted(maps.Keys(q.cursors)) {
		w.string(source)
		w.int(q.cursors[source])
	}

	for _, state := range overStates {
		w.uint(q.forgotten[state])
	}
	if q.paused {
		w.uint(1)
		w.int(int64(q.pause.At))
		w.string(q.pause.Reason)
	} else {
		w.uint(0)
	}

	w.uint(uint64(len(q.over)))
	for _, b := range q.over {
		f := q.finished[b.id]
		w.string(b.id)
		w.buf = append(w.buf, f.digest[:]...)
		w.int(int64(f.ended))
		w.uint(f.version)
		w.buf = append(w.buf, byte(f.state))
	}

	// Keys of held tasks are part of the tasks; only those of finished ones are written apart.
	keys := map[string]string{}
	for _, b := range q.over {
		if b.key != "" {
			keys[b.key] = b.id
		}
	}
	w.uint(uint64(len(keys)))
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		w.string(key)
		w.string(keys[key])
	}

	if w.traded {
		w.trade(q)
	}
	records := slices.SortedFunc(maps.Values(q.records), func(a, b *record) int { return cmp.Compare(a.seq, b.seq) })
	w.uint(uint64(len(records)))
	for _, r := range records {
		w.record(r)
	}
	return binary.LittleEndian.AppendUint32(w.buf, crc32.Checksum(w.buf, castagnoli))
}

type writer struct {
	buf    []byte
	traded bool // what belongs to calls and deals is written, too
}

func (w *writer) uint(v uint64) { w.buf = binary.AppendUvarint(w.buf, v) }
func (w *writer) int(v int64)   { w.buf = binary.AppendVarint(w.buf, v) }
func (w *writer) string(s string) {
	w.uint(uint64(len(s)))
	w.buf = append(w.buf, s...)
}

func (w *writer) record(r *record) {
	w.string(r.ID)
	w.string(r.Kind)
	w.string(string(r.Input))
	w.string(r.Capability)
	w.string(r.Key)
	w.int(int64(r.Priority))
	w.uint(uint64(r.Attempts))
	w.int(int64(r.Timeout))
	w.int(int64(r.Deadline))
	w.buf = append(w.buf, byte(r.state))
	w.uint(r.seq)
	w.int(int64(r.accepted))
	w.uint(uint64(r.series))
	w.uint(uint64(r.attempt))
	w.uint(uint64(r.returns))
	w.int(int64(r.until))
	w.uint(uint64(len(r.history)))
	for i := range r.history {
		a := &r.history[i]
		w.uint(uint64(a.Series))
		w.uint(uint64(a.N))
		w.uint(uint64(a.Token))
		w.string(a.Agent.ID)
		w.string(a.Agent.Incarnation)
		w.int(int64(a.Start))
		w.int(int64(a.Stop))
		w.string(string(a.End))
		w.string(a.Reason)
		if w.traded {
			w.deal(a.Deal, a.Price)
		}
	}
	if w.traded {
		w.uint(uint64(r.unsold))
		w.uint(uint64(r.call))
	}
	switch r.state {
	case StateRunning:
		w.uint(uint64(r.token))
		w.agent(r.agent)
		w.int(int64(r.started))
		if w.traded {
			w.deal(r.deal, r.price)
		}
	case StateDead:
		w.int(int64(r.ended))
		w.uint(r.version)
		w.string(string(r.cause))
		w.string(r.reason)
	case StateUnknown, StateAccepted, StateWaiting, StateDone, StateCancelled:
	}
}

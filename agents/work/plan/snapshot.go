// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"encoding/binary"
	"hash/crc32"
	"maps"
	"slices"
)

// snapshotMagic begins every snapshot; its last byte is the version of the layout.
const snapshotMagic = "mabeam work\x01"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Snapshot writes the whole journaled state: a queue made by Restore from it is equal to one that applied all the events. Equal states give equal bytes, so the
// bytes are also what tests compare and hash. The layout is binary (varints and length-prefixed strings) with a CRC-32C at the end.
func (q *Queue) Snapshot() []byte {
	w := writer{buf: make([]byte, 0, 64+128*len(q.records)+64*len(q.finished))}
	w.buf = append(w.buf, snapshotMagic...)
	w.uint(q.version)
	w.uint(q.seq)
	w.uint(uint64(q.token))

	w.uint(uint64(len(q.cursors)))
	for _, source := range slices.Sorted(maps.Keys(q.cursors)) {
		w.string(source)
		w.int(q.cursors[source])
	}

	w.uint(uint64(len(q.finished)))
	type entry struct {
		id string
		final
	}
	ended := make([]entry, 0, len(q.finished))
	for id, f := range q.finished {
		ended = append(ended, entry{id, f})
	}
	slices.SortFunc(ended, func(a, b entry) int { return cmp.Compare(a.version, b.version) })
	for i := range ended {
		f := &ended[i]
		w.string(f.id)
		w.buf = append(w.buf, f.digest[:]...)
		w.int(int64(f.ended))
		w.uint(f.version)
		w.buf = append(w.buf, byte(f.state))
	}

	// Keys of held tasks are part of the tasks; only those of finished ones are written apart.
	var keys []string
	for key, id := range q.keys {
		if _, ok := q.finished[id]; ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	w.uint(uint64(len(keys)))
	for _, key := range keys {
		w.string(key)
		w.string(q.keys[key])
	}

	records := slices.SortedFunc(maps.Values(q.records), func(a, b *record) int { return cmp.Compare(a.seq, b.seq) })
	w.uint(uint64(len(records)))
	for _, r := range records {
		w.record(r)
	}
	return binary.LittleEndian.AppendUint32(w.buf, crc32.Checksum(w.buf, castagnoli))
}

type writer struct{ buf []byte }

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
	}
	switch r.state {
	case StateRunning:
		w.uint(uint64(r.token))
		w.string(r.agent.ID)
		w.string(r.agent.Incarnation)
		w.int(int64(r.started))
	case StateDead:
		w.int(int64(r.ended))
		w.uint(r.version)
		w.string(string(r.cause))
		w.string(r.reason)
	case StateUnknown, StateAccepted, StateWaiting, StateDone, StateCancelled:
	}
}

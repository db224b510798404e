// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"
)

// Restore makes a queue from a snapshot. Events with a number above its Version are then to be applied, and Step with Recover follows as after any replay.
// Bytes that are damaged, cut, or of another layout give ErrSnapshot; the caller falls back to an older snapshot or to the whole journal.
func Restore(spec Spec, snapshot []byte) (*Queue, error) {
	q, err := New(spec)
	if err != nil {
		return nil, err
	}
	if len(snapshot) < len(snapshotMagic)+5 || !bytes.HasPrefix(snapshot, []byte(snapshotMagic)) {
		return nil, fmt.Errorf("work: restore: not a snapshot: %w", ErrSnapshot)
	}
	version := int(snapshot[len(snapshotMagic)])
	if version < 1 || version > layout {
		return nil, fmt.Errorf("work: restore: layout %d is not known: %w", version, ErrSnapshot)
	}
	body, sum := snapshot[:len(snapshot)-4], binary.LittleEndian.Uint32(snapshot[len(snapshot)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return nil, fmt.Errorf("work: restore: checksum differs: %w", ErrSnapshot)
	}
	r := reader{buf: body[len(snapshotMagic)+1:]}
	if reason := q.restore(&r, version); reason != "" {
		return nil, fmt.Errorf("work: restore: %s: %w", reason, ErrSnapshot)
	}
	return q, nil
}

func (q *Queue) restore(r *reader, version int) string {
	q.version, q.seq, q.token = r.uint(), r.uint(), Token(r.uint())
	for range r.count() {
		source := r.string()
		q.cursors[source] = r.int()
	}
	if version > 1 {
		for _, state := range overStates {
			q.forgotten[state] = r.uint()
			if state != StateDead {
				q.tally[state] += int(q.forgotten[state])
			}
		}
		if q.paused = r.uint() != 0; q.paused {
			q.pause = Paused{At: Instant(r.int()), Reason: r.string()}
		}
	}
	places := map[string]int{}
	for range r.count() {
		id := r.string()
		f := final{digest: Digest(r.bytes(len(Digest{}))), ended: Instant(r.int()), version: r.uint(), state: State(r.bytes(1)[0])}
		purged := version > 1 && f.state == StateDead
		if (f.state != StateDone && f.state != StateCancelled && !purged) || q.known(id) {
			return "a finished task is damaged"
		}
		places[id] = len(q.over)
		q.finished[id] = f
		q.over = append(q.over, bygone{id: id})
		if !purged {
			q.tally[f.state]++
		}
	}
	for range r.count() {
		key, id := r.string(), r.string()
		at, ok := places[id]
		if !ok || key == "" {
			return "a key belongs to no task"
		}
		q.over[at].key, q.keys[key] = key, id
	}
	if r.traded = version >= layout; r.traded {
		if reason := q.restoreTrade(r); reason != "" {
			return reason
		}
	}
	for range r.count() {
		if reason := q.restoreRecord(r); reason != "" {
			return reason
		}
	}
	if r.short || len(r.buf) != 0 {
		return "length differs"
	}
	return ""
}

func (q *Queue) restoreRecord(in *reader) string {
	r := &record{Task: Task{
		ID: in.string(), Kind: q.kindOf(in.string()), Input: in.raw(), Capability: in.string(), Key: in.string(),
		Priority: int(in.int()), Attempts: int(in.uint()), Timeout: time.Duration(in.int()), Deadline: Instant(in.int()),
	}, crewSlot: -1, dueSlot: -1}
	state := State(in.bytes(1)[0])
	r.seq, r.accepted = in.uint(), Instant(in.int())
	r.series, r.attempt, r.returns = int32(in.uint()), int32(in.uint()), int32(in.uint())
	r.until = Instant(in.int())
	for range in.count() {
		a := Attempt{
			Series: int(in.uint()), N: int(in.uint()), Token: Token(in.uint()), Agent: in.agent(),
			Start: Instant(in.int()), Stop: Instant(in.int()), End: End(in.string()), Reason: in.string(),
		}
		if in.traded {
			a.Deal, a.Price = in.deal()
		}
		r.history = append(r.history, a)
	}
	var place Token
	if in.traded {
		r.unsold, place = int32(in.uint()), Token(in.uint())
	}
	switch state {
	case StateRunning:
		r.token = Token(in.uint())
		r.agent = in.agent()
		r.started = Instant(in.int())
		if in.traded {
			r.deal, r.price = in.deal()
		}
	case StateDead:
		r.ended, r.version = Instant(in.int()), in.uint()
		r.cause, r.reason = Cause(in.string()), in.string()
	case StateAccepted, StateWaiting:
	case StateUnknown, StateDone, StateCancelled:
		return "a task is in no state that is held"
	default:
		return "a task is in an unknown state"
	}
	if in.short || q.known(r.ID) || (state == StateRunning && q.running[r.token] != nil) {
		return "a task is damaged"
	}
	r.digest = r.Digest()
	q.records[r.ID] = r
	if r.Key != "" {
		q.keys[r.Key] = r.ID
	}
	q.enter(r, state)
	if place != 0 {
		return q.putUnderCall(r, place)
	}
	return ""
}

// reader takes a snapshot apart. After the first read past the end it is short for good and gives zero values, so that only the end has to be checked.
type reader struct {
	buf    []byte
	short  bool
	traded bool // what belongs to calls and deals was written, too
}

func (r *reader) fail() {
	r.short, r.buf = true, nil
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.buf)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.buf = r.buf[n:]
	return v
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.buf)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.buf = r.buf[n:]
	return v
}

// count reads a number of elements; each takes a byte at least, so a larger one is damage and must not reserve memory.
func (r *reader) count() int {
	n := r.uint()
	if n > uint64(len(r.buf)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.buf) {
		r.fail()
		return make([]byte, n)
	}
	b := r.buf[:n]
	r.buf = r.buf[n:]
	return b
}

func (r *reader) string() string { return string(r.bytes(r.count())) }

func (r *reader) raw() []byte {
	n := r.count()
	if n == 0 {
		return nil
	}
	return append([]byte(nil), r.bytes(n)...)
}

// SPDX-License-Identifier: Apache-2.0

package events

import (
	"encoding/hex"
	"time"
)

// Stream names one ordered history, for example "work/queue" or "market/gold". It is 1 to 255 bytes of UTF-8 without control characters.
type Stream string

// Version counts the events of one stream without a hole: the first event of a stream has version 1, and 0 means "before the first".
type Version uint64

// Position orders all events of a store in the order of their commit. Positions rise strictly and start at 1; they need not be dense.
type Position uint64

// ID identifies an event in its whole store. Callers choose it, so that an append whose acknowledgement got lost can be repeated safely.
// The zero ID means "none": [Journal.Append] replaces it in an event by a fresh one, a [Store] refuses it.
type ID [16]byte

// MakeID builds a UUID of version 7 from a time and ten random bytes; both are arguments so that a simulation can seed them.
// IDs made later than a millisecond apart sort by time, which keeps the index of a store compact.
func MakeID(at time.Time, entropy [10]byte) ID {
	var id ID
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	copy(id[6:], entropy[:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// IsZero reports whether the ID is the "none" value.
func (id ID) IsZero() bool { return id == ID{} }

// String gives the usual text form of a UUID, 36 characters in lower case.
func (id ID) String() string {
	var b [36]byte
	hex.Encode(b[0:8], id[0:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:36], id[10:16])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// New is an event to append: everything about it that its writer decides. The store adds position, version and time.
type New struct {
	// ID must be unique in the store; see [ID] for who may leave it zero.
	ID ID
	// Type is the name of the fact, past tense, 1 to 255 bytes: "task.accepted".
	Type string
	// Schema is the version of the type's data format; 0 means 1.
	Schema uint32
	// Agent optionally names the agent the event is about or comes from.
	Agent string
	// Context optionally tells more about the agent at the time.
	Context AgentContext
	// Correlation optionally ties together all events of one piece of work.
	Correlation ID
	// Causation optionally names the event or message that caused this one.
	Causation ID
	// Metadata is an optional flat map for people and tools, at most [MaxMetadata] bytes as JSON; no decision may rest on it.
	Metadata map[string]string
	// Data is the fact itself, JSON by convention, at most [MaxData] bytes. The store takes the slice over: do not change it after the append.
	Data []byte
}

// Event is a stored event. It is immutable; Metadata and Data belong to whoever received it from a read.
type Event struct {
	New
	Stream   Stream
	Version  Version
	Position Position
	// At is the writer's stamp in microseconds, UTC; it never falls as Position rises, even when the clock of the machine is set back.
	At time.Time
}

// size is what an event counts against the limits in bytes: its variable fields and a fixed share for the rest.
func (n *New) size() int {
	sum := 128 + len(n.Type) + len(n.Agent) + len(n.Data) + n.Context.size()
	for k, v := range n.Metadata {
		sum += len(k) + len(v) + 6
	}
	return sum
}

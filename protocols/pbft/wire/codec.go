// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"encoding/binary"
	"fmt"
)

// Limits of encoded messages.
const (
	MaxMessage    = 1 << 20  // bytes of any message but the two below
	MaxViewChange = 4 << 20  // bytes of a VIEW-CHANGE, which holds a certificate for every open sequence number
	MaxNewView    = 64 << 20 // bytes of a NEW-VIEW, which holds a quorum of VIEW-CHANGEs

	maxClaims = 1 << 13
	maxChunks = 1 << 14
)

// Kind says which message it is.
type Kind uint8

// The kinds. Their numbers are part of what is signed and never change.
const (
	KindRequest    Kind = 1
	KindProposal   Kind = 2
	KindPrePrepare Kind = 3 // only inside others
	KindPrepare    Kind = 4
	KindCommit     Kind = 5
	KindCheckpoint Kind = 6
	KindViewChange Kind = 7
	KindNewView    Kind = 8
	KindReply      Kind = 9
	KindStatus     Kind = 10
	KindFetchBody  Kind = 11
	KindBody       Kind = 12
	KindExhibit    Kind = 13
	KindFetchState Kind = 14
	KindManifest   Kind = 15
	KindChunk      Kind = 16
)

var kinds = [...]string{
	"none", "request", "proposal", "pre-prepare", "prepare", "commit", "checkpoint", "view-change", "new-view", "reply", "status",
	"fetch-body", "body", "exhibit", "fetch-state", "manifest", "chunk",
}

// String returns the word for the kind.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return fmt.Sprintf("wire.Kind(%d)", uint8(k))
}

// Message is anything that is sent: a pointer to one of the message types of this package.
type Message interface {
	// Kind says which message type it is.
	Kind() Kind
	put(*enc)
	get(*dec)
}

// Authored is what somebody signs.
type Authored interface {
	// Kind says which message type it is.
	Kind() Kind
	said(*enc)
}

// FromMember is a message that names the member who signed it.
type FromMember interface {
	Authored
	// Author is the member whose signature it bears.
	Author() Member
}

// Encode returns the encoding of a message.
func Encode(m Message) []byte { return AppendMessage(nil, m) }

// AppendMessage appends the encoding of a message.
func AppendMessage(b []byte, m Message) []byte {
	e := enc{append(b, uint8(m.Kind()))}
	m.put(&e)
	return e.b
}

// Decode returns the message that the bytes encode. The message shares no memory with them.
func Decode(b []byte) (Message, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("pbft/wire: decode: empty: %w", ErrMalformed)
	}
	k := Kind(b[0])
	limit := MaxMessage
	switch k {
	case KindViewChange:
		limit = MaxViewChange
	case KindNewView:
		limit = MaxNewView
	}
	if len(b) > limit {
		return nil, fmt.Errorf("pbft/wire: decode %q: %d bytes, and at most %d are taken: %w", k, len(b), limit, ErrTooLarge)
	}
	m := blank(k)
	if m == nil {
		return nil, fmt.Errorf("pbft/wire: decode: unknown kind %d: %w", b[0], ErrMalformed)
	}
	d := dec{b: b[1:]}
	m.get(&d)
	if d.bad != "" || len(d.b) > 0 {
		if d.bad == "" {
			d.bad = "trailing bytes"
		}
		return nil, fmt.Errorf("pbft/wire: decode %q: %s: %w", k, d.bad, ErrMalformed)
	}
	return m, nil
}

func blank(k Kind) Message {
	switch k {
	case KindRequest:
		return new(Request)
	case KindProposal:
		return new(Proposal)
	case KindPrepare, KindCommit:
		return &Vote{Phase: k}
	case KindCheckpoint:
		return new(Checkpoint)
	case KindViewChange:
		return new(ViewChange)
	case KindNewView:
		return new(NewView)
	case KindReply:
		return new(Reply)
	case KindStatus:
		return new(Status)
	case KindFetchBody:
		return new(FetchBody)
	case KindBody:
		return new(Body)
	case KindExhibit:
		return new(Exhibit)
	case KindFetchState:
		return new(FetchState)
	case KindManifest:
		return new(Manifest)
	case KindChunk:
		return new(Chunk)
	}
	return nil
}

// enc appends fixed-width big-endian values: the one encoding of each.
type enc struct{ b []byte }

func (e *enc) u8(v uint8)   { e.b = append(e.b, v) }
func (e *enc) u16(v uint16) { e.b = binary.BigEndian.AppendUint16(e.b, v) }
func (e *enc) u32(v uint32) { e.b = binary.BigEndian.AppendUint32(e.b, v) }
func (e *enc) u64(v uint64) { e.b = binary.BigEndian.AppendUint64(e.b, v) }
func (e *enc) list(n int)   { e.u32(uint32(n)) }

func (e *enc) digest(d Digest) { e.b = append(e.b, d[:]...) }

func (e *enc) flag(v bool) {
	if v {
		e.u8(1)
	} else {
		e.u8(0)
	}
}

func (e *enc) bytes(v []byte) {
	e.u32(uint32(len(v)))
	e.b = append(e.b, v...)
}

func (e *enc) text(v string) {
	e.u32(uint32(len(v)))
	e.b = append(e.b, v...)
}

// dec reads what enc wrote. After the first mistake it returns zeros.
type dec struct {
	b   []byte
	bad string
}

func (d *dec) take(n int) []byte {
	if d.bad != "" || len(d.b) < n {
		if d.bad == "" {
			d.bad = "too short"
		}
		d.b = nil
		return nil
	}
	v := d.b[:n]
	d.b = d.b[n:]
	return v
}

func (d *dec) u8() uint8 {
	if v := d.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (d *dec) u16() uint16 {
	if v := d.take(2); v != nil {
		return binary.BigEndian.Uint16(v)
	}
	return 0
}

func (d *dec) u32() uint32 {
	if v := d.take(4); v != nil {
		return binary.BigEndian.Uint32(v)
	}
	return 0
}

func (d *dec) u64() uint64 {
	if v := d.take(8); v != nil {
		return binary.BigEndian.Uint64(v)
	}
	return 0
}

func (d *dec) digest() (s Digest) {
	copy(s[:], d.take(len(s)))
	return s
}

func (d *dec) flag() bool {
	v := d.u8()
	if v > 1 && d.bad == "" {
		d.bad = "a flag that is neither 0 nor 1"
	}
	return v == 1
}

func (d *dec) bytes() []byte {
	n := int(d.u32())
	if n > len(d.b) {
		n = len(d.b) + 1
	}
	v := d.take(n)
	if len(v) == 0 {
		return nil
	}
	return append([]byte(nil), v...)
}

func (d *dec) text() string { return string(d.bytes()) }

// list returns the length of a list whose elements take at least size bytes each, and are at most limit.
func (d *dec) list(size, limit int) int {
	n := int(d.u32())
	if d.bad == "" && (n > limit || n*size > len(d.b)) {
		d.bad = "a list that is too long"
	}
	if d.bad != "" {
		return 0
	}
	return n
}

// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// kept is a book as it is encoded: everything in order, so that equal books are equal bytes.
type kept struct {
	Seq      uint64       `json:"seq"`
	Accounts []Account    `json:"accounts"`
	Balances []Posting    `json:"balances"`
	Holds    []keptHold   `json:"holds"`
	Closed   []keptClosed `json:"closed"`
	Fences   []keptFence  `json:"fences"`
	Keys     []keptKey    `json:"keys"`
}

type keptHold struct {
	Seq  uint64      `json:"seq"`
	Hold writtenHold `json:"hold"`
}

type keptClosed struct {
	ID       string `json:"id"`
	Captured bool   `json:"captured,omitempty"`
}

type keptFence struct {
	Ref   string `json:"ref"`
	Epoch uint64 `json:"epoch"`
}

type keptKey struct {
	Key    string `json:"key"`
	Seq    uint64 `json:"seq"`
	Digest string `json:"digest"`
}

// hashLen is the length of the hash before an encoded book.
const hashLen = 2 * sha256.Size

// Encode writes the whole book, with the hash of everything at its front. Equal books are equal bytes.
func (b *Book) Encode() []byte {
	k := kept{Seq: b.seq, Accounts: b.Accounts()}
	for _, s := range sortedSlots(b.balances) {
		k.Balances = append(k.Balances, Posting{s.Account, s.Asset, b.balances[s]})
	}
	for _, id := range slices.Sorted(maps.Keys(b.holds)) {
		k.Holds = append(k.Holds, keptHold{b.holds[id].seq, writtenHold(b.holds[id].Hold)})
	}
	for _, id := range slices.Sorted(maps.Keys(b.closed)) {
		k.Closed = append(k.Closed, keptClosed{id, b.closed[id]})
	}
	for _, ref := range slices.Sorted(maps.Keys(b.fences)) {
		k.Fences = append(k.Fences, keptFence{ref, b.fences[ref]})
	}
	for key, d := range b.keys {
		k.Keys = append(k.Keys, keptKey{key, d.seq, hex.EncodeToString(d.digest[:])})
	}
	slices.SortFunc(k.Keys, func(x, y keptKey) int { return cmp.Compare(x.Seq, y.Seq) })
	data, err := json.Marshal(k)
	if err != nil {
		panic(err) // numbers and texts only
	}
	return append([]byte(hashOf(data)), data...)
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Hash returns the hash at the front of an encoded book, empty for what is none. A journal keeps it to tell later whether a snapshot is the
// book of its history.
func Hash(encoded []byte) string {
	if len(encoded) < hashLen {
		return ""
	}
	return string(encoded[:hashLen])
}

// DecodeBook reads what Encode wrote. What was changed since, or is no balanced book, is ErrSnapshot.
func DecodeBook(encoded []byte) (*Book, error) {
	if len(encoded) < hashLen || hashOf(encoded[hashLen:]) != Hash(encoded) {
		return nil, fmt.Errorf("ledger: decode book of %d bytes: hash: %w", len(encoded), ErrSnapshot)
	}
	var k kept
	dec := json.NewDecoder(bytes.NewReader(encoded[hashLen:]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&k); err != nil {
		return nil, fmt.Errorf("ledger: decode book: %w: %w", ErrSnapshot, err)
	}
	b := New()
	b.seq = k.Seq
	for _, a := range k.Accounts {
		b.open[a] = true
	}
	for _, o := range k.Balances {
		b.balances[Slot{o.Account, o.Asset}] = o.Amount
	}
	for _, h := range k.Holds {
		b.holds[h.Hold.ID] = opened{Hold(h.Hold), h.Seq}
		if b.byRef[h.Hold.Ref] == nil {
			b.byRef[h.Hold.Ref] = map[string]bool{}
		}
		b.byRef[h.Hold.Ref][h.Hold.ID] = true
	}
	for _, c := range k.Closed {
		b.closed[c.ID] = c.Captured
	}
	for _, f := range k.Fences {
		b.fences[f.Ref] = f.Epoch
	}
	for _, key := range k.Keys {
		var d digest
		if n, err := hex.Decode(d[:], []byte(key.Digest)); err != nil || n != len(d) {
			return nil, fmt.Errorf("ledger: decode book: key %q: %w", key.Key, ErrSnapshot)
		}
		b.keys[key.Key] = done{key.Seq, d}
	}
	if err := b.Check(); err != nil {
		return nil, fmt.Errorf("ledger: decode book: %w: %w", ErrSnapshot, err)
	}
	if !bytes.Equal(b.Encode(), encoded) {
		return nil, fmt.Errorf("ledger: decode book: not what a book encodes to: %w", ErrSnapshot)
	}
	return b, nil
}

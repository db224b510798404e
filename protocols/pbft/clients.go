// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"encoding/binary"
	"slices"

	"mabeam.dev/protocols/pbft/wire"
)

// answer is an executed request as its client's window remembers it.
type answer struct {
	number  uint64
	seq     uint64
	request wire.Digest
	results [][]byte
}

// window is the latest requests of one client, by ascending number.
type window []answer

// clientTable is every client's window: part of the replicated state, so that all replicas agree on what has been executed.
type clientTable struct {
	size    uint64
	clients []window
}

func newClientTable(size uint64, clients int) *clientTable {
	return &clientTable{size, make([]window, clients)}
}

// find returns the remembered answer to a request.
func (t *clientTable) find(c wire.Client, number uint64) (answer, bool) {
	w := t.clients[c]
	i, ok := slices.BinarySearchFunc(w, number, func(a answer, n uint64) int {
		switch {
		case a.number < n:
			return -1
		case a.number > n:
			return 1
		}
		return 0
	})
	if !ok {
		return answer{}, false
	}
	return w[i], true
}

// tooOld reports whether a request lies below the window: whether it was executed is no longer known.
func (t *clientTable) tooOld(c wire.Client, number uint64) bool {
	w := t.clients[c]
	return len(w) > 0 && w[len(w)-1].number >= t.size && number <= w[len(w)-1].number-t.size
}

// add remembers an executed request and forgets what leaves the window.
func (t *clientTable) add(c wire.Client, a answer) {
	w := t.clients[c]
	i, _ := slices.BinarySearchFunc(w, a.number, func(x answer, n uint64) int {
		if x.number < n {
			return -1
		}
		return 1
	})
	w = slices.Insert(w, i, a)
	top := w[len(w)-1].number
	for len(w) > 1 && top >= t.size && w[0].number <= top-t.size {
		w = w[1:]
	}
	t.clients[c] = w
}

// encode appends the table; the same table has one encoding.
func (t *clientTable) encode(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(t.clients)))
	for _, w := range t.clients {
		b = binary.BigEndian.AppendUint32(b, uint32(len(w)))
		for _, a := range w {
			b = binary.BigEndian.AppendUint64(b, a.number)
			b = binary.BigEndian.AppendUint64(b, a.seq)
			b = append(b, a.request[:]...)
			b = binary.BigEndian.AppendUint32(b, uint32(len(a.results)))
			for _, r := range a.results {
				b = binary.BigEndian.AppendUint32(b, uint32(len(r)))
				b = append(b, r...)
			}
		}
	}
	return b
}

// decodeClients reads a table for at least so many clients, and returns what follows it.
func decodeClients(b []byte, size uint64, clients int) (*clientTable, []byte, error) {
	bad := false
	take := func(n int) []byte {
		if bad || n < 0 || len(b) < n {
			bad = true
			return make([]byte, 32)
		}
		v := b[:n]
		b = b[n:]
		return v
	}
	u32 := func() int { return int(binary.BigEndian.Uint32(take(4))) }
	u64 := func() uint64 { return binary.BigEndian.Uint64(take(8)) }
	n := u32()
	if bad || n > 1<<16 {
		return nil, nil, ErrStateTransfer
	}
	t := newClientTable(size, max(n, clients))
	for i := range n {
		for range u32() {
			a := answer{number: u64(), seq: u64()}
			copy(a.request[:], take(32))
			for range u32() {
				a.results = append(a.results, slices.Clone(take(u32())))
				if bad {
					return nil, nil, ErrStateTransfer
				}
			}
			if bad {
				return nil, nil, ErrStateTransfer
			}
			t.clients[i] = append(t.clients[i], a)
		}
	}
	if bad {
		return nil, nil, ErrStateTransfer
	}
	return t, b, nil
}

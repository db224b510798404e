// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// transfer is a state on its way: first the list of its chunks, which the certificate proves, then each chunk, which the list proves.
type transfer struct {
	stable *wire.Stable
	chunks []wire.Digest
	parts  [][]byte
	left   int
	asked  int // chunks asked for so far
	peer   wire.Member
}

// ahead is how many chunks are asked for at once.
const ahead = 32

// fetchState begins to fetch the state of the stable checkpoint.
func (r *Replica) fetchState() {
	if r.fetch == nil || r.fetch.stable.Seq != r.low {
		r.fetch = &transfer{stable: r.stable, peer: r.me}
		r.emit(Note{Kind: NoteFetching, View: r.view, Seq: r.low})
	}
	r.ask(wire.WholeState)
}

// ask asks the next member in turn, so that no liar is asked for ever.
func (r *Replica) ask(chunk uint32) {
	t := r.fetch
	t.peer = (t.peer + 1) % wire.Member(r.cfg.N())
	if t.peer == r.me {
		t.peer = (t.peer + 1) % wire.Member(r.cfg.N())
	}
	m := &wire.FetchState{Epoch: r.cfg.Epoch, Seq: t.stable.Seq, Chunk: chunk, Member: r.me}
	m.Sig = auth.Sign(r.keys, r.cfg, m)
	r.send(t.peer, m)
}

// refetch asks again for what has not come.
func (r *Replica) refetch() {
	t := r.fetch
	if t == nil {
		return
	}
	r.ask(wire.WholeState) // the state may be gone by now, for a later one
	n := 0
	for i, p := range t.parts {
		if p == nil && i < t.asked && n < ahead {
			r.ask(uint32(i))
			n++
		}
	}
}

// onFetchState serves a state that the replica has: a chunk of the very one, or the list of that or a later one.
func (r *Replica) onFetchState(m *wire.FetchState) {
	if m.Member == r.me || !r.allow(m.Member) {
		return
	}
	seq := m.Seq
	if seq < r.low {
		seq = r.low
	}
	st := r.states[seq]
	if st == nil {
		return
	}
	if m.Chunk == wire.WholeState || seq != m.Seq {
		r.send(m.Member, r.manifest(seq, st))
		return
	}
	if int(m.Chunk) < len(st.chunks) {
		from := int(m.Chunk) * int(r.rules.ChunkSize)
		r.send(m.Member, &wire.Chunk{
			Epoch: r.cfg.Epoch, Seq: seq, Index: m.Chunk, Data: st.bytes[from:min(len(st.bytes), from+int(r.rules.ChunkSize))],
		})
	}
}

// manifest lists the chunks of a state. Only the stable one comes with its proof; who asks for another has a proof of its own.
func (r *Replica) manifest(seq uint64, st *state) *wire.Manifest {
	m := &wire.Manifest{Epoch: r.cfg.Epoch, Stable: &wire.Stable{Seq: seq, State: st.digest}, Chunks: st.chunks}
	if seq == r.low {
		m.Stable = r.stable
	}
	return m
}

func (r *Replica) onManifest(m *wire.Manifest) {
	if m.Stable.Seq > r.low {
		if err := checkStable(r.cfg, &r.opt.skip, m.Stable); err != nil {
			r.ignore(m, err)
			return
		}
		if r.settle(m.Stable); r.mode >= Retired {
			return
		}
	}
	t := r.fetch
	if t == nil || t.parts != nil || m.Stable.Seq != t.stable.Seq {
		return
	}
	if wire.StateDigest(m.Stable.Seq, m.Chunks) != t.stable.State && !r.opt.skip.chunks {
		r.ignore(m, ErrDigest)
		return
	}
	t.chunks, t.parts, t.left = m.Chunks, make([][]byte, len(m.Chunks)), len(m.Chunks)
	for t.asked < min(ahead, len(t.chunks)) {
		r.ask(uint32(t.asked))
		t.asked++
	}
}

func (r *Replica) onChunk(m *wire.Chunk) {
	t := r.fetch
	if t == nil || m.Seq != t.stable.Seq || int(m.Index) >= len(t.parts) || t.parts[m.Index] != nil {
		return
	}
	if len(m.Data) == 0 || (wire.ChunkDigest(m.Data) != t.chunks[m.Index] && !r.opt.skip.chunks) {
		r.ignore(m, ErrDigest)
		return
	}
	t.parts[m.Index] = m.Data
	if t.left--; t.left > 0 {
		if t.asked < len(t.chunks) {
			r.ask(uint32(t.asked))
			t.asked++
		}
		return
	}
	var b []byte
	for _, p := range t.parts {
		b = append(b, p...)
	}
	r.install(b)
}

// install puts a fetched state in place.
func (r *Replica) install(b []byte) {
	r.fetch = nil
	if err := r.load(r.low, b); err != nil {
		r.mode = Stopped
		r.emit(Halt{fmt.Errorf("pbft: replica %d: state at %d: %w", r.me, r.low, err)})
		return
	}
	r.persist(&wire.Checkpointed{Seq: r.low, State: b})
	r.emit(Note{Kind: NoteInstalled, View: r.view, Seq: r.low})
	r.pool.purge(func(k key) bool {
		_, done := r.clients.find(k.client, k.number)
		return done || r.clients.tooOld(k.client, k.number)
	})
	if r.retire > 0 {
		r.retired()
		return
	}
	r.timed = nil
	r.execute()
}

// load replaces the state by that after seq.
func (r *Replica) load(seq uint64, b []byte) error {
	t, rest, err := decodeClients(b, r.rules.ClientWindow, len(r.cfg.Clients))
	if err == nil {
		err = r.app.Restore(rest)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", err, ErrStateTransfer)
	}
	r.clients, r.executed = t, seq
	r.states[seq] = newState(seq, b, r.rules.ChunkSize)
	if r.successor() != nil {
		r.retire = seq
	}
	return nil
}

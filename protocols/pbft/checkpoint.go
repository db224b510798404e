// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// state is what the replica's state was at a checkpoint, in pieces.
type state struct {
	bytes  []byte
	chunks []wire.Digest
	digest wire.Digest
}

func newState(seq uint64, b []byte, size uint32) *state {
	s := &state{bytes: b}
	for i := 0; i < len(b); i += int(size) {
		s.chunks = append(s.chunks, wire.ChunkDigest(b[i:min(len(b), i+int(size))]))
	}
	s.digest = wire.StateDigest(seq, s.chunks)
	return s
}

// checkpoint stores the state and tells the others its digest.
func (r *Replica) checkpoint() {
	b := append(r.clients.encode(nil), r.app.Snapshot()...)
	st := newState(r.executed, b, r.rules.ChunkSize)
	r.states[r.executed] = st
	if r.successor() != nil {
		r.retire = r.executed
	}
	r.persist(&wire.Checkpointed{Seq: r.executed, State: b})
	m := r.point(r.executed, st.digest)
	r.emit(Broadcast{m})
	r.keep(m)
	r.tally(m.Seq)
}

func (r *Replica) point(seq uint64, d wire.Digest) *wire.Checkpoint {
	m := &wire.Checkpoint{Epoch: r.cfg.Epoch, Seq: seq, State: d, Member: r.me}
	m.Sig = auth.Sign(r.keys, r.cfg, m)
	return m
}

// keep stores a CHECKPOINT in the window and reports whether it is the member's first word about it.
func (r *Replica) keep(m *wire.Checkpoint) bool {
	points := r.points[m.Seq]
	if points == nil {
		points = make([]*wire.Checkpoint, r.cfg.N())
		r.points[m.Seq] = points
	}
	if old := points[m.Member]; old != nil {
		if old.State != m.State {
			r.report(&TwoCheckpoints{old, m})
		}
		return false
	}
	points[m.Member] = m
	return true
}

// onCheckpoint takes a member's word about a state. Of what lies above the window the highest is kept.
func (r *Replica) onCheckpoint(m *wire.Checkpoint) {
	if m.Member == r.me || m.Seq <= r.low {
		return
	}
	if m.Seq%r.rules.Interval != 0 {
		r.ignore(m, ErrOutOfWindow)
		return
	}
	r.noticed(m.Member, 0, m.Seq)
	if m.Seq > r.low+r.rules.Window {
		if old := r.far[m.Member]; old != nil && old.Seq >= m.Seq {
			return
		}
		r.far[m.Member] = m
		r.certified(m.Seq, r.far)
		return
	}
	if r.keep(m) {
		r.tally(m.Seq)
	}
}

func (r *Replica) tally(seq uint64) { r.certified(seq, r.points[seq]) }

// certified looks for a quorum that agrees on the state at seq.
func (r *Replica) certified(seq uint64, points []*wire.Checkpoint) {
	need := r.quorum()
	if r.opt.skip.stable {
		need = 1
	}
	for _, first := range points {
		if first == nil || first.Seq != seq {
			continue
		}
		c := &wire.Stable{Seq: seq, State: first.State}
		for _, m := range points {
			if m != nil && m.Seq == seq && m.State == first.State {
				c.Marks = append(c.Marks, wire.Mark{Member: m.Member, Sig: m.Sig})
			}
		}
		if len(c.Marks) >= need {
			c.Marks = c.Marks[:need]
			r.proven(c)
			return
		}
	}
}

// proven takes a certificate: a replica that has come so far settles on it, one that is far behind as well, and fetches the state; one that is
// just late has the time until the next resending to arrive on its own.
func (r *Replica) proven(c *wire.Stable) {
	switch {
	case c.Seq <= r.low:
	case r.executed >= c.Seq || r.mode == Amnesiac || c.Seq > r.low+r.rules.Window:
		r.settle(c)
	case r.proof == nil || r.proof.Seq < c.Seq:
		r.proof = c
	}
}

// settle makes a proven state the low watermark and forgets everything below it.
func (r *Replica) settle(c *wire.Stable) {
	if c.Seq <= r.low {
		return
	}
	if st := r.states[c.Seq]; st != nil && st.digest != c.State {
		r.stop(c.Seq, st.digest, c.State, true)
		return
	}
	r.low, r.stable = c.Seq, c
	r.next = max(r.next, r.low)
	for seq := range r.slots {
		if seq <= r.low {
			delete(r.slots, seq)
		}
	}
	for seq := range r.missing {
		if seq <= r.low {
			delete(r.missing, seq)
		}
	}
	for seq := range r.points {
		if seq <= r.low {
			delete(r.points, seq)
		}
	}
	for seq := range r.states {
		if seq < r.low {
			delete(r.states, seq)
		}
	}
	for i, m := range r.far {
		if m != nil && m.Seq <= r.low+r.rules.Window {
			r.far[i] = nil
			if m.Seq > r.low {
				r.keep(m)
			}
		}
	}
	if r.proof != nil && r.proof.Seq <= r.low {
		r.proof = nil
	}
	clear(r.reports)
	r.emit(Persist{Records: r.Records(), Replace: true})
	r.emit(Note{Kind: NoteStable, View: r.view, Seq: r.low})
	if r.executed < r.low {
		r.fetchState()
		return
	}
	r.fetch = nil
	if r.retire > 0 && r.retire == r.low {
		r.retired()
		return
	}
	r.propose()
}

// checkStable says why a certificate does not prove a state. The base of the epoch needs no proof.
func checkStable(c *wire.Config, s *skips, m *wire.Stable) error {
	if m.Seq == c.Base.Seq {
		if m.State != c.Base.State || len(m.Marks) > 0 {
			return fmt.Errorf("stable at the base %d: another state: %w", m.Seq, ErrViewChangeInvalid)
		}
		return nil
	}
	if m.Seq < c.Base.Seq || m.Seq%c.Rules.WithDefaults().Interval != 0 {
		return fmt.Errorf("stable at %d, which is no checkpoint: %w", m.Seq, ErrViewChangeInvalid)
	}
	need := quorum(c, s)
	if s.stable {
		need = 1
	}
	if len(m.Marks) < need || !ascending(m.Marks) {
		return fmt.Errorf("stable at %d: marks of %d members, and %d are needed: %w", m.Seq, len(m.Marks), need, ErrViewChangeInvalid)
	}
	return nil
}

// ascending reports whether marks are by distinct members, in order.
func ascending(marks []wire.Mark) bool {
	for i := 1; i < len(marks); i++ {
		if marks[i].Member <= marks[i-1].Member {
			return false
		}
	}
	return true
}

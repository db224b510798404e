// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"
	"slices"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// onRequest takes a client's request: executed ones are answered again, others wait, and the primary hears of them.
func (r *Replica) onRequest(m *wire.Request) {
	if err := r.admissible(m); err != nil {
		r.ignore(m, err)
		return
	}
	if a, ok := r.clients.find(m.Client, m.Seq); ok {
		r.answer(m.Client, a)
		return
	}
	if r.clients.tooOld(m.Client, m.Seq) {
		r.ignore(m, ErrOutOfWindow)
		return
	}
	if !r.pool.add(m, r.now) {
		r.ignore(m, ErrOverloaded)
		return
	}
	if r.mode != Normal {
		return
	}
	if r.primary() {
		r.propose()
	} else {
		r.send(r.cfg.Primary(r.view), m)
	}
}

// admissible says why a request cannot be ordered, whatever the state.
func (r *Replica) admissible(m *wire.Request) error {
	if int(m.Client) >= len(r.cfg.Clients) || m.Epoch != r.cfg.Epoch {
		return fmt.Errorf("no client %d in epoch %d: %w", m.Client, m.Epoch, ErrRefused)
	}
	if len(m.Ops) == 0 || len(m.Ops) > wire.MaxOps || m.Size() > wire.MaxBatchBytes-4 {
		return fmt.Errorf("%d operations of %d bytes: %w", len(m.Ops), m.Size(), ErrRefused)
	}
	for _, op := range m.Ops {
		if err := r.app.Validate(op); err != nil {
			return fmt.Errorf("%w: %w", err, ErrRefused)
		}
	}
	return nil
}

// onProposal takes a PRE-PREPARE with its batch. What is of a view to come waits, for each number that of the nearest view: the primary of a
// later one must not push it aside.
func (r *Replica) onProposal(m *wire.Proposal) {
	pp := m.PrePrepare
	r.noticed(r.cfg.Primary(pp.View), pp.View, pp.Seq)
	if pp.View > r.view || (pp.View == r.view && r.mode == Changing) {
		if r.inWindow(pp.Seq) {
			if s := r.slot(pp.Seq); s.future == nil || s.future.PrePrepare.View > pp.View || s.future.PrePrepare.View < r.view {
				s.future = m
			}
		}
		return
	}
	if err := r.accept(m); err != nil {
		r.ignore(m, err)
	}
}

// accept does what PRE-PREPARE asks for, if all is as it should be.
func (r *Replica) accept(m *wire.Proposal) error {
	pp := m.PrePrepare
	if r.mode != Normal || (pp.View != r.view && !r.opt.skip.oldView) {
		return fmt.Errorf("of view %d, and it is %d: %w", pp.View, r.view, ErrBadView)
	}
	if !r.inWindow(pp.Seq) || (r.retire > 0 && pp.Seq > r.retire) {
		return fmt.Errorf("number %d, and the window begins after %d: %w", pp.Seq, r.low, ErrOutOfWindow)
	}
	s := r.slot(pp.Seq)
	if s.pp != nil && !(r.opt.skip.secondDigest && s.pp.Digest != pp.Digest) && s.pp.View >= pp.View {
		r.compare(s, pp)
		if s.pp.Digest == pp.Digest && !s.have && m.Batch.Digest() == pp.Digest {
			r.vouch(s, m.Batch)
		}
		return nil
	}
	if r.cfg.Primary(pp.View) == r.me {
		return nil // its own, sent back
	}
	if m.Batch.Digest() != pp.Digest && !r.opt.skip.batchDigest {
		return fmt.Errorf("batch of number %d: %w", pp.Seq, ErrDigest)
	}
	if err := r.acceptable(pp.Seq, m.Batch); err != nil {
		return err
	}
	s.pp = pp
	s.have = false
	r.vouch(s, m.Batch)
	return nil
}

// acceptable says why a batch cannot have a number.
func (r *Replica) acceptable(seq uint64, b wire.Batch) error {
	if len(b) == 0 || len(b) > wire.MaxBatch || b.Size() > wire.MaxBatchBytes {
		return fmt.Errorf("batch of %d requests: %w", len(b), ErrRefused)
	}
	seen := make(map[key]bool, len(b))
	for _, m := range b {
		if err := r.admissible(m); err != nil {
			return err
		}
		k := keyOf(m)
		if r.opt.skip.onceOnly {
			continue
		}
		if w := r.pool.known[k]; seen[k] || (w != nil && w.seq != 0 && w.seq != seq) {
			return fmt.Errorf("request %d of client %d twice: %w", m.Seq, m.Client, ErrRefused)
		}
		seen[k] = true
		if _, ok := r.clients.find(m.Client, m.Seq); ok {
			return fmt.Errorf("request %d of client %d is executed: %w", m.Seq, m.Client, ErrRefused)
		}
		if r.clients.tooOld(m.Client, m.Seq) && !r.opt.skip.tooOld {
			return fmt.Errorf("request %d of client %d: %w", m.Seq, m.Client, ErrOutOfWindow)
		}
	}
	return nil
}

// vouch stores the batch of an accepted PRE-PREPARE and votes for it. The vote is stored before it is sent.
func (r *Replica) vouch(s *slot, b wire.Batch) {
	s.batch, s.have = b, true
	delete(r.missing, s.seq)
	var records []wire.Record
	if _, ok := s.bodies[s.pp.Digest]; !ok {
		s.bodies[s.pp.Digest] = b
		records = append(records, &wire.KeptBody{Seq: s.seq, Batch: b})
	}
	records = append(records, &wire.Accepted{PrePrepare: s.pp})
	if r.cfg.Mode == wire.MAC {
		s.claim()
	}
	for _, m := range b {
		if _, ok := r.clients.find(m.Client, m.Seq); !ok && !r.clients.tooOld(m.Client, m.Seq) {
			r.pool.add(m, r.now)
			r.pool.place(keyOf(m), s.seq)
		}
	}
	if r.cfg.Primary(s.pp.View) == r.me {
		r.persist(records...)
		r.emit(Broadcast{&wire.Proposal{Epoch: r.cfg.Epoch, PrePrepare: s.pp, Batch: b}})
	} else {
		r.vote(s, wire.KindPrepare, records)
	}
	r.advance(s)
}

// vote stores records, then votes for the accepted batch.
func (r *Replica) vote(s *slot, phase wire.Kind, records []wire.Record) {
	v := &wire.Vote{Phase: phase, Epoch: r.cfg.Epoch, View: s.pp.View, Seq: s.seq, Digest: s.pp.Digest, Member: r.me}
	data := wire.AppendSigned(make([]byte, 0, 160), r.cfg, v)
	if r.cfg.Mode == wire.MAC {
		v.Sig = r.keys.Tags(data)
	} else {
		v.Sig = r.keys.Sign(data)
	}
	s.votes(phase, r.cfg.N())[r.me] = v
	if r.opt.skip.persistFirst {
		r.emit(Broadcast{v})
		r.persist(records...)
		return
	}
	r.persist(records...)
	r.emit(Broadcast{v})
}

// onVote takes a PREPARE or COMMIT. Votes of views to come wait, one of each member.
func (r *Replica) onVote(v *wire.Vote) {
	if v.Member == r.me {
		return
	}
	r.noticed(v.Member, v.View, v.Seq)
	if !r.inWindow(v.Seq) {
		r.ignore(v, ErrOutOfWindow)
		return
	}
	s := r.slot(v.Seq)
	votes := s.votes(v.Phase, r.cfg.N())
	switch old := votes[v.Member]; {
	case old == nil || old.View < v.View:
		votes[v.Member] = v
	case old.View == v.View && old.Digest != v.Digest:
		r.contradiction(old, v)
		return
	case old.View == v.View:
		if s.again[v.Phase-wire.KindPrepare]++; !r.opt.skip.distinct {
			return
		}
	default:
		return
	}
	if v.View == r.view && s.pp != nil && s.pp.View == v.View && v.Digest != s.pp.Digest {
		r.exhibit(s, v.Member)
	}
	r.advance(s)
}

// advance takes a slot as far as its votes allow.
func (r *Replica) advance(s *slot) {
	if (r.mode != Normal && !(r.opt.skip.oldVotes && r.mode == Changing)) || s.pp == nil || !s.have {
		return
	}
	if !s.prepared && r.count(s, wire.KindPrepare) >= r.quorum()-1 {
		s.prepared = true
		s.cert = r.certify(s)
		r.vote(s, wire.KindCommit, []wire.Record{&wire.Committing{Prepared: s.cert}})
	}
	if s.prepared && !s.committed && r.count(s, wire.KindCommit) >= r.quorum() {
		s.committed = true
		if s.executed && s.done != s.pp.Digest {
			r.stop(s.seq, s.done, s.pp.Digest, false)
			return
		}
		r.execute()
	}
}

// certify makes the proof that the slot is prepared. In MAC mode there is none, and the replica's word must do.
func (r *Replica) certify(s *slot) *wire.Prepared {
	p := &wire.Prepared{PrePrepare: s.pp}
	if r.cfg.Mode == wire.MAC {
		return p
	}
	for _, v := range r.matching(s, wire.KindPrepare) {
		p.Marks = append(p.Marks, wire.Mark{Member: v.Member, Sig: v.Sig})
		if len(p.Marks) == r.quorum()-1 {
			break
		}
	}
	return p
}

// propose gives numbers to waiting requests, as far as the pipeline and the window have room.
func (r *Replica) propose() {
	if r.hold || r.mode != Normal || !r.primary() || r.executed < r.low || len(r.missing) > 0 || r.retire > 0 {
		return
	}
	for r.next < r.low+r.rules.Window {
		flight := r.next - min(r.next, r.executed)
		if flight >= r.opt.Pipeline {
			return
		}
		batch, more := r.pool.next(r.opt.BatchSize, wire.MaxBatchBytes)
		if len(batch) == 0 {
			return
		}
		if flight > 0 && !more && len(batch) < r.opt.BatchSize && !r.lingered && r.opt.Linger > 0 {
			if !r.armed[TimerLinger] {
				r.arm(TimerLinger, r.opt.Linger)
			}
			return
		}
		r.next++
		s := r.slot(r.next)
		s.pp = r.prePrepare(r.next, batch.Digest())
		r.vouch(s, slices.Clip(batch))
		if r.mode != Normal {
			return
		}
	}
}

func (r *Replica) prePrepare(seq uint64, d wire.Digest) *wire.PrePrepare {
	pp := &wire.PrePrepare{View: r.view, Seq: seq, Digest: d}
	pp.Sig = auth.Sign(r.keys, r.cfg, pp)
	return pp
}

// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"
	"slices"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// Restore returns a replica that keeps every promise in its vote log; app is in the state of the beginning. The first replica of a later epoch
// is restored from one record: the state at the base. The error is ErrVoteLog or ErrStateTransfer, or one of New.
func Restore(c *wire.Config, me wire.Member, opt Options, keys auth.Keys, app App, log []wire.Record) (*Replica, error) {
	r, err := New(c, me, opt, keys, app)
	if err != nil {
		return nil, err
	}
	var last *wire.Checkpointed
	states := map[uint64][]byte{}
	for _, rec := range log {
		switch rec := rec.(type) {
		case *wire.Settled:
			if rec.Stable.Seq > r.low {
				r.low, r.stable = rec.Stable.Seq, rec.Stable
			}
		case *wire.Checkpointed:
			states[rec.Seq] = rec.State
			if last == nil || rec.Seq >= last.Seq {
				last = rec
			}
		default:
			if err := r.replay(rec); err != nil {
				return nil, fmt.Errorf("pbft: restore replica %d: %w", me, err)
			}
		}
	}
	for seq := range r.slots {
		if seq <= r.low {
			delete(r.slots, seq)
		}
	}
	for seq, b := range states {
		if seq >= r.low && seq != c.Base.Seq {
			st := newState(seq, b, r.rules.ChunkSize)
			r.states[seq] = st
			r.keep(r.point(seq, st.digest))
		}
	}
	if last != nil {
		if err := r.load(last.Seq, last.State); err != nil {
			return nil, fmt.Errorf("pbft: restore replica %d: state at %d: %w", me, last.Seq, err)
		}
		if last.Seq == c.Base.Seq && r.states[last.Seq].digest != c.Base.State {
			return nil, fmt.Errorf("pbft: restore replica %d: not the state of the base %d: %w", me, last.Seq, ErrVoteLog)
		}
	}
	r.next = max(r.next, r.low)
	r.out = nil
	return r, nil
}

// replay takes a promise in.
func (r *Replica) replay(rec wire.Record) error {
	switch rec := rec.(type) {
	case *wire.KeptBody:
		r.slot(rec.Seq).bodies[rec.Batch.Digest()] = rec.Batch
	case *wire.Accepted:
		s := r.slot(rec.PrePrepare.Seq)
		if s.pp == nil || s.pp.View <= rec.PrePrepare.View {
			s.pp = rec.PrePrepare
		}
		if r.cfg.Mode == wire.MAC {
			s.claim()
		}
		r.next = max(r.next, s.seq)
	case *wire.Committing:
		s := r.slot(rec.Prepared.PrePrepare.Seq)
		if s.cert == nil || s.cert.PrePrepare.View <= rec.Prepared.PrePrepare.View {
			s.cert = rec.Prepared
		}
	case *wire.Changing:
		if m := rec.ViewChange; m.Member != r.me {
			return fmt.Errorf("a view change of member %d: %w", m.Member, ErrVoteLog)
		} else if m.View > r.view {
			r.mode, r.view, r.entered, r.changes[r.me] = Changing, m.View, nil, m
		}
	case *wire.Entered:
		if m := rec.NewView; m.View >= r.view {
			r.mode, r.view, r.entered = Normal, m.View, m
		}
	}
	return nil
}

// begin starts the replica, or takes its life up where the log ends: what it had voted for it votes for again, in the same words.
func (r *Replica) begin() {
	if r.mode == Amnesiac {
		r.sendStatus()
		r.arm(TimerResend, r.opt.Resend)
		return
	}
	if r.retire > 0 && r.retire == r.low && r.executed == r.low {
		r.retired()
		return
	}
	if r.entered != nil {
		if r.settle(highest(r.entered.Changes)); r.mode != Normal { // the crash may have come between the two
			return
		}
		for _, pp := range r.entered.Orders {
			if r.next = max(r.next, pp.Seq); pp.Seq > r.low {
				r.slot(pp.Seq).pp = pp
			}
		}
	}
	r.hold = true
	for _, s := range r.inOrder() {
		if r.mode != Normal || s.seq <= r.low || s.pp == nil || s.pp.View != r.view {
			s.leave()
			continue
		}
		r.resume(s)
	}
	r.hold = false
	if r.mode >= Retired {
		return
	}
	if r.executed < r.low {
		r.fetchState()
	}
	if m := r.changes[r.me]; r.mode == Changing && m != nil {
		r.emit(Broadcast{m})
	}
	r.sendStatus()
	r.arm(TimerResend, r.opt.Resend)
}

// resume votes again for what the log says the replica has accepted in this view.
func (r *Replica) resume(s *slot) {
	b, ok := s.bodies[s.pp.Digest]
	if !ok {
		r.missing[s.seq] = struct{}{}
		r.fetchBody(s)
		return
	}
	r.vouch(s, b)
	if s.cert != nil && s.cert.PrePrepare.View == r.view && !s.prepared {
		s.prepared = true
		r.vote(s, wire.KindCommit, nil)
	}
}

// Records returns the shortest vote log that says what the replica has promised.
func (r *Replica) Records() []wire.Record {
	var log []wire.Record
	if r.stable.Seq > r.cfg.Base.Seq {
		log = append(log, &wire.Settled{Stable: r.stable})
	}
	seqs := make([]uint64, 0, len(r.states))
	for seq := range r.states {
		seqs = append(seqs, seq)
	}
	slices.Sort(seqs)
	for _, seq := range seqs {
		log = append(log, &wire.Checkpointed{Seq: seq, State: r.states[seq].bytes})
	}
	if r.mode == Amnesiac {
		return log
	}
	if r.entered != nil {
		log = append(log, &wire.Entered{NewView: r.entered})
	}
	if m := r.changes[r.me]; m != nil && r.mode == Changing {
		log = append(log, &wire.Changing{ViewChange: m})
	}
	for _, s := range r.inOrder() {
		log = append(log, s.records()...)
	}
	return log
}

// records returns what the replica has promised about the slot: batches in the order of their digests, so that equal slots have equal records.
func (s *slot) records() []wire.Record {
	var log []wire.Record
	digests := make([]wire.Digest, 0, len(s.bodies))
	for d := range s.bodies {
		if d != wire.Null {
			digests = append(digests, d)
		}
	}
	slices.SortFunc(digests, func(a, b wire.Digest) int { return slices.Compare(a[:], b[:]) })
	for _, d := range digests {
		log = append(log, &wire.KeptBody{Seq: s.seq, Batch: s.bodies[d]})
	}
	for _, c := range s.claims {
		if s.pp == nil || c.View != s.pp.View {
			log = append(log, &wire.Accepted{PrePrepare: &wire.PrePrepare{View: c.View, Seq: c.Seq, Digest: c.Digest}})
		}
	}
	if s.pp != nil && s.have {
		log = append(log, &wire.Accepted{PrePrepare: s.pp})
	}
	if s.cert != nil {
		log = append(log, &wire.Committing{Prepared: s.cert})
	}
	return log
}

// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"slices"

	"mabeam.dev/protocols/pbft/wire"
)

// slot is what a replica knows of one sequence number.
type slot struct {
	seq uint64

	// of the current view
	pp        *wire.PrePrepare // accepted
	batch     wire.Batch
	have      bool // batch is there, and a backup has sent its PREPARE
	prepared  bool
	committed bool

	future   *wire.Proposal // of a view that the replica is not in yet
	prepares []*wire.Vote   // by member: of the highest view
	commits  []*wire.Vote
	again    [2]int // repeated votes, for a replica that tests have broken

	// of all views
	cert     *wire.Prepared             // of the highest view in which the replica has prepared
	claims   []wire.Claim               // MAC mode: batches that it has pre-prepared, each with the highest view
	bodies   map[wire.Digest]wire.Batch // batches that it has vouched for
	executed bool
	done     wire.Digest
	shown    [2]uint64 // members that have been shown the PRE-PREPARE of this view
}

func (r *Replica) slot(seq uint64) *slot {
	s := r.slots[seq]
	if s == nil {
		s = &slot{seq: seq, bodies: map[wire.Digest]wire.Batch{wire.Null: nil}}
		r.slots[seq] = s
	}
	return s
}

func (s *slot) votes(phase wire.Kind, n int) []*wire.Vote {
	v := &s.prepares
	if phase == wire.KindCommit {
		v = &s.commits
	}
	if *v == nil {
		*v = make([]*wire.Vote, n)
	}
	return *v
}

// leave forgets what belonged to a view; the number's history stays.
func (s *slot) leave() {
	s.pp, s.batch, s.have, s.prepared, s.committed = nil, nil, false, false, false
	s.shown, s.again = [2]uint64{}, [2]int{}
}

// matching returns the members whose votes are for the accepted batch, in order.
func (r *Replica) matching(s *slot, phase wire.Kind) []*wire.Vote {
	var got []*wire.Vote
	primary := r.cfg.Primary(s.pp.View)
	for i, v := range s.votes(phase, r.cfg.N()) {
		if v == nil || (phase == wire.KindPrepare && wire.Member(i) == primary) {
			continue
		}
		if (v.View == s.pp.View || r.opt.skip.voteView) && (v.Digest == s.pp.Digest || r.opt.skip.voteDigest) {
			got = append(got, v)
		}
	}
	return got
}

// count returns how many votes of the phase count for the accepted batch.
func (r *Replica) count(s *slot, phase wire.Kind) int {
	n := 0
	primary := r.cfg.Primary(s.pp.View)
	for i, v := range s.votes(phase, r.cfg.N()) {
		if v == nil || (phase == wire.KindPrepare && wire.Member(i) == primary) {
			continue
		}
		if (v.View == s.pp.View || r.opt.skip.voteView) && (v.Digest == s.pp.Digest || r.opt.skip.voteDigest) {
			n++
		}
	}
	if r.opt.skip.distinct {
		n += s.again[phase-wire.KindPrepare]
	}
	return n
}

// claim notes, in MAC mode, that the accepted batch was pre-prepared in its view.
func (s *slot) claim() {
	c := wire.Claim{Seq: s.seq, View: s.pp.View, Digest: s.pp.Digest}
	s.claims = slices.DeleteFunc(s.claims, func(o wire.Claim) bool { return o.Digest == c.Digest })
	if s.claims = append(s.claims, c); len(s.claims) > maxClaims {
		s.claims = s.claims[1:] // of the lowest view, as views only rise
	}
}

// maxClaims bounds what a slot claims to have pre-prepared. Forgetting older claims can delay a view change, and nothing else.
const maxClaims = 16

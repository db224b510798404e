// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"slices"
	"time"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// bucket holds what a member may still ask for.
type bucket struct {
	tokens int // in thousandths
	at     time.Time
}

// allow takes a token of a member, and notes where there is none left.
func (r *Replica) allow(m wire.Member) bool {
	b := &r.buckets[m]
	full := 1000 * r.opt.Burst
	if b.at.IsZero() {
		b.tokens = full
	} else if gone := r.now.Sub(b.at); gone > 0 {
		b.tokens = int(min(int64(full), int64(b.tokens)+int64(min(gone, time.Minute).Microseconds())*int64(r.opt.Rate)/1000))
	}
	b.at = r.now
	if b.tokens < 1000 {
		r.emit(Note{Kind: NoteIgnored, View: r.view, From: m, Err: ErrOverloaded})
		return false
	}
	b.tokens -= 1000
	return true
}

// unfinished reports whether the replica waits for anything that may have been lost.
func (r *Replica) unfinished() bool {
	if r.mode == Changing || len(r.pool.known) > 0 || r.executed < r.low || r.proof != nil || len(r.missing) > 0 {
		return true
	}
	if s := r.slots[r.executed+1]; s != nil && s.pp != nil {
		return true
	}
	for seq := range r.states {
		if seq > r.low {
			return true
		}
	}
	views, seqs := 0, 0
	for i, h := range r.heard {
		if wire.Member(i) == r.me {
			continue
		}
		if h.view > r.view {
			views++
		}
		if h.seq > r.executed {
			seqs++
		}
	}
	return views >= r.cfg.Weak() || seqs >= r.cfg.Weak()
}

// resend asks for, and says again, what may have been lost.
func (r *Replica) resend() {
	if r.proof != nil && r.executed < r.proof.Seq {
		r.settle(r.proof)
	}
	if r.mode >= Retired || !r.unfinished() {
		return
	}
	r.refetch()
	switch r.mode {
	case Changing:
		r.emit(Broadcast{r.changes[r.me]})
	case Normal:
		for _, seq := range r.lacking() {
			r.fetchBody(r.slots[seq])
		}
		if stuck := r.executed == r.ticked; stuck {
			r.sendStatus()
			r.repropose()
			r.relay()
		}
		r.ticked = r.executed
	case Amnesiac:
		r.sendStatus()
	}
}

// relayed is how many requests are passed on to a primary at once.
const relayed = 16

// relay passes requests on that the primary may not know of.
func (r *Replica) relay() {
	n := 0
	for _, w := range r.pool.order {
		if r.primary() || n == relayed {
			return
		}
		if !w.gone && w.seq == 0 {
			r.send(r.cfg.Primary(r.view), w.req)
			n++
		}
	}
}

// repropose sends the primary's next batches again: a member that has lost them may not even know that it waits for something.
func (r *Replica) repropose() {
	for seq := r.executed + 1; seq <= min(r.next, r.executed+4) && r.primary(); seq++ {
		if s := r.slots[seq]; s != nil && s.pp != nil && s.have && len(s.batch) > 0 {
			r.emit(Broadcast{&wire.Proposal{Epoch: r.cfg.Epoch, PrePrepare: s.pp, Batch: s.batch}})
		}
	}
}

func (r *Replica) lacking() []uint64 {
	list := make([]uint64, 0, len(r.missing))
	for seq := range r.missing {
		list = append(list, seq)
	}
	slices.Sort(list)
	return list
}

func (r *Replica) sendStatus() {
	m := &wire.Status{
		Epoch: r.cfg.Epoch, View: r.view, Changing: r.mode == Changing, Low: r.low, Executed: r.executed, Member: r.me,
	}
	m.Sig = auth.Sign(r.keys, r.cfg, m)
	r.emit(Broadcast{m})
}

// helped is how many sequence numbers one STATUS is answered about.
const helped = 16

// onStatus sends a member what it seems to lack: the view, the state, or votes.
func (r *Replica) onStatus(m *wire.Status) {
	if m.Member == r.me {
		return
	}
	r.noticed(m.Member, m.View, m.Executed)
	if !r.allow(m.Member) {
		return
	}
	if m.Low < r.low && r.states[r.low] != nil {
		r.send(m.Member, r.manifest(r.low, r.states[r.low]))
	}
	for seq := r.low + 1; seq <= r.executed; seq++ { // the member may lack a word for its certificate
		if p := r.points[seq]; p != nil && p[r.me] != nil && seq > m.Low {
			r.send(m.Member, p[r.me])
		}
	}
	switch {
	case r.mode == Changing && m.View <= r.view:
		r.send(m.Member, r.changes[r.me])
	case r.mode == Normal && (m.View < r.view || (m.View == r.view && m.Changing)):
		if r.entered != nil {
			r.send(m.Member, r.entered)
		}
	case r.mode == Normal && m.View == r.view:
		r.help(m)
	}
}

// help sends the votes of this view for what the member has not executed; the primary sends its proposals as well.
func (r *Replica) help(m *wire.Status) {
	from := max(m.Executed, r.low) + 1
	for seq := from; seq < from+helped; seq++ {
		s := r.slots[seq]
		if s == nil || s.pp == nil || s.pp.View != r.view || !s.have {
			continue
		}
		if r.primary() && len(s.batch) > 0 {
			r.send(m.Member, &wire.Proposal{Epoch: r.cfg.Epoch, PrePrepare: s.pp, Batch: s.batch})
		}
		for _, phase := range []wire.Kind{wire.KindPrepare, wire.KindCommit} {
			if v := s.votes(phase, r.cfg.N())[r.me]; v != nil && v.View == r.view {
				r.send(m.Member, v)
			}
		}
	}
}

func (r *Replica) fetchBody(s *slot) {
	m := &wire.FetchBody{Epoch: r.cfg.Epoch, Seq: s.seq, Digest: s.pp.Digest, Member: r.me}
	m.Sig = auth.Sign(r.keys, r.cfg, m)
	r.emit(Broadcast{m})
}

func (r *Replica) onFetchBody(m *wire.FetchBody) {
	s := r.slots[m.Seq]
	if s == nil || m.Member == r.me || !r.allow(m.Member) {
		return
	}
	if b, ok := s.bodies[m.Digest]; ok && len(b) > 0 {
		r.send(m.Member, &wire.Body{Epoch: r.cfg.Epoch, Seq: m.Seq, Batch: b})
	}
}

// onBody takes a batch that the view needs. Its digest was proven, so it needs no further check.
func (r *Replica) onBody(m *wire.Body) {
	if _, ok := r.missing[m.Seq]; !ok || r.mode != Normal {
		return
	}
	s := r.slots[m.Seq]
	if m.Batch.Digest() != s.pp.Digest {
		r.ignore(m, ErrDigest)
		return
	}
	if r.vouch(s, m.Batch); r.mode == Normal {
		r.propose()
	}
}

// Wants reports whether a message could still change anything. Shells ask before they check signatures: of the votes of a large group a third is
// not needed. What is not wanted can be dropped; a contradiction in it then goes unseen.
func (r *Replica) Wants(m wire.Message) bool {
	if r.mode == Stopped {
		return false
	}
	v, ok := m.(*wire.Vote)
	if !ok {
		return true
	}
	if !r.cfg.Has(v.Member) || !r.inWindow(v.Seq) || v.View < r.view {
		return false
	}
	s := r.slots[v.Seq]
	if s == nil || v.View > r.view || s.pp == nil {
		return true
	}
	if v.Digest != s.pp.Digest {
		return true
	}
	if v.Phase == wire.KindPrepare {
		return !s.prepared
	}
	return !s.committed
}

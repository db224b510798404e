// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// tryNewView begins the view as its primary, once VIEW-CHANGEs of a quorum say what has to be done in it.
func (r *Replica) tryNewView() {
	var changes []*wire.ViewChange
	spare := -r.quorum()
	for _, c := range r.changes {
		if c != nil && c.View == r.view {
			spare++
		}
	}
	if spare < 0 {
		return
	}
	for i, c := range r.changes {
		if c == nil || c.View != r.view {
			continue
		}
		if r.cfg.Mode == wire.Signed && spare > 0 && wire.Member(i) != r.me { // any quorum does, and the message is large
			spare--
			continue
		}
		changes = append(changes, c)
	}
	_, orders, ok := choose(r.cfg, &r.opt.skip, changes)
	if !ok {
		return
	}
	m := &wire.NewView{Epoch: r.cfg.Epoch, View: r.view, Changes: changes}
	for _, o := range orders {
		m.Orders = append(m.Orders, r.prePrepare(o.seq, o.digest))
	}
	m.Sig = auth.Sign(r.keys, r.cfg, m)
	r.enter(m)
}

// onNewView enters a view whose beginning is proven. A beginning that does not follow convicts the primary, and the next view is asked for.
func (r *Replica) onNewView(m *wire.NewView) {
	primary := r.cfg.Primary(m.View)
	r.noticed(primary, m.View, 0)
	if m.View < r.view || (m.View == r.view && r.mode == Normal) || primary == r.me {
		return
	}
	if err := checkNewView(r.cfg, &r.opt.skip, m); err != nil {
		r.ignore(m, err)
		r.report(&FalseNewView{m})
		if m.View == r.view {
			r.changeView(m.View + 1)
		}
		return
	}
	r.enter(m)
}

// enter begins the view: what may have been decided is voted for again, under the numbers that it had.
func (r *Replica) enter(m *wire.NewView) {
	r.mode, r.view, r.entered, r.timed = Normal, m.View, m, nil
	r.disarm(TimerView)
	clear(r.missing)
	for _, s := range r.slots {
		s.leave()
	}
	r.pool.unplace()
	r.persist(&wire.Entered{NewView: m})
	if r.primary() {
		r.emit(Broadcast{m})
	}
	r.emit(Note{Kind: NoteNewView, View: r.view, Seq: r.executed})
	base := highest(m.Changes)
	r.next = max(r.low, base.Seq)
	if n := len(m.Orders); n > 0 {
		r.next = max(r.next, m.Orders[n-1].Seq)
	}
	r.hold = true
	r.resumeOrders(base, m.Orders)
	r.hold = false
	r.execute()
	if r.mode == Normal {
		r.relay()
	}
}

// highest returns the highest state that any of the VIEW-CHANGEs proves.
func highest(changes []*wire.ViewChange) *wire.Stable {
	base := changes[0].Stable
	for _, c := range changes {
		if c.Stable.Seq > base.Seq {
			base = c.Stable
		}
	}
	return base
}

// resumeOrders votes for what the new view begins with, and then takes what has come for the view too early.
func (r *Replica) resumeOrders(base *wire.Stable, orders []*wire.PrePrepare) {
	if r.settle(base); r.mode != Normal {
		return
	}
	for _, pp := range orders {
		if pp.Seq > r.low && r.mode == Normal {
			r.order(pp)
		}
	}
	for _, s := range r.inOrder() {
		if r.mode != Normal {
			return
		}
		if f := s.future; f != nil && f.PrePrepare.View <= r.view {
			s.future = nil
			if f.PrePrepare.View == r.view {
				if err := r.accept(f); err != nil {
					r.ignore(f, err)
				}
			}
		}
	}
}

// order accepts a PRE-PREPARE of NEW-VIEW, and asks for its batch if nobody has brought it.
func (r *Replica) order(pp *wire.PrePrepare) {
	s := r.slot(pp.Seq)
	s.pp = pp
	if s.executed && s.done != pp.Digest {
		// Executed was what a quorum had committed, and this is what a quorum has proven.
		r.stop(s.seq, s.done, pp.Digest, false)
		return
	}
	if b, ok := s.bodies[pp.Digest]; ok {
		r.vouch(s, b)
		return
	}
	if f := s.future; f != nil && f.PrePrepare.Digest == pp.Digest && f.Batch.Digest() == pp.Digest {
		r.vouch(s, f.Batch)
		return
	}
	r.missing[s.seq] = struct{}{}
	r.fetchBody(s)
}

// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"fmt"
	"slices"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// changeView leaves the view and votes for a later one.
func (r *Replica) changeView(view uint64) {
	if r.mode == Amnesiac || view <= r.view {
		return
	}
	r.owed = r.owed[:0]
	for _, w := range r.pool.order {
		if !w.gone {
			r.owed = append(r.owed, keyOf(w.req))
		}
	}
	r.failed++
	r.mode, r.view, r.entered, r.timed = Changing, view, nil, nil
	r.disarm(TimerView)
	r.disarm(TimerLinger)
	clear(r.missing)
	if !r.opt.skip.oldVotes {
		for _, s := range r.slots {
			s.leave()
		}
	}
	m := r.viewChange()
	r.changes[r.me] = m
	r.persist(&wire.Changing{ViewChange: m})
	r.emit(Broadcast{m})
	r.emit(Note{Kind: NoteViewChange, View: view, Seq: r.executed})
	r.changed()
}

// viewChange says what the replica has prepared, with proof in signed mode and without in MAC mode.
func (r *Replica) viewChange() *wire.ViewChange {
	m := &wire.ViewChange{Epoch: r.cfg.Epoch, View: r.view, Stable: r.stable, Member: r.me}
	for _, s := range r.inOrder() {
		if r.cfg.Mode == wire.MAC {
			if s.cert != nil {
				m.P = append(m.P, wire.Claim{Seq: s.seq, View: s.cert.PrePrepare.View, Digest: s.cert.PrePrepare.Digest})
			}
			m.Q = append(m.Q, s.claims...)
		} else if s.cert != nil {
			m.Prepared = append(m.Prepared, s.cert)
		}
	}
	m.Sig = auth.Sign(r.keys, r.cfg, m)
	return m
}

// inOrder returns the slots by number.
func (r *Replica) inOrder() []*slot {
	list := make([]*slot, 0, len(r.slots))
	for _, s := range r.slots {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *slot) int {
		if a.seq < b.seq {
			return -1
		}
		return 1
	})
	return list
}

// onViewChange keeps each member's VIEW-CHANGE for the highest view, joins f+1 others, and helps who is left behind.
func (r *Replica) onViewChange(m *wire.ViewChange) {
	if m.Member == r.me {
		return
	}
	r.noticed(m.Member, m.View, 0)
	if err := checkViewChange(r.cfg, &r.opt.skip, m); err != nil {
		r.ignore(m, err)
		return
	}
	old := r.changes[m.Member]
	if old != nil && old.View > m.View {
		return
	}
	again := old != nil && old.View == m.View
	r.changes[m.Member] = m
	if r.proven(m.Stable); r.mode >= Retired {
		return
	}
	if r.mode == Normal && m.View <= r.view {
		if r.entered != nil && (again || r.primary()) && r.allow(m.Member) {
			r.send(m.Member, r.entered)
		}
		return
	}
	if r.join(); r.mode == Changing && !again {
		r.changed()
	}
}

// join moves to the smallest later view once f+1 members, so at least one that does not lie, want later ones.
func (r *Replica) join() {
	n, least := 0, uint64(0)
	for _, c := range r.changes {
		if c != nil && c.View > r.view {
			if n++; n == 1 || c.View < least {
				least = c.View
			}
		}
	}
	if n >= r.cfg.Weak() {
		r.changeView(least)
	}
}

// changed looks at what a quorum wants: the timer for the new primary runs as soon as it could begin, and the primary begins.
func (r *Replica) changed() {
	if r.mode != Changing {
		return
	}
	n := 0
	for _, c := range r.changes {
		if c != nil && c.View >= r.view {
			n++
		}
	}
	if n >= r.quorum() && !r.armed[TimerView] && !r.opt.skip.timers {
		r.arm(TimerView, r.patience())
	}
	if r.primary() {
		r.tryNewView()
	}
}

// checkViewChange says why a VIEW-CHANGE proves less than it claims.
func checkViewChange(c *wire.Config, s *skips, m *wire.ViewChange) error {
	if s.certificates {
		return nil
	}
	bad := func(why string, seq uint64) error {
		return fmt.Errorf("%s at %d: %w", why, seq, ErrViewChangeInvalid)
	}
	if m.View == 0 || !c.Has(m.Member) {
		return bad("view 0", 0)
	}
	if err := checkStable(c, s, m.Stable); err != nil {
		return err
	}
	if (c.Mode == wire.MAC && len(m.Prepared) > 0) || (c.Mode == wire.Signed && len(m.P)+len(m.Q) > 0) {
		return bad("claims of the other mode", m.Stable.Seq)
	}
	low, high := m.Stable.Seq, m.Stable.Seq+c.Rules.WithDefaults().Window
	last := low
	for _, p := range m.Prepared {
		pp := p.PrePrepare
		if pp.Seq <= last || pp.Seq > high || pp.View >= m.View {
			return bad("certificate out of place", pp.Seq)
		}
		last = pp.Seq
		if err := checkPrepared(c, s, p); err != nil {
			return err
		}
	}
	last = low
	for _, p := range m.P {
		if p.Seq <= last || p.Seq > high || p.View >= m.View {
			return bad("claim out of place", p.Seq)
		}
		last = p.Seq
	}
	for i, q := range m.Q {
		if q.Seq <= low || q.Seq > high || q.View >= m.View {
			return bad("claim out of place", q.Seq)
		}
		if i > 0 && (q.Seq < m.Q[i-1].Seq || (q.Seq == m.Q[i-1].Seq && q.View < m.Q[i-1].View)) {
			return bad("claims in disorder", q.Seq)
		}
	}
	return nil
}

// checkPrepared says why a certificate does not prove that its batch was prepared.
func checkPrepared(c *wire.Config, s *skips, p *wire.Prepared) error {
	if need := quorum(c, s) - 1; len(p.Marks) < need || (!ascending(p.Marks) && !s.distinct) {
		return fmt.Errorf("certificate at %d: marks of %d members, and %d are needed: %w", p.PrePrepare.Seq, len(p.Marks), need, ErrViewChangeInvalid)
	}
	for _, k := range p.Marks {
		if k.Member == c.Primary(p.PrePrepare.View) {
			return fmt.Errorf("certificate at %d: the primary prepares nothing: %w", p.PrePrepare.Seq, ErrViewChangeInvalid)
		}
	}
	return nil
}

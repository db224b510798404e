// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"cmp"
	"fmt"
	"slices"

	"mabeam.dev/protocols/pbft/wire"
)

// order is what a new view has to do with a sequence number.
type order struct {
	seq    uint64
	digest wire.Digest
}

// choose returns what follows from VIEW-CHANGEs: the highest state that any of them proves, and a batch for every number above it that may
// have been decided. It reports false where they do not suffice, which happens in MAC mode alone.
func choose(c *wire.Config, s *skips, changes []*wire.ViewChange) (*wire.Stable, []order, bool) {
	base, top := highest(changes), uint64(0)
	for _, m := range changes {
		for _, p := range m.Prepared {
			top = max(top, p.PrePrepare.Seq)
		}
		for _, p := range m.P {
			top = max(top, p.Seq)
		}
	}
	var orders []order
	for seq := base.Seq + 1; seq <= top; seq++ {
		d, ok := chooseProven(s, changes, seq)
		if c.Mode == wire.MAC {
			d, ok = chooseClaimed(c, s, changes, seq)
		}
		if !ok {
			return nil, nil, false
		}
		if d == wire.Null && s.nulls {
			continue
		}
		orders = append(orders, order{seq, d})
	}
	return base, orders, true
}

// chooseProven takes the batch of the certificate of the highest view, or null where there is none.
func chooseProven(s *skips, changes []*wire.ViewChange, seq uint64) (wire.Digest, bool) {
	var best *wire.PrePrepare
	for _, m := range changes {
		for _, p := range m.Prepared {
			pp := p.PrePrepare
			if pp.Seq == seq && (best == nil || (pp.View > best.View) != s.highest) {
				best = pp
			}
		}
	}
	if best == nil {
		return wire.Null, true
	}
	return best.Digest, true
}

// chooseClaimed takes a batch that somebody claims to have prepared, if a quorum has prepared nothing else at its view or later, and f+1
// members, so one that does not lie, have pre-prepared it at its view or later. It takes null if a quorum has prepared nothing.
func chooseClaimed(c *wire.Config, s *skips, changes []*wire.ViewChange, seq uint64) (wire.Digest, bool) {
	need := quorum(c, s)
	var claims []wire.Claim
	none := 0
	for _, m := range changes {
		if p := claimed(m, seq); p != nil {
			claims = append(claims, *p)
		} else if m.Stable.Seq < seq {
			none++
		}
	}
	slices.SortFunc(claims, func(a, b wire.Claim) int { // the order is the same at everybody
		switch {
		case a.View != b.View:
			return cmp.Compare(b.View, a.View)
		default:
			return slices.Compare(a.Digest[:], b.Digest[:])
		}
	})
	for _, p := range claims {
		if s.agreed {
			return p.Digest, true
		}
		free, known := 0, 0
		for _, m := range changes {
			if o := claimed(m, seq); m.Stable.Seq < seq && (o == nil || o.View < p.View || (o.View == p.View && o.Digest == p.Digest)) {
				free++
			}
			if slices.ContainsFunc(m.Q, func(q wire.Claim) bool { return q.Seq == seq && q.Digest == p.Digest && q.View >= p.View }) {
				known++
			}
		}
		if free >= need && known >= c.Weak() {
			return p.Digest, true
		}
	}
	return wire.Null, none >= need
}

func claimed(m *wire.ViewChange, seq uint64) *wire.Claim {
	for i := range m.P {
		if m.P[i].Seq == seq {
			return &m.P[i]
		}
	}
	return nil
}

// checkNewView says why a NEW-VIEW does not follow from its VIEW-CHANGEs. Everybody computes it anew.
func checkNewView(c *wire.Config, s *skips, m *wire.NewView) error {
	bad := func(why string) error { return fmt.Errorf("view %d: %s: %w", m.View, why, ErrNewViewInvalid) }
	if m.View == 0 || len(m.Changes) < quorum(c, s) {
		return bad("too few view changes")
	}
	for i, v := range m.Changes {
		if v.View != m.View || (i > 0 && v.Member <= m.Changes[i-1].Member) {
			return bad("view changes of another view, or in disorder")
		}
		if err := checkViewChange(c, s, v); err != nil {
			return fmt.Errorf("view %d: change of member %d: %w: %w", m.View, v.Member, err, ErrNewViewInvalid)
		}
	}
	_, orders, ok := choose(c, s, m.Changes)
	if s.recompute {
		return nil
	}
	if !ok {
		return bad("the view changes do not suffice")
	}
	if len(orders) != len(m.Orders) {
		return bad("other numbers")
	}
	for i, o := range orders {
		if pp := m.Orders[i]; pp.View != m.View || pp.Seq != o.seq || pp.Digest != o.digest {
			return fmt.Errorf("view %d: another batch at %d: %w", m.View, o.seq, ErrNewViewInvalid)
		}
	}
	return nil
}

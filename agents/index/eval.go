// SPDX-License-Identifier: Apache-2.0

package index

// eval puts into m the slots of one leaf that a term means. Slots in an edge are in, or if strict out; so are, if strict, all slots of
// a term that has rows to test.
func (t *term) eval(no uint32, m *mask, strict bool) {
	m.full = 0
	if strict && len(t.rest) > 0 {
		return
	}
	for _, s := range t.lead.sets {
		m.union(s.at(no))
	}
	if !strict {
		for _, s := range t.lead.edge {
			m.union(s.at(no))
		}
	}
	for i := range t.by {
		if m.full == 0 {
			return
		}
		t.by[i].narrow(no, m, strict)
	}
}

// narrow keeps in m what the index says.
func (x *indexed) narrow(no uint32, m *mask, strict bool) {
	if x.minus {
		for _, s := range x.sets {
			m.not(s.at(no))
		}
		if strict {
			for _, s := range x.edge {
				m.not(s.at(no))
			}
		}
		return
	}
	if len(x.sets) == 1 && (strict || len(x.edge) == 0) {
		m.and(x.sets[0].at(no))
		return
	}
	var some mask
	for _, s := range x.sets {
		some.add(s.at(no), m)
	}
	if !strict {
		for _, s := range x.edge {
			some.add(s.at(no), m)
		}
	}
	*m = some
}

// eval puts into m the slots of one leaf that some term means.
func (p *plan) eval(no uint32, m *mask, strict bool) {
	m.full = 0
	if len(p.terms) == 1 {
		p.terms[0].eval(no, m, strict)
		return
	}
	var one mask
	for i := range p.terms {
		p.terms[i].eval(no, &one, strict)
		m.or(&one)
	}
}

// leaves is how many leaves there may be.
func (v *View) leaves() uint32 { return (v.next + leafMask) >> leafBits }

// candidates returns the slots that the indexes name: exactly those meant, unless rows have to be tested.
func (p *plan) candidates(v *View) *set {
	if len(p.terms) == 0 {
		return nil
	}
	if t := &p.terms[0]; len(p.terms) == 1 && len(t.by) == 0 && len(t.lead.sets) == 1 && len(t.lead.edge) == 0 {
		return t.lead.sets[0]
	}
	out := &set{}
	var m mask
	for no := range v.leaves() {
		if p.eval(no, &m, false); m.full != 0 {
			out.put(no, m.pack(no))
			out.n += m.count()
		}
	}
	return out
}

// holds tests the row of a candidate.
func (p *plan) holds(root *node, r *Row) bool {
	if !p.check {
		return true
	}
	if len(p.tests) == 0 {
		return root.holds(r)
	}
	for _, l := range p.tests {
		if !l.holds(r) {
			return false
		}
	}
	return true
}

// renew takes out of candidates the slots whose rows the indexes do not show as they are, and finds those among the rows of now that are meant.
func (v *View) renew(p *Prepared, candidates *set) (*set, []*Row) {
	var fresh []*Row
	v.recent.each(func(r *recent) {
		if r.was != nil {
			candidates = candidates.without(0, r.slot)
		}
		if r.now != nil && p.Matches(r.now) {
			fresh = append(fresh, r.now)
		}
	})
	return candidates, fresh
}

// SPDX-License-Identifier: Apache-2.0

package plan

// reserve keeps slots of the invited free for what they may win, and room in the quota of the kind. Rates are drawn from now, so that nobody who wins has to wait;
// who wins nothing gets it back.
func (q *Queue) reserve(now Instant, p Procure) {
	a := &ask{n: len(p.IDs), invited: p.Invited, drew: !p.Again}
	for _, t := range p.Tasks {
		if g := q.gates[t.Kind]; g != nil && t.ID != "" {
			a.gate = g
			break
		}
	}
	q.asks[p.Call] = a
	if g := a.gate; g != nil {
		if a.drew {
			g.rest = g.pace.take(now)
		}
		q.occupy(g, a.n)
	}
	for _, i := range p.Invited {
		w := q.life(i.Agent)
		if w == nil {
			continue
		}
		if a.drew && w.pace.each > 0 {
			if w.rest = w.pace.take(now); w.rest != 0 {
				q.resting.push(w)
			}
		}
		for n := range i.Slots {
			w.held[p.Call+Token(n)] = hold{}
		}
		q.refresh(w)
	}
}

// askedBefore adds what open calls keep reserved of an agent that a rebuilt queue is told of.
func (q *Queue) askedBefore(agent Agent, held map[Token]hold) {
	for _, c := range q.calls {
		for _, i := range c.invited {
			if i.Agent != agent {
				continue
			}
			for n := range i.Slots {
				held[c.base+Token(n)] = hold{}
			}
		}
	}
}

// unreserve gives back what a call that is over has kept. What was won has been taken already.
func (q *Queue) unreserve(now Instant, base Token) {
	a := q.asks[base]
	if c, _ := q.callOf(base); a == nil || c != nil && c.base == base {
		return
	}
	delete(q.asks, base)
	won := map[Agent]bool{}
	started := 0
	for _, i := range a.invited {
		for _, r := range q.crews[i.Agent] {
			if r.deal >= base && r.deal < base+Token(a.n) {
				won[i.Agent] = true
				started++
			}
		}
	}
	for _, i := range a.invited {
		w := q.life(i.Agent)
		if w == nil {
			continue
		}
		for n := range i.Slots {
			delete(w.held, base+Token(n))
		}
		if a.drew && !won[i.Agent] && w.pace.each > 0 {
			w.pace.putBack()
			if w.restSlot >= 0 {
				q.resting.remove(w.restSlot)
			}
			if w.rest = w.pace.next(now); w.rest != 0 {
				q.resting.push(w)
			}
		}
		q.refresh(w)
	}
	if g := a.gate; g != nil {
		if a.drew && started == 0 {
			g.pace.putBack()
			g.rest = g.pace.next(now)
		}
		q.occupy(g, -a.n)
	}
}

// putBack returns a token that was not used.
func (p *pace) putBack() { p.full = p.full.Add(-p.each) }

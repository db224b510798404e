// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"maps"
	"slices"
)

// trade writes calls and debts.
func (w *writer) trade(q *Queue) {
	w.uint(uint64(len(q.calls)))
	for _, c := range q.calls {
		w.uint(uint64(c.base))
		w.int(int64(c.at))
		w.uint(uint64(len(c.ids)))
		for i, id := range c.ids {
			w.string(id)
			w.uint(uint64(boolCount(c.closed[i])))
		}
		w.uint(uint64(len(c.invited)))
		for _, i := range c.invited {
			w.agent(i.Agent)
			w.uint(uint64(i.Slots))
		}
	}
	w.uint(uint64(len(q.debts)))
	for _, deal := range slices.Sorted(maps.Keys(q.debts)) {
		d := q.debts[deal]
		w.deal(d.Deal, d.Price)
		w.string(d.ID)
		w.string(d.Kind)
		w.agent(d.Agent)
		w.string(string(d.Verdict))
		w.int(int64(d.Started))
		w.int(int64(d.Ended))
	}
}

func (w *writer) agent(a Agent) {
	w.string(a.ID)
	w.string(a.Incarnation)
}

func (w *writer) deal(deal Token, price int64) {
	w.uint(uint64(deal))
	w.int(price)
}

func (r *reader) agent() Agent { return Agent{ID: r.string(), Incarnation: r.string()} }

func (r *reader) deal() (Token, int64) { return Token(r.uint()), r.int() }

func (q *Queue) restoreTrade(r *reader) string {
	q.traded = true
	var end Token // of the places that were given
	for range r.count() {
		c := &call{base: Token(r.uint()), at: Instant(r.int())}
		for range r.count() {
			c.ids = append(c.ids, r.string())
			closed := r.uint() != 0
			c.closed = append(c.closed, closed)
			c.left += boolCount(!closed)
		}
		for range r.count() {
			c.invited = append(c.invited, Invited{Agent: r.agent(), Slots: int(min(r.uint(), MaxBatch))})
		}
		n := Token(len(c.ids))
		if c.base <= end || c.left == 0 || c.base+n-1 > q.token || c.base+n < c.base {
			return "a call is damaged"
		}
		end = c.base + n - 1
		q.calls = append(q.calls, c)
	}
	for range r.count() {
		var d Debt
		d.Deal, d.Price = r.deal()
		d.ID, d.Kind, d.Agent, d.Verdict = r.string(), r.string(), r.agent(), Verdict(r.string())
		d.Started, d.Ended = Instant(r.int()), Instant(r.int())
		if _, twice := q.debts[d.Deal]; twice || d.Deal == 0 {
			return "a debt is damaged"
		}
		q.debts[d.Deal] = d
	}
	return ""
}

// putUnderCall takes a record that was just entered out of its lane, because it is bid for.
func (q *Queue) putUnderCall(r *record, place Token) string {
	c, i := q.callOf(place)
	if c == nil || c.closed[i] || c.ids[i] != r.ID || r.state != StateAccepted {
		return "a task is in a call that is not open for it"
	}
	q.dequeue(r)
	r.call = place
	return ""
}

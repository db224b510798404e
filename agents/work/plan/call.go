// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// call is a call for bids that is not over. Its first task has the place base, the next ones those behind it; places are tokens, so that none is given twice.
type call struct {
	base    Token
	ids     []string
	invited []Invited
	at      Instant
	closed  []bool // by task
	left    int    // tasks that are not closed
}

// ask is what an open call keeps reserved. It is live knowledge: a rebuilt queue reserves again.
type ask struct {
	n       int
	invited []Invited
	gate    *gate
	drew    bool // tokens of rates were taken
}

// callOf finds the open call that a place belongs to, and which of its tasks that is.
func (q *Queue) callOf(place Token) (*call, int) {
	i, found := slices.BinarySearchFunc(q.calls, place, func(c *call, t Token) int {
		switch {
		case t < c.base:
			return 1
		case t >= c.base+Token(len(c.ids)):
			return -1
		}
		return 0
	})
	if !found {
		return nil, 0
	}
	return q.calls[i], int(place - q.calls[i].base)
}

// close ends a place of a call, and with the last one the call.
func (q *Queue) close(place Token) {
	c, i := q.callOf(place)
	c.closed[i] = true
	if c.left--; c.left == 0 {
		q.calls = slices.DeleteFunc(q.calls, func(x *call) bool { return x == c })
	}
}

// call invites the candidates for the first tasks of a lane: as many tasks as Procurement.Batch says, the candidates can take and the kind's quota allows.
func (q *Queue) call(now Instant, l *lane, out *Output) {
	n, room := q.spec.Procurement.Batch, 0
	if g := l.gate; g != nil {
		if g.most > 0 {
			n = min(n, g.most-g.held)
		}
		if g.pace.each > 0 {
			n = 1
		}
	}
	candidates := l.candidates()
	for _, s := range candidates {
		room += s.worker.slots - len(s.worker.held)
	}
	e := Called{Call: q.token + 1, At: now}
	p := Procure{Call: e.Call, At: now}
	for _, r := range l.tasks.first(min(n, room)) {
		if !r.Deadline.passed(now) && !q.spec.Procurement.over(r) {
			e.IDs = append(e.IDs, r.ID)
			p.Tasks = append(p.Tasks, r.Task)
		}
	}
	for _, s := range candidates {
		slots := min(len(e.IDs), s.worker.slots-len(s.worker.held))
		if s.worker.pace.each > 0 {
			slots = 1
		}
		e.Invited = append(e.Invited, Invited{Agent: s.worker.agent, Slots: slots})
	}
	slices.SortFunc(e.Invited, func(a, b Invited) int { return strings.Compare(a.Agent.ID, b.Agent.ID) })
	p.IDs, p.Invited = e.IDs, e.Invited
	out.Events = append(out.Events, e)
	out.Effects = append(out.Effects, p)
}

// award starts what was won, and opens again what was not.
func (q *Queue) award(now Instant, random rand.Source, c Award, out *Output) {
	call, _ := q.callOf(c.Call)
	if call == nil || call.base != c.Call {
		return
	}
	winners := make([]*Winner, len(call.ids))
	for i := range c.Winners {
		if w := &c.Winners[i]; w.Task >= 0 && w.Task < len(winners) && winners[w.Task] == nil {
			winners[w.Task] = w
		}
	}
	token, got := q.token, map[string]int{}
	for i, id := range call.ids {
		place := call.base + Token(i)
		r := q.records[id]
		if r != nil && r.call != place {
			r = nil
		}
		w := winners[i]
		switch {
		case call.closed[i]:
		case w == nil:
			q.unsold(now, random, c, place, id, r, out)
		default:
			agent, why := q.unfit(now, call, r, w.Agent, got[w.Agent])
			if why != "" {
				out.Events = append(out.Events, Voided{Deal: place, ID: id, Agent: agent, Price: w.Price, At: now, Reason: why})
				continue
			}
			got[w.Agent]++
			token++
			s := Started{ID: id, Token: token, Attempt: int(r.attempt) + 1, Agent: agent, At: now, Until: r.limit(now), Deal: place, Price: w.Price}
			out.Events = append(out.Events, s)
			out.Effects = append(out.Effects, Dispatch{
				Agent: agent, Token: token, Attempt: s.Attempt, Until: s.Until, Task: r.Task, Deal: place, Price: w.Price,
			})
		}
	}
}

// unfit says why an award cannot be used; empty means that it can.
func (q *Queue) unfit(now Instant, c *call, r *record, id string, got int) (Agent, string) {
	i := slices.IndexFunc(c.invited, func(x Invited) bool { return x.Agent.ID == id })
	if i < 0 {
		return Agent{ID: id}, "the agent was not invited"
	}
	agent := c.invited[i].Agent
	w := q.life(agent)
	switch {
	case r == nil:
		return agent, "the task is over"
	case q.draining:
		return agent, "the queue is draining"
	case q.paused:
		return agent, "the queue is paused"
	case r.Deadline.passed(now):
		return agent, "the task's deadline has passed"
	case w == nil:
		return agent, "the agent is gone"
	case !w.up:
		return agent, "the agent takes no tasks any more"
	case got >= c.invited[i].Slots:
		return agent, "the agent has won more than it has room for"
	}
	return agent, ""
}

// unsold opens a task again that nobody won, or ends it when it was called often enough.
func (q *Queue) unsold(now Instant, random rand.Source, c Award, place Token, id string, r *record, out *Output) {
	e := Unsold{Deal: place, ID: id, At: now, Cause: c.Cause, Reason: clip(c.Reason)}
	if e.Cause == "" {
		e.Cause = NoBid
	}
	p := q.spec.Procurement
	last := r != nil && p.Rounds > 0 && int(r.unsold)+1 >= p.Rounds
	if r != nil && !last {
		e.Until = now.Add(max(q.spec.Backoff.wait(int(r.unsold)+1, random), time.Millisecond))
	}
	out.Events = append(out.Events, e)
	if last && p.Fallback == "" {
		q.bury(now, r, "", CauseUnsold, fmt.Sprintf("%d calls for bids found nobody, the last because of %s", r.unsold+1, e.Cause), out)
	}
}

// limit is when an attempt that begins now is taken away; zero = never.
func (r *record) limit(now Instant) Instant {
	var until Instant
	if r.Timeout > 0 {
		until = now.Add(r.Timeout)
	}
	return sooner(until, r.Deadline)
}

func (q *Queue) applyCalled(e Called) string {
	n := Token(len(e.IDs))
	if n == 0 || e.Call <= q.token || e.Call+n < e.Call {
		return "call was made before"
	}
	for i, id := range e.IDs {
		if r := q.records[id]; r == nil || r.state != StateAccepted || r.call != 0 || slices.Contains(e.IDs[:i], id) {
			return "task is not accepted"
		}
	}
	for i, id := range e.IDs {
		r := q.records[id]
		q.dequeue(r)
		r.call = e.Call + Token(i)
	}
	q.token, q.traded = e.Call+n-1, true
	q.calls = append(q.calls, &call{base: e.Call, ids: e.IDs, invited: e.Invited, at: e.At, closed: make([]bool, n), left: int(n)})
	return ""
}

// openPlace finds a place that is not closed yet, and its record if that is still bid for.
func (q *Queue) openPlace(place Token, id string) (r *record, why string) {
	c, i := q.callOf(place)
	if c == nil || c.closed[i] || c.ids[i] != id {
		return nil, "place is not open in a call"
	}
	if r = q.records[id]; r != nil && r.call != place {
		r = nil
	}
	return r, ""
}

func (q *Queue) applyUnsold(e Unsold) string {
	r, why := q.openPlace(e.Deal, e.ID)
	if why != "" {
		return why
	}
	q.close(e.Deal)
	if r != nil {
		q.leaveState(r)
		r.unsold++
		q.reopen(r, e.Until)
	}
	return ""
}

func (q *Queue) applyVoided(e Voided) string {
	r, why := q.openPlace(e.Deal, e.ID)
	if why != "" {
		return why
	}
	q.close(e.Deal)
	d := Debt{Deal: e.Deal, ID: e.ID, Agent: e.Agent, Price: e.Price, Verdict: Void, Started: e.At, Ended: e.At}
	if r != nil {
		d.Kind = r.Kind
		q.leaveState(r)
		q.reopen(r, 0)
	}
	q.oweDebt(d)
	return ""
}

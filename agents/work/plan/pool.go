// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"slices"

	"mabeam.dev/agents/capability"
)

// worker is a life of an agent as the queue sees it. It is live knowledge and never journaled.
type worker struct {
	agent     Agent
	kind      string
	offers    []capability.Offer // sorted by name
	seats     []*seat            // one in each group it serves, the empty need first
	slots     int
	size      float64 // slots by weight
	standing  AgentStanding
	held      map[Token]hold // attempts it works on
	lastPick  uint64
	pace      pace
	rest      Instant // until then the pace holds it back; 0 = it does not
	restSlot  int     // position among the resting, -1 = not there
	draining  bool
	condemned bool
	up, free  bool // as counted in the groups
}

// hold is an attempt that an agent works on.
type hold struct {
	recalled bool  // and not yet let go
	gate     *gate // of the task's kind, if it has a quota
}

// seat is a worker's place among the free agents of one group.
type seat struct {
	worker *worker
	group  *group
	slot   int // -1 = not free
}

// recall is a recalled attempt whose agent has not let go.
type recall struct {
	limit Instant
	agent Agent
	token Token
}

// life returns the worker of exactly this incarnation, or nil.
func (q *Queue) life(a Agent) *worker {
	if w := q.workers[a.ID]; w != nil && w.agent == a {
		return w
	}
	return nil
}

// join adds an agent, replaces an older life of it, or changes what a known life offers.
func (q *Queue) join(now Instant, c AgentUp) {
	held := map[Token]hold{}
	var lastPick uint64
	var condemned bool
	standing := c.Standing.tidy()
	standing.Agent = c.Agent
	beat, begun := q.paces[c.Agent.ID]
	if !begun {
		beat = newPace(q.spec.Agents)
	}
	delete(q.paces, c.Agent.ID)
	if old := q.workers[c.Agent.ID]; old != nil {
		beat = old.pace
		if old.agent == c.Agent {
			held, lastPick, condemned = old.held, old.lastPick, old.condemned
		}
		q.leave(old.agent)
	}
	for _, r := range q.crews[c.Agent] {
		if _, known := held[r.token]; !known {
			held[r.token] = hold{gate: q.gates[r.Kind]}
		}
	}
	for _, h := range held {
		q.occupy(h.gate, 1)
	}
	q.askedBefore(c.Agent, held)
	slots := max(1, c.Concurrency)
	if most := q.spec.Agents.Concurrency; most > 0 {
		slots = min(slots, most)
	}
	w := &worker{
		agent: c.Agent, kind: c.Kind, offers: offersOf(c.Capabilities), slots: slots, size: float64(slots) * weightOf(c.Weight),
		held: held, lastPick: lastPick, condemned: condemned, standing: standing, pace: beat, rest: beat.next(now), restSlot: -1,
	}
	if w.rest != 0 {
		q.resting.push(w)
	}
	q.workers[c.Agent.ID] = w
	q.sit(w)
	q.refresh(w)
}

// leave removes a life; attempts it had must have been ended by events before.
func (q *Queue) leave(a Agent) {
	w := q.life(a)
	if w == nil {
		return
	}
	w.condemned = true
	q.refresh(w)
	if w.restSlot >= 0 {
		q.resting.remove(w.restSlot)
	}
	for _, h := range w.held {
		q.occupy(h.gate, -1)
	}
	delete(q.workers, a.ID)
	q.keepPace(w)
	for _, s := range w.seats {
		s.group.seats--
		q.prune(s.group)
	}
}

// refresh brings the groups in line with a worker whose slots or standing changed.
func (q *Queue) refresh(w *worker) {
	up := !w.draining && !w.condemned && !w.standing.Out
	free := up && len(w.held) < w.slots && w.rest == 0
	upBy, freeBy := boolCount(up)-boolCount(w.up), boolCount(free)-boolCount(w.free)
	w.up, w.free = up, free
	for _, s := range w.seats {
		g := s.group
		switch {
		case free && s.slot < 0:
			g.free.push(s)
		case free:
			g.free.fix(s.slot)
		case s.slot >= 0:
			g.free.remove(s.slot)
		}
		if upBy == 0 && freeBy == 0 {
			continue
		}
		g.up += upBy
		g.fresh.count(w, upBy, freeBy)
		for _, l := range g.retried {
			l.count(w, upBy, freeBy)
			q.settle(l)
		}
		q.settle(g.fresh)
	}
}

// take books a slot for a dispatched attempt.
func (q *Queue) take(now Instant, f Dispatch) {
	w := q.life(f.Agent)
	if w == nil {
		return
	}
	q.picks++
	w.lastPick = q.picks
	g := q.gates[f.Task.Kind]
	w.held[f.Token] = hold{gate: g}
	if f.Deal == 0 { // whoever was called to bid has been counted then
		if w.rest = w.pace.take(now); w.rest != 0 {
			q.resting.push(w)
		}
		if g != nil {
			g.rest = g.pace.take(now)
		}
	}
	q.refresh(w)
	q.occupy(g, 1)
}

// release gives a slot back: the agent has answered the token, in time or late.
func (q *Queue) release(a Agent, token Token) {
	w := q.life(a)
	if w == nil {
		return
	}
	if h, held := w.held[token]; held {
		delete(w.held, token)
		q.refresh(w)
		q.occupy(h.gate, -1)
	}
}

// await keeps the slot of a recalled attempt taken, for at most the grace: an agent that hangs must not be given the next task to hang on.
func (q *Queue) await(now Instant, f Recall) {
	w := q.life(f.Agent)
	if w == nil {
		return
	}
	h, held := w.held[f.Token]
	if !held {
		return
	}
	h.recalled = true
	w.held[f.Token] = h
	if q.spec.Grace >= 0 {
		q.recalled = append(q.recalled, recall{limit: now.Add(q.spec.Grace), agent: f.Agent, token: f.Token})
	}
}

// condemn gives up agents whose grace is over.
func (q *Queue) condemn(now Instant, out *Output) {
	n := 0
	for ; n < len(q.recalled) && q.recalled[n].limit.passed(now); n++ {
		r := q.recalled[n]
		w := q.life(r.agent)
		if w == nil || !w.held[r.token].recalled || w.condemned {
			continue
		}
		w.condemned = true
		q.refresh(w)
		out.Effects = append(out.Effects, Condemn{Agent: w.agent, Reason: "did not let go of a recalled task"})
	}
	q.recalled = slices.Delete(q.recalled, 0, n)
}

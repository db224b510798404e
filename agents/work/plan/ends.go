// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// result takes an agent's answer, if it is for the attempt that runs.
func (q *Queue) result(now Instant, random rand.Source, c Result, out *Output) {
	r := q.attemptOf(c.Agent, c.Token, out)
	if r == nil {
		return
	}
	output, err := compactJSON(c.Output)
	if err != nil {
		q.fail(now, random, r, EndError, Retryable, "output "+err.Error(), 0, out)
		return
	}
	e := Done{Final: r.final(now, EndDone, ""), Output: output}
	out.Events = append(out.Events, e)
	q.emit(e, out)
}

func (q *Queue) failure(now Instant, random rand.Source, c Failure, out *Output) {
	r := q.attemptOf(c.Agent, c.Token, out)
	if r == nil {
		return
	}
	if c.Class == Undelivered {
		// A refusal costs the task no attempt, so without a wait it would go in circles at full speed.
		wait := max(q.spec.Backoff.wait(int(r.returns)+1, random), time.Millisecond, c.After)
		out.Events = append(out.Events, Returned{ID: r.ID, Token: r.token, At: now, Reason: clip(c.Reason), Until: now.Add(wait)})
		return
	}
	q.fail(now, random, r, EndError, c.Class, c.Reason, c.After, out)
}

// attemptOf finds the running attempt an agent speaks of. Anything else comes late and is dropped.
func (q *Queue) attemptOf(a Agent, token Token, out *Output) *record {
	r := q.running[token]
	if r == nil || r.agent != a {
		out.Effects = append(out.Effects, Late{Agent: a, Token: token})
		return nil
	}
	return r
}

// fail ends a running attempt without a result: the task waits for another one or is dead.
func (q *Queue) fail(now Instant, random rand.Source, r *record, end End, class Class, reason string, after time.Duration, out *Output) {
	reason = clip(reason)
	switch {
	case r.Deadline.passed(now):
		q.bury(now, r, end, CauseDeadline, reason, out)
		return
	case class == Permanent:
		q.bury(now, r, end, CausePermanent, reason, out)
		return
	case end == EndKilled && q.spec.Poison > 0 && r.kills(r.agent.ID)+1 >= q.spec.Poison:
		q.bury(now, r, end, CausePoison, reason, out)
		return
	case int(r.attempt) >= r.Attempts:
		q.bury(now, r, end, CauseAttempts, reason, out)
		return
	}
	// The death of an agent says little about the task: it is offered again at once. An error or a time-out may come from something that needs rest.
	var until Instant
	if end == EndError || end == EndTimeout {
		if wait := max(q.spec.Backoff.wait(int(r.attempt), random), after); wait > 0 {
			until = now.Add(wait)
		}
	}
	out.Events = append(out.Events, Failed{ID: r.ID, Token: r.token, At: now, End: end, Reason: reason, Until: until})
}

// bury makes a task a dead letter. For a running task, end says how its attempt ended.
func (q *Queue) bury(now Instant, r *record, end End, cause Cause, reason string, out *Output) {
	e := Died{Final: r.final(now, end, reason), Cause: cause, Reason: reason}
	out.Events = append(out.Events, e)
	q.emit(e, out)
	out.Effects = append(out.Effects, DeadLetter{ID: r.ID, Cause: cause, Reason: reason})
}

// agentUp ends what an older life of the agent left behind.
func (q *Queue) agentUp(now Instant, random rand.Source, c AgentUp, out *Output) error {
	if c.Agent.ID == "" || len(c.Agent.ID) > MaxName || clip(c.Agent.ID) != c.Agent.ID || clip(c.Agent.Incarnation) != c.Agent.Incarnation {
		return refusal("agent up", c.Agent.ID, ErrAgent)
	}
	if old := q.workers[c.Agent.ID]; old != nil && old.agent != c.Agent {
		q.endCrew(now, random, old.agent, "replaced by a new incarnation", func(*record) End { return EndDown }, out)
	}
	return nil
}

func (q *Queue) agentDown(now Instant, random rand.Source, c AgentDown, out *Output) {
	q.endCrew(now, random, c.Agent, c.Reason, func(r *record) End {
		if c.Crashed && (c.Culprit == "" || c.Culprit == r.ID) {
			return EndKilled
		}
		return EndDown
	}, out)
}

func (q *Queue) endCrew(now Instant, random rand.Source, a Agent, reason string, end func(*record) End, out *Output) {
	for _, r := range byToken(q.crews[a]) {
		q.fail(now, random, r, end(r), Retryable, reason, 0, out)
	}
}

// takeBack returns the attempts of a draining agent, uncounted.
func (q *Queue) takeBack(now Instant, a Agent, out *Output) {
	for _, r := range byToken(q.crews[a]) {
		out.Events = append(out.Events, Returned{ID: r.ID, Token: r.token, At: now, Reason: "agent draining"})
		q.recallOf(r, "agent draining", out)
	}
}

// recover ends the attempts of lives that are gone and asks the others for what they may have sent while nobody listened.
func (q *Queue) recover(now Instant, random rand.Source, out *Output) {
	q.resume(out)
	all := make([]*record, 0, len(q.running))
	for _, r := range q.running {
		all = append(all, r)
	}
	for _, r := range byToken(all) {
		if q.life(r.agent) != nil {
			out.Effects = append(out.Effects, Ask{Agent: r.agent, Token: r.token, ID: r.ID})
		} else {
			q.fail(now, random, r, EndLost, Retryable, "agent did not survive the restart", 0, out)
		}
	}
}

// resume puts out again what of calls and deals may have been lost with whoever carried it out.
func (q *Queue) resume(out *Output) {
	for _, c := range q.calls {
		if q.asks[c.base] != nil {
			continue // made in this life, for an agent that was announced before the Recover
		}
		p := Procure{Call: c.base, IDs: c.ids, Tasks: make([]Task, len(c.ids)), Invited: c.invited, At: c.at, Again: true}
		for i, id := range c.ids {
			if r := q.records[id]; r != nil && r.call == c.base+Token(i) {
				p.Tasks[i] = r.Task
			}
		}
		out.Effects = append(out.Effects, p)
	}
	for _, deal := range slices.Sorted(maps.Keys(q.debts)) {
		out.Effects = append(out.Effects, Settle{q.debts[deal]})
	}
}

// tick deals with tasks whose time has come: deadlines, time-outs and ends of back-offs.
func (q *Queue) tick(now Instant, random rand.Source, out *Output) {
	for _, r := range q.dueBy(now) {
		switch {
		case r.Deadline.passed(now):
			q.recallOf(r, "deadline passed", out)
			q.bury(now, r, EndDeadline, CauseDeadline, "deadline passed while "+r.state.String(), out)
		case r.state == StateRunning:
			q.recallOf(r, "attempt timed out", out)
			q.fail(now, random, r, EndTimeout, Retryable, "attempt timed out after "+now.Sub(r.started).String(), 0, out)
		default:
			out.Events = append(out.Events, Offered{ID: r.ID, At: now})
		}
	}
}

// dueBy lists records that are due, in order. It walks down the heap only as far as they are, leaves the heap alone, and stops at tickBudget.
func (q *Queue) dueBy(now Instant) []*record {
	var found []alarm
	edge := []int{0}
	for len(edge) > 0 && len(found) < tickBudget {
		i := edge[len(edge)-1]
		edge = edge[:len(edge)-1]
		if i < q.due.len() && q.due.items[i].at <= now {
			found = append(found, q.due.items[i])
			edge = append(edge, 2*i+1, 2*i+2)
		}
	}
	slices.SortFunc(found, func(a, b alarm) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.record.seq, b.record.seq)) })
	records := make([]*record, len(found))
	for i, a := range found {
		records[i] = a.record
	}
	return records
}

func byToken(crew []*record) []*record {
	return slices.SortedFunc(slices.Values(crew), func(a, b *record) int { return cmp.Compare(a.token, b.token) })
}

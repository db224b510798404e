// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"slices"
)

// Apply changes the journaled state by one event. It reads no configuration that could alter the outcome, so the same events give the same state whatever the
// spec says now. An event that does not fit gives a *HistoryError and changes nothing.
func (q *Queue) Apply(event Event) error {
	var reason string
	var id string
	q.owed = 0
	switch e := event.(type) {
	case Accepted:
		id, reason = e.Task.ID, q.applyAccepted(e)
	case Started:
		id, reason = e.ID, q.applyStarted(e)
	case Failed:
		id, reason = e.ID, q.applyFailed(e)
	case Returned:
		id, reason = e.ID, q.applyReturned(e)
	case Offered:
		id, reason = e.ID, q.applyOffered(e)
	case Done:
		id, reason = e.ID, q.applyFinal(e.Final, StateDone, "", "")
	case Died:
		id, reason = e.ID, q.applyFinal(e.Final, StateDead, e.Cause, e.Reason)
	case Cancelled:
		id, reason = e.ID, q.applyFinal(e.Final, StateCancelled, "", e.Reason)
	case Revived:
		id, reason = e.ID, q.applyRevived(e)
	case Forgotten:
		q.applyForgotten(e)
	case Purged:
		id, reason = e.ID, q.applyPurged(e)
	case Called:
		reason = q.applyCalled(e)
	case Unsold:
		id, reason = e.ID, q.applyUnsold(e)
	case Voided:
		id, reason = e.ID, q.applyVoided(e)
	case Settled:
		reason = q.applySettled(e)
	case Paused:
		q.paused, q.pause = true, e
	case Unpaused:
		q.paused, q.pause = false, Paused{}
	default:
		reason = "unknown event"
	}
	if reason != "" {
		return &HistoryError{Version: q.version + 1, Event: fmt.Sprintf("%T", event), ID: id, Reason: reason}
	}
	q.version++
	return nil
}

func (q *Queue) applyAccepted(e Accepted) string {
	if q.known(e.Task.ID) {
		return "task is known"
	}
	if _, known := q.keys[e.Task.Key]; known && e.Task.Key != "" {
		return "key is known"
	}
	q.seq++
	r := &record{Task: e.Task, digest: e.Task.Digest(), seq: q.seq, accepted: e.At, crewSlot: -1, dueSlot: -1}
	r.Kind = q.kindOf(e.Task.Kind)
	q.records[r.ID] = r
	if r.Key != "" {
		q.keys[r.Key] = r.ID
	}
	if e.From.Source != "" {
		q.cursors[e.From.Source] = max(q.cursors[e.From.Source], e.From.Offset)
	}
	q.enter(r, StateAccepted)
	return ""
}

func (q *Queue) applyStarted(e Started) string {
	r := q.records[e.ID]
	if r == nil || r.state != StateAccepted {
		return "task is not accepted"
	}
	if e.Token <= q.token {
		return "token was given before"
	}
	if e.Deal != r.call {
		return "task is bid for in another call"
	}
	q.leaveState(r)
	if e.Deal != 0 {
		q.close(e.Deal)
	}
	q.token, r.deal, r.price = e.Token, e.Deal, e.Price
	r.token, r.agent, r.started, r.until, r.attempt = e.Token, e.Agent, e.At, e.Until, int32(e.Attempt)
	q.enter(r, StateRunning)
	return ""
}

func (q *Queue) applyFailed(e Failed) string {
	r := q.running[e.Token]
	if r == nil || r.ID != e.ID {
		return "attempt is not running"
	}
	q.leaveState(r)
	q.owe(r, e.At, verdictOf(e.End, ""))
	r.history = append(slices.Clip(r.history), r.ending(e.At, e.End, e.Reason))
	r.returns = 0
	q.reopen(r, e.Until)
	return ""
}

func (q *Queue) applyReturned(e Returned) string {
	r := q.running[e.Token]
	if r == nil || r.ID != e.ID {
		return "attempt is not running"
	}
	q.leaveState(r)
	q.owe(r, e.At, Void)
	r.attempt--
	r.returns++
	q.reopen(r, e.Until)
	return ""
}

// reopen takes the attempt off the task and lets it wait, if only until the next agent.
func (q *Queue) reopen(r *record, until Instant) {
	r.token, r.agent, r.started, r.until, r.deal, r.price = 0, Agent{}, 0, until, 0, 0
	if until == 0 {
		q.enter(r, StateAccepted)
	} else {
		q.enter(r, StateWaiting)
	}
}

func (q *Queue) applyOffered(e Offered) string {
	r := q.records[e.ID]
	if r == nil || r.state != StateWaiting {
		return "task is not waiting"
	}
	q.leaveState(r)
	q.reopen(r, 0)
	return ""
}

func (q *Queue) applyFinal(e Final, state State, cause Cause, reason string) string {
	r := q.records[e.ID]
	switch {
	case r == nil || r.state == StateDead:
		return "task is not open"
	case state == StateDone && r.state != StateRunning:
		return "task is not running"
	}
	q.leaveState(r)
	if n := len(e.Attempts); r.deal != 0 && n > 0 {
		q.owe(r, e.At, verdictOf(e.Attempts[n-1].End, cause))
	}
	r.token, r.agent, r.started, r.until, r.returns, r.deal, r.price = 0, Agent{}, 0, 0, 0, 0, 0
	if state == StateDead {
		r.history, r.cause, r.reason, r.ended, r.version = e.Attempts, cause, reason, e.At, q.version+1
		q.enter(r, StateDead)
		return ""
	}
	q.bygone(r, final{digest: r.digest, ended: e.At, version: q.version + 1, state: state})
	q.tally[state]++
	return ""
}

func (q *Queue) applyRevived(e Revived) string {
	r := q.records[e.ID]
	if r == nil || r.state != StateDead {
		return "task is not dead"
	}
	q.leaveState(r)
	q.seq++
	r.seq, r.accepted, r.Deadline, r.attempt = q.seq, e.At, e.Deadline, 0
	r.series++
	r.unsold = 0
	r.cause, r.reason, r.ended, r.version = "", "", 0, 0
	q.enter(r, StateAccepted)
	return ""
}

// enter puts a record into a state and into the indexes that go with it.
func (q *Queue) enter(r *record, state State) {
	r.state = state
	q.tally[state]++
	if state != StateDead {
		q.open++
	}
	switch state {
	case StateAccepted:
		q.enqueue(r)
	case StateRunning:
		q.running[r.token] = r
		crew := q.crews[r.agent]
		r.crewSlot = int32(len(crew))
		q.crews[r.agent] = append(crew, r)
	case StateUnknown, StateWaiting, StateDone, StateDead, StateCancelled:
	}
	if at := dueOf(r); at != 0 {
		q.due.push(alarm{at, r})
	}
}

// leaveState is the inverse of enter.
func (q *Queue) leaveState(r *record) {
	q.tally[r.state]--
	if r.state != StateDead {
		q.open--
	}
	if r.dueSlot >= 0 {
		q.due.remove(int(r.dueSlot))
	}
	switch r.state {
	case StateAccepted:
		if r.call != 0 {
			r.call = 0 // its place in the call stays until that is over
		} else {
			q.dequeue(r)
		}
	case StateRunning:
		delete(q.running, r.token)
		crew := q.crews[r.agent]
		last := len(crew) - 1
		crew[r.crewSlot] = crew[last]
		crew[r.crewSlot].crewSlot = r.crewSlot
		crew[last] = nil
		r.crewSlot = -1
		if last == 0 {
			delete(q.crews, r.agent)
		} else {
			q.crews[r.agent] = crew[:last]
		}
	case StateUnknown, StateWaiting, StateDone, StateDead, StateCancelled:
	}
}

func (q *Queue) known(id string) bool {
	if _, ok := q.records[id]; ok {
		return true
	}
	_, ok := q.finished[id]
	return ok
}

// kindOf returns one string for all tasks of a kind. The table is bounded: kinds come from input, and input may be hostile.
func (q *Queue) kindOf(kind string) string {
	if known, ok := q.kinds[kind]; ok {
		return known
	}
	if len(q.kinds) < 1024 {
		q.kinds[kind] = kind
	}
	return kind
}

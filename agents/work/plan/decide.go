// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// tickBudget bounds the tasks one Tick deals with; the rest follow in the next, which is armed at once.
const tickBudget = 1024

// Decide says what a command leads to, and changes nothing: neither the journaled state nor what is known of agents. Events and effects are appended to out.
// Most shells call Step, which also applies the events and picks.
func (q *Queue) Decide(now Instant, random rand.Source, cmd Command, out *Output) error {
	events, effects := len(out.Events), len(out.Effects)
	if err := q.decide(now, random, cmd, out); err != nil {
		return err
	}
	q.number(out.Events[events:], out.Effects[effects:])
	return nil
}

func (q *Queue) decide(now Instant, random rand.Source, cmd Command, out *Output) error {
	switch c := cmd.(type) {
	case Submit:
		return q.submit(now, c, out)
	case Pick:
		q.pick(now, random, out)
	case Result:
		q.result(now, random, c, out)
	case Failure:
		q.failure(now, random, c, out)
	case AgentUp:
		return q.agentUp(now, random, c, out)
	case AgentDown:
		q.agentDown(now, random, c, out)
	case AgentDraining:
		if !c.Finish {
			q.takeBack(now, c.Agent, out)
		}
	case Tick:
		q.tick(now, random, out)
	case Cancel:
		return q.cancel(now, c, out)
	case Revive:
		return q.revive(now, c, out)
	case Recover:
		q.recover(now, random, out)
	case Drain, AgentStanding:
	case Forget:
		out.Events = append(out.Events, Forgotten{Before: c.Before})
	case Trim:
		q.trim(c, out)
	case Purge:
		return q.purge(now, c, out)
	case Award:
		q.award(now, random, c, out)
	case SettlementDone:
		if _, owed := q.debts[c.Deal]; owed {
			out.Events = append(out.Events, Settled{Deal: c.Deal, At: now})
		}
	case Pause:
		if !q.paused {
			out.Events = append(out.Events, Paused{At: now, Reason: clip(c.Reason)})
		}
	case Unpause:
		if q.paused {
			out.Events = append(out.Events, Unpaused{At: now})
		}
	default:
		return fmt.Errorf("work: decide: unknown command %T", cmd)
	}
	return nil
}

func (q *Queue) submit(now Instant, c Submit, out *Output) error {
	t := c.Task
	if q.draining {
		return refusal("submit", t.ID, ErrDraining)
	}
	problems := t.Validate(q.spec.InputLimit)
	input, err := compactJSON(t.Input)
	if err != nil {
		problems = errors.Join(problems, &FieldError{ID: t.ID, Key: "input", Reason: err.Error()})
	}
	if problems != nil {
		return problems
	}
	t.Input = input
	if first, known := q.first(&t); known {
		return q.duplicate(c, &t, first, out)
	}
	if p := c.Past; p != nil {
		return q.repeated(&t, p.Digest, Ack{Ticket: c.Ticket, ID: p.ID, State: p.State, Version: p.Version, Duplicate: true}, out)
	}
	if q.open >= q.spec.Limit {
		return refusal("submit", t.ID, ErrFull)
	}
	if t.Attempts == 0 {
		t.Attempts = q.spec.Attempts
	}
	if t.Timeout == 0 {
		t.Timeout = q.spec.Timeout
	}
	t.Timeout = max(t.Timeout, -1)
	out.Events = append(out.Events, Accepted{Task: t, At: now, From: c.From})
	out.Effects = append(out.Effects, Ack{Ticket: c.Ticket, ID: t.ID, State: StateAccepted})
	return nil
}

// first finds the task that a submitted one repeats, by id and then by key.
func (q *Queue) first(t *Task) (string, bool) {
	if q.known(t.ID) {
		return t.ID, true
	}
	if t.Key == "" {
		return "", false
	}
	id, known := q.keys[t.Key]
	return id, known
}

func (q *Queue) duplicate(c Submit, t *Task, id string, out *Output) error {
	ack := Ack{Ticket: c.Ticket, ID: id, Duplicate: true}
	var digest Digest
	if r := q.records[id]; r != nil {
		digest, ack.State, ack.Version = r.digest, r.state, r.version
	} else {
		f := q.finished[id]
		digest, ack.State, ack.Version = f.digest, f.state, f.version
	}
	return q.repeated(t, digest, ack, out)
}

// repeated answers a task that is the same as another one, or claims to be.
func (q *Queue) repeated(t *Task, digest Digest, ack Ack, out *Output) error {
	switch {
	case digest != t.Digest():
		return refusal("submit", t.ID, ErrConflict)
	case q.spec.Duplicates == Refuse:
		return &DuplicateError{ID: ack.ID, State: ack.State}
	}
	out.Effects = append(out.Effects, ack)
	return nil
}

// pick gives the first task that an agent is free for to the agent of the policy's choice.
func (q *Queue) pick(now Instant, random rand.Source, out *Output) {
	if q.draining || q.paused || q.ready.len() == 0 {
		return
	}
	l := q.ready.items[0]
	r := l.tasks.items[0]
	if r.Deadline.passed(now) {
		q.bury(now, r, "", CauseDeadline, "deadline passed before an attempt", out)
		return
	}
	if q.spec.Policy == Auction && !q.spec.Procurement.over(r) {
		q.call(now, l, out)
		return
	}
	w := q.choose(now, l, random)
	var until Instant
	if r.Timeout > 0 {
		until = now.Add(r.Timeout)
	}
	until = sooner(until, r.Deadline)
	s := Started{ID: r.ID, Token: q.token + 1, Attempt: int(r.attempt) + 1, Agent: w.agent, At: now, Until: until}
	out.Events = append(out.Events, s)
	out.Effects = append(out.Effects, Dispatch{Agent: s.Agent, Token: s.Token, Attempt: s.Attempt, Until: until, Task: r.Task})
}

func (q *Queue) cancel(now Instant, c Cancel, out *Output) error {
	r := q.records[c.ID]
	switch {
	case r != nil && r.state != StateDead:
	case q.known(c.ID):
		return refusal("cancel", c.ID, ErrEnded)
	default:
		return refusal("cancel", c.ID, ErrUnknown)
	}
	reason := clip(c.Reason)
	e := Cancelled{Final: r.final(now, EndCancelled, reason), Reason: reason}
	out.Events = append(out.Events, e)
	q.recallOf(r, "cancelled", out)
	q.emit(e, out)
	return nil
}

func (q *Queue) revive(now Instant, c Revive, out *Output) error {
	r := q.records[c.ID]
	switch {
	case r == nil && !q.known(c.ID):
		return refusal("revive", c.ID, ErrUnknown)
	case r == nil || r.state != StateDead:
		return refusal("revive", c.ID, ErrNotDead)
	case q.draining:
		return refusal("revive", c.ID, ErrDraining)
	case q.open >= q.spec.Limit:
		return refusal("revive", c.ID, ErrFull)
	}
	out.Events = append(out.Events, Revived{ID: c.ID, At: now, Deadline: c.Deadline})
	return nil
}

// purge gives a dead letter up.
func (q *Queue) purge(now Instant, c Purge, out *Output) error {
	r := q.records[c.ID]
	switch {
	case r == nil && !q.known(c.ID):
		return refusal("purge", c.ID, ErrUnknown)
	case r == nil || r.state != StateDead:
		return refusal("purge", c.ID, ErrNotDead)
	}
	out.Events = append(out.Events, Purged{ID: c.ID, At: now})
	return nil
}

// recallOf tells the agent of a running task that its attempt is over.
func (q *Queue) recallOf(r *record, reason string, out *Output) {
	if r.state == StateRunning {
		out.Effects = append(out.Effects, Recall{Agent: r.agent, Token: r.token, ID: r.ID, Reason: reason})
	}
}

// emit writes the outcome of the final event just appended; number adds its version.
func (q *Queue) emit(e Event, out *Output) {
	outcome, _ := OutcomeOf(e)
	out.Effects = append(out.Effects, Emit{Outcome: outcome})
}

// number gives each Emit the version its event will have. Both stand in the same order.
func (q *Queue) number(events []Event, effects []Effect) {
	next := 0
	for i, e := range events {
		switch e.(type) {
		case Done, Died, Cancelled:
		default:
			continue
		}
		for ; next < len(effects); next++ {
			if f, ok := effects[next].(Emit); ok {
				f.Version = q.version + uint64(i) + 1
				effects[next] = f
				next++
				break
			}
		}
	}
}

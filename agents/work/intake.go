// SPDX-License-Identifier: Apache-2.0

package work

import (
	"errors"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/telemetry"
)

// submission is a submit on its way: stepped up to next, answered when nothing is owed.
type submission struct {
	offers   []offer
	wait     bool
	next     int // first offer that has not been stepped
	owed     int // acknowledgements that are not durable yet
	receipts []Receipt
	reply    actors.Reply[[]Receipt]
	parked   bool // it waits for room, among others
	refused  bool // it has been answered with an error
	remembrance
}

// ticket finds the place of an acknowledgement.
type ticket struct {
	submission *submission
	at         int
}

func (a *queue) submit(ctx *actors.Context[Message], m submit) {
	a.admit(ctx, &submission{offers: m.offers, wait: m.wait, receipts: make([]Receipt, len(m.offers)), reply: m.reply})
}

// admit begins with a submission, or goes on with one that had to look back.
func (a *queue) admit(ctx *actors.Context[Message], s *submission) {
	if len(a.parked) > 0 && s.wait { // nobody overtakes those who wait
		s.parked = true
		a.parked = append(a.parked, s)
		return
	}
	if !a.advance(ctx, s) && !s.looking {
		a.park(s)
	}
}

// advance steps offers until all are decided. It is false when the queue is full and the submission is to wait, or when the journal is asked for it first.
func (a *queue) advance(ctx *actors.Context[Message], s *submission) bool {
	for ; s.next < len(s.offers); s.next++ {
		o := &s.offers[s.next]
		if a.strange(s, o) {
			a.lookBack(ctx, s)
			return false
		}
		a.ticket++
		err := a.step(ctx, plan.Submit{Task: o.task, Ticket: a.ticket, From: o.from, Past: s.past[s.next]})
		if s.wait && errors.Is(err, plan.ErrFull) {
			return false
		}
		if err != nil {
			s.receipts[s.next] = Receipt{ID: o.task.ID, Err: err}
		} else {
			a.tickets[a.ticket] = ticket{s, s.next}
			s.owed++
		}
		*o = offer{}
	}
	a.answerSubmission(s)
	return true
}

func (a *queue) park(s *submission) {
	s.parked = true
	a.parked = append(a.parked, s)
	if !a.full {
		a.full = true
		telemetry.Emit(a.bus, QueueFull{Queue: a.handle.o.Name, Open: a.plan.Counts().Open()})
	}
}

// retryParked goes on with those who wait for room, the oldest first. Those whose caller has gone are dropped with what is left of them.
func (a *queue) retryParked(ctx *actors.Context[Message]) {
	for len(a.parked) > 0 {
		s := a.parked[0]
		if s.looking || s.reply.Open() && !s.refused && !a.advance(ctx, s) {
			return
		}
		a.parked[0] = nil
		a.parked = a.parked[1:]
	}
	a.parked, a.full = nil, false
}

// acknowledge notes that a task is durable.
func (a *queue) acknowledge(e plan.Ack) {
	t, ok := a.tickets[e.Ticket]
	if !ok {
		return
	}
	delete(a.tickets, e.Ticket)
	t.submission.receipts[t.at] = Receipt{ID: e.ID, State: e.State, Duplicate: e.Duplicate, Version: e.Version}
	t.submission.owed--
	a.answerSubmission(t.submission)
}

func (a *queue) answerSubmission(s *submission) {
	if s.owed == 0 && s.next == len(s.offers) && !s.refused {
		s.reply.Send(s.receipts)
	}
}

// refuse ends a submission with an error; what of it was accepted stays so.
func (s *submission) refuse(err error) {
	s.refused = true
	s.reply.Fail(err)
}

// cancel withdraws a task.
func (a *queue) cancel(ctx *actors.Context[Message], m cancel) {
	if err := a.step(ctx, plan.Cancel{ID: m.id, Reason: tidy(m.reason)}); err != nil {
		m.reply.Fail(err)
		return
	}
	a.next.then = append(a.next.then, func() { m.reply.Send(struct{}{}) })
}

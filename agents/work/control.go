// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work/plan"
)

// order is a command for the whole queue or for tasks that are named; it is answered when it is durable, with one receipt for each command.
type order struct {
	commands []plan.Command
	reply    actors.Reply[[]Receipt]
}

func (order) queue() {}

// Pause stops giving tasks out until Unpause, whatever restarts in between. Tasks are still accepted, up to the limit, and running attempts go on; deadlines
// pass. It returns when that is durable. A queue that is paused stays so, for its first reason.
func (q *Queue) Pause(ctx context.Context, reason string) error {
	_, err := q.order(ctx, plan.Pause{Reason: tidy(reason)})
	return err
}

// Unpause lets a paused queue give tasks out again, and returns when that is durable. For a queue that is not paused it does nothing.
func (q *Queue) Unpause(ctx context.Context) error {
	_, err := q.order(ctx, plan.Unpause{})
	return err
}

// Retry gives dead letters a new series of attempts, with a new deadline unless that is the zero time. It returns one receipt for each id when that is durable;
// Receipt.Err is plan.ErrUnknown, plan.ErrNotDead, plan.ErrFull or plan.ErrDraining.
func (q *Queue) Retry(ctx context.Context, deadline time.Time, ids ...string) ([]Receipt, error) {
	commands := make([]plan.Command, len(ids))
	for i, id := range ids {
		commands[i] = plan.Revive{ID: id, Deadline: plan.At(deadline)}
	}
	return q.order(ctx, commands...)
}

// Purge gives dead letters up: they are dropped with their history, and stay known as dead. It returns one receipt for each id when that is durable;
// Receipt.Err is plan.ErrUnknown or plan.ErrNotDead.
func (q *Queue) Purge(ctx context.Context, ids ...string) ([]Receipt, error) {
	commands := make([]plan.Command, len(ids))
	for i, id := range ids {
		commands[i] = plan.Purge{ID: id}
	}
	return q.order(ctx, commands...)
}

func (q *Queue) order(ctx context.Context, commands ...plan.Command) ([]Receipt, error) {
	if len(commands) == 0 {
		return nil, nil
	}
	return actors.CallForever(ctx, q.ref, func(r actors.Reply[[]Receipt]) Message { return order{commands, r} })
}

// carryOut steps the commands and answers when all of it is durable.
func (a *queue) carryOut(ctx *actors.Context[Message], m order) {
	receipts := make([]Receipt, len(m.commands))
	for i, c := range m.commands {
		receipts[i].Err = a.step(ctx, c)
		switch c := c.(type) {
		case plan.Revive:
			receipts[i].ID = c.ID
		case plan.Purge:
			receipts[i].ID = c.ID
		}
		if v, known := a.plan.Lookup(receipts[i].ID); known {
			receipts[i].State = v.State
		}
	}
	a.whenDurable(ctx, func() { m.reply.Send(receipts) })
}

// whenDurable does something when everything that has been decided is durable and its effects have been performed.
func (a *queue) whenDurable(ctx *actors.Context[Message], then func()) {
	a.next.then = append(a.next.then, then)
	a.arm(ctx)
}

// lookLater asks for something that the state gives at once, and is answered when all of that is durable.
type lookLater struct{ at func(*queue) func() }

func (lookLater) queue() {}

// Seen is Lookup that tells nothing which a crash could take back, and that asks the journal for what has been forgotten. While the disk is full it waits.
func (q *Queue) Seen(ctx context.Context, id string) (plan.View, error) {
	v, err := actors.CallForever(ctx, q.ref, func(r actors.Reply[plan.View]) Message {
		return lookLater{func(a *queue) func() {
			v, _ := a.plan.Lookup(id)
			return func() { r.Send(v) }
		}}
	})
	if err != nil || v.State != plan.StateUnknown {
		return v, err
	}
	return q.gone(ctx, id)
}

// gone is the view of a task that is not known any more, or plan.ErrUnknown.
func (q *Queue) gone(ctx context.Context, id string) (plan.View, error) {
	p, err := q.past(ctx, id)
	switch {
	case err != nil:
		return plan.View{}, &TaskError{Operation: "look up", ID: id, Err: err}
	case p == nil:
		return plan.View{}, &TaskError{Operation: "look up", ID: id, Err: plan.ErrUnknown}
	}
	return plan.View{ID: p.ID, State: p.State, Version: p.Version}, nil
}

// Tasks lists the tasks of a selection, of those that are open and of the dead letters, in the order of their arrival.
func (q *Queue) Tasks(ctx context.Context, s plan.Selection) ([]plan.View, error) {
	return ask(ctx, q, func(a *queue) []plan.View { return a.plan.Tasks(s) })
}

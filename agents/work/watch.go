// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/work/plan"
)

const (
	// mostNews is how many notices wait for a watcher that is slow; beyond that the oldest are dropped, which the next one says.
	mostNews = 64
	// mostWatchers bounds those who watch a queue's tasks at once.
	mostWatchers = 4096
)

// ErrWatchers is returned when too many watch a queue already.
var ErrWatchers = fault.New(6502, "too many watchers")

// Notice is a durable step in the life of a task.
type Notice struct {
	// Version is the place in the queue's history up to which this is so.
	Version uint64
	// State of the task from then on.
	State plan.State
	// Attempt counts from 1; 0 before the first one.
	Attempt int
	// Agent that the step is about, if any.
	Agent string
	// End says how an attempt ended: a plan.End, "returned", or "unsold" when nobody won the task.
	End string
	// Reason is why the attempt or the task ended.
	Reason string
	// At is when.
	At time.Time
	// Missed tells that steps before this one were dropped, because the watcher was slow.
	Missed bool
}

// Watch gives the state of a task and then each step of its life when it is durable, until its outcome; plan.ErrUnknown for a task that was never accepted. A
// restart of the queue's process shows as the state repeated, and not at all to a task that did not move. The sequence ends with the first error.
func (q *Queue) Watch(ctx context.Context, id string) iter.Seq2[Notice, error] {
	return func(yield func(Notice, error) bool) {
		for {
			again, err := q.watchOnce(ctx, id, yield)
			if err != nil {
				yield(Notice{}, err)
			}
			if err != nil || !again {
				return
			}
			if err := q.pause(ctx); err != nil {
				yield(Notice{}, err)
				return
			}
		}
	}
}

// watchOnce watches one incarnation of the queue's process; again says that it has ended too early.
func (q *Queue) watchOnce(ctx context.Context, id string, yield func(Notice, error) bool) (again bool, err error) {
	began, err := actors.CallForever(ctx, q.ref, func(r actors.Reply[watching]) Message { return watch{id, r} })
	switch {
	case restarting(err):
		return true, nil
	case err != nil:
		return false, err
	}
	defer q.ref.Tell(unwatch{began.number})
	if began.now.State == plan.StateUnknown {
		v, err := q.gone(ctx, id)
		if err != nil {
			return false, err
		}
		began.now = noticeOf(v)
	}
	if !yield(began.now, nil) || began.now.State.Final() {
		return false, nil
	}
	for {
		news, err := actors.CallForever(ctx, q.ref, func(r actors.Reply[[]Notice]) Message { return news{began.number, r} })
		switch {
		case restarting(err):
			return true, nil
		case err != nil:
			return false, err
		}
		for _, n := range news {
			if !yield(n, nil) || n.State.Final() {
				return false, nil
			}
		}
	}
}

func restarting(err error) bool {
	var died *actors.CallError
	return errors.As(err, &died) || errors.Is(err, actors.ErrNoProc) || errors.Is(err, errNotWatched)
}

// errNotWatched tells a watcher that this incarnation does not know it.
var errNotWatched = errors.New("work: watch: begun at an earlier incarnation")

type (
	// watch begins; the answer comes when what it tells is durable.
	watch struct {
		id    string
		reply actors.Reply[watching]
	}
	// watching is the answer.
	watching struct {
		number uint64
		now    Notice
	}
	// news asks for what has happened since the last answer, and waits for it.
	news struct {
		number uint64
		reply  actors.Reply[[]Notice]
	}
	// unwatch ends.
	unwatch struct{ number uint64 }
)

func (watch) queue()   {}
func (news) queue()    {}
func (unwatch) queue() {}

// watcher is one that watches, as the queue sees it.
type watcher struct {
	number uint64
	id     string
	since  uint64 // version that its first answer covers
	news   []Notice
	asked  actors.Reply[[]Notice]
	waits  bool // asked is owed
}

// watchers are all of them.
type watchers struct {
	last   uint64
	byTask map[string][]*watcher
	all    map[uint64]*watcher
}

func (a *queue) watch(ctx *actors.Context[Message], m watch) {
	ws := &a.watchers
	if len(ws.all) >= mostWatchers {
		m.reply.Fail(&TaskError{Operation: "watch", ID: m.id, Err: ErrWatchers})
		return
	}
	ws.last++
	w := &watcher{number: ws.last, id: m.id, since: a.plan.Version()}
	answer := watching{number: w.number}
	if v, known := a.plan.Lookup(m.id); known {
		answer.now = noticeOf(v)
		answer.now.Version = w.since
		if !v.State.Final() {
			if ws.all == nil {
				ws.all, ws.byTask = map[uint64]*watcher{}, map[string][]*watcher{}
			}
			ws.all[w.number] = w
			ws.byTask[m.id] = append(ws.byTask[m.id], w)
		}
	}
	a.whenDurable(ctx, func() { m.reply.Send(answer) })
}

func (a *queue) unwatch(m unwatch) {
	ws := &a.watchers
	w := ws.all[m.number]
	if w == nil {
		return
	}
	delete(ws.all, m.number)
	rest := slices.DeleteFunc(ws.byTask[w.id], func(x *watcher) bool { return x == w })
	if len(rest) == 0 {
		delete(ws.byTask, w.id)
	} else {
		ws.byTask[w.id] = rest
	}
}

func (a *queue) news(m news) {
	w := a.watchers.all[m.number]
	if w == nil {
		m.reply.Fail(errNotWatched)
		return
	}
	w.asked, w.waits = m.reply, true
	w.answer()
}

// answer sends what there is to whoever waits for it.
func (w *watcher) answer() {
	if w.waits && len(w.news) > 0 {
		w.asked.Send(w.news)
		w.news, w.waits = nil, false
	}
}

// notify tells those who watch what has become durable.
func (a *queue) notify(b *batch) {
	if len(a.watchers.all) == 0 {
		return
	}
	for i, e := range b.out.Events {
		for _, w := range a.watchers.byTask[plan.TaskOf(e)] {
			version := b.version - uint64(len(b.out.Events)-1-i)
			n, ok := stepOf(e)
			if !ok || version <= w.since {
				continue
			}
			if len(w.news) >= mostNews {
				w.news = w.news[1:]
				w.news[0].Missed = true
			}
			n.Version = version
			w.news = append(w.news, n)
			w.answer()
		}
	}
}

// noticeOf is the state of a task as a notice.
func noticeOf(v plan.View) Notice {
	n := Notice{Version: v.Version, State: v.State, Attempt: v.Attempt, Agent: v.Agent.ID, At: v.Ended.Time()}
	if v.State.Final() {
		n.Reason = v.Reason
	}
	return n
}

// stepOf is an event as a notice.
func stepOf(event plan.Event) (Notice, bool) {
	switch e := event.(type) {
	case plan.Accepted:
		return Notice{State: plan.StateAccepted, At: e.At.Time()}, true
	case plan.Started:
		return Notice{State: plan.StateRunning, Attempt: e.Attempt, Agent: e.Agent.ID, At: e.At.Time()}, true
	case plan.Failed:
		return Notice{State: opened(e.Until), End: string(e.End), Reason: e.Reason, At: e.At.Time()}, true
	case plan.Returned:
		return Notice{State: opened(e.Until), End: "returned", Reason: e.Reason, At: e.At.Time()}, true
	case plan.Offered:
		return Notice{State: plan.StateAccepted, At: e.At.Time()}, true
	case plan.Revived:
		return Notice{State: plan.StateAccepted, At: e.At.Time()}, true
	case plan.Unsold:
		return Notice{State: opened(e.Until), End: "unsold", Reason: string(e.Cause), At: e.At.Time()}, true
	case plan.Done, plan.Died, plan.Cancelled:
		o, _ := plan.OutcomeOf(event)
		last := o.Last()
		return Notice{State: o.State, Attempt: last.N, Agent: last.Agent.ID, End: string(last.End), Reason: o.Reason, At: o.Ended.Time()}, true
	case plan.Purged, plan.Forgotten, plan.Paused, plan.Unpaused, plan.Called, plan.Voided, plan.Settled:
	}
	return Notice{}, false
}

// opened is the state that an attempt leaves a task in.
func opened(until plan.Instant) plan.State {
	if until == 0 {
		return plan.StateAccepted
	}
	return plan.StateWaiting
}

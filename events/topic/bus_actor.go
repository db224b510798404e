// SPDX-License-Identifier: Apache-2.0

package topic

import (
	"errors"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/follow"
	"mabeam.dev/telemetry"
)

// Message is what the bus's process takes. Messages are made by this package alone.
type Message interface{ topics() }

type (
	// ask is a question of a subscription, which knows everything up to a position.
	ask struct {
		sub   *Subscription
		after events.Position
		reply actors.Reply[Batch]
	}
	// read is the journal's answer.
	read struct {
		batch follow.Batch
		err   error
	}
	// gone tells that a subscriber's process has ended.
	gone struct{ owner actors.PID }
	look struct{ reply actors.Reply[Status] }
)

func (ask) topics()  {}
func (read) topics() {}
func (gone) topics() {}
func (look) topics() {}

// What is kept of the last events.
const (
	recentEvents = 256
	recentBytes  = 1 << 20
)

// subscriber is what the bus knows of a subscription.
type subscriber struct {
	sub            *Subscription
	told           events.Position // everything up to here was given, or was in a gap
	queue          queue
	open           bool // reply waits for an answer
	reply          actors.Reply[Batch]
	given, dropped uint64
	lags           bool // it was told about since the last answer
}

// busActor is one incarnation. All its state belongs to the process.
type busActor struct {
	bus         *Bus
	at          events.Position // everything up to here is with the subscribers
	recent      queue           // the last events, for subscribers that come a little late; its gap is what came before
	subscribers []*subscriber   // in the order in which they first asked
}

// Init begins behind the last event there is: what came before is in the journal for those who want it.
func (a *busActor) Init(ctx *actors.Context[Message]) error {
	head, err := a.bus.journal.Head(ctx)
	if err != nil {
		return err
	}
	a.at = head
	a.recent.gap.To = head
	pid := ctx.PID()
	a.bus.pid.Store(&pid)
	a.read(ctx)
	return nil
}

func (a *busActor) read(ctx *actors.Context[Message]) {
	follow.Ask(ctx, a.bus.feed, a.at, a.bus.o.Page, func(b follow.Batch, err error) Message { return read{b, err} })
}

// Receive hands events on, or takes a question.
func (a *busActor) Receive(ctx *actors.Context[Message], msg Message) error {
	switch m := msg.(type) {
	case read:
		return a.arrived(ctx, m)
	case ask:
		a.asked(ctx, m)
	case gone:
		a.subscribers = slices.DeleteFunc(a.subscribers, func(s *subscriber) bool { return s.sub.owner == m.owner })
	case look:
		m.reply.Send(a.status())
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// arrived puts events before the subscribers. Where retention was faster than the bus there is a gap for all.
func (a *busActor) arrived(ctx *actors.Context[Message], m read) error {
	var compacted *events.CompactedError
	switch {
	case errors.As(m.err, &compacted) && compacted.First > a.at+1:
		hole := Gap{a.at + 1, compacted.First - 1}
		for _, s := range a.subscribers {
			a.lost(ctx, s, s.queue.skip(hole))
		}
		a.recent.skip(hole)
		a.at = hole.To
	case m.err != nil:
		return m.err
	default:
		for i := range m.batch.Events {
			e := &m.batch.Events[i]
			a.recent.add(*e, recentEvents, recentBytes)
			for _, s := range a.subscribers {
				a.offer(ctx, s, e)
			}
		}
		a.at = m.batch.Through
	}
	for _, s := range a.subscribers {
		a.answer(s)
	}
	a.read(ctx)
	return nil
}

// lost counts what a subscriber does not get, and tells of it when it begins.
func (a *busActor) lost(ctx *actors.Context[Message], s *subscriber, dropped int) {
	if dropped == 0 {
		return
	}
	if !s.lags {
		s.lags = true
		telemetry.Emit(ctx.Events(), SubscriberLags{Bus: a.bus.o.Name, Subscriber: s.sub.owner.Path(), From: s.queue.gap.From})
	}
	s.dropped += uint64(dropped)
}

// asked answers a question, at once or when there is something to tell.
func (a *busActor) asked(ctx *actors.Context[Message], m ask) {
	i := slices.IndexFunc(a.subscribers, func(s *subscriber) bool { return s.sub == m.sub })
	if i < 0 {
		i = len(a.subscribers)
		a.admit(ctx, m)
	}
	s := a.subscribers[i]
	if s.open && s.reply.Open() {
		m.reply.Fail(ErrAsked)
		return
	}
	if m.after < s.told { // an answer was lost on its way
		s.queue.gap = s.queue.gap.and(Gap{m.after + 1, s.told})
	}
	s.open, s.reply = true, m.reply
	a.answer(s)
}

// admit takes a subscriber in, with what it has not been told of: recent events, and a gap where they do not reach back far enough.
func (a *busActor) admit(ctx *actors.Context[Message], m ask) {
	if !slices.ContainsFunc(a.subscribers, func(o *subscriber) bool { return o.sub.owner == m.sub.owner }) {
		ctx.Monitor(m.sub.owner, func(actors.Down) Message { return gone{m.sub.owner} })
	}
	s := &subscriber{sub: m.sub, told: m.after}
	a.subscribers = append(a.subscribers, s)
	if before := a.recent.gap.To; m.after < before {
		s.queue.skip(Gap{m.after + 1, before})
	}
	for i := range a.recent.events {
		a.offer(ctx, s, &a.recent.events[i])
	}
}

// offer puts an event before a subscriber, if it is for it.
func (a *busActor) offer(ctx *actors.Context[Message], s *subscriber, e *events.Event) {
	if e.Position > s.told && s.sub.filter.selects(e) {
		a.lost(ctx, s, s.queue.add(*e, s.sub.spec.Events, s.sub.spec.Bytes))
	}
}

// answer gives a subscriber what waits for it, if it has asked.
func (a *busActor) answer(s *subscriber) {
	if !s.open || s.queue.empty() {
		return
	}
	var b Batch
	b.Gap, b.Events = s.queue.take(s.sub.spec.Page)
	if len(s.queue.events) > 0 {
		b.Through = b.Events[len(b.Events)-1].Position
	} else {
		b.Through = max(a.at, s.told)
	}
	s.told = b.Through
	s.given += uint64(len(b.Events))
	s.open, s.lags = false, false
	s.reply.Send(b)
}

func (a *busActor) status() Status {
	st := Status{At: a.at}
	for _, s := range a.subscribers {
		st.Subscribers = append(st.Subscribers, SubscriberStatus{
			Owner: s.sub.owner.Path(), Types: s.sub.spec.Types, Streams: s.sub.spec.Streams,
			Waiting: len(s.queue.events), Given: s.given, Dropped: s.dropped, Asking: s.open,
		})
	}
	return st
}

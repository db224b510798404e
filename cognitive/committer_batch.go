// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"context"
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/telemetry"
)

// outcome is that of a command that is told when everybody can see it.
type outcome struct {
	answer answer
	err    error
}

// must reports whether a command's outcome may not be seen before the journal has it.
func (a *committer) must(m committerMessage) bool {
	t, ok := m.(*try)
	if !ok || t.opening != nil {
		return true
	}
	for i := range t.p.Changes {
		if v, err := a.b.find(t.p.Changes[i].Variable); err == nil && v.def.set.Durability == Durable {
			return true
		}
	}
	return false
}

// flush carries out the commands that wait, as many as one batch holds. What must be durable first is appended before anybody sees it. The rest is seen at
// once, and appended beside the process.
func (a *committer) flush() error {
	if !a.ready || len(a.waiting) == 0 {
		return nil
	}
	now := a.ctx.Now()
	outcomes := a.outcomes[:0]
	for _, m := range a.waiting[:min(len(a.waiting), batchLimit)] {
		if len(a.b.items) > batchBytes || a.pending && a.s.o.Journal != nil && a.must(m) {
			break // when the journal has answered
		}
		outcomes = append(outcomes, a.do(now, m))
	}
	a.outcomes = outcomes
	if len(outcomes) == 0 {
		return nil // what is pending wakes the process
	}
	if a.b.must && a.s.o.Journal != nil {
		next, err := a.append(a.ctx, a.b.batch(now))
		if err != nil {
			return a.undone(len(outcomes), err)
		}
		a.version, a.pause = next, firstPause
	}
	if a.s.o.Journal == nil {
		a.b.items = a.b.items[:0]
	}
	if err := a.show(); err != nil {
		return err
	}
	a.behind(now)
	a.send()
	for i := range outcomes {
		if err := outcomes[i].err; err != nil {
			refuse(a.waiting[i], err)
		} else {
			accept(a.waiting[i], outcomes[i].answer)
		}
	}
	clear(a.waiting[:len(outcomes)]) // let go of them
	clear(outcomes)
	if a.waiting = a.waiting[len(outcomes):]; len(a.waiting) == 0 {
		a.waiting = a.room[:0]
	}
	a.arm()
	return nil
}

func accept(m committerMessage, with answer) {
	switch m := m.(type) {
	case *try:
		m.reply.Send(with)
	case order:
		m.reply.Send(with)
	}
}

// do has one command done to the book.
func (a *committer) do(now time.Time, m committerMessage) (o outcome) {
	switch m := m.(type) {
	case *try:
		switch {
		case m.dry:
			if was, known := a.b.keys[m.p.Key]; known && m.p.Key != "" {
				return outcome{answer: answer{was, true}}
			}
			if _, o.err = a.b.check(now, m.p); o.err == nil && m.opening != nil {
				o.err = a.b.ask(m.opening)
			}
		default:
			o.answer.commits, o.answer.again, o.err = a.b.propose(now, m.p)
		}
		if o.err != nil && !errors.Is(o.err, errUnasked) {
			telemetry.Emit(a.ctx.Events(), VariableRejected{Of{a.s.o.Name, m.p.Changes[0].Variable}, m.p.Cause, m.p.Proposer, fault.CodeOf(o.err)})
		}
	case order:
		o.answer, o.err = m.run(a.b, now)
	}
	return o
}

// show publishes what the book has and wakes who tells the subscribers.
func (a *committer) show() error {
	fresh, mine := a.s.publish(a.ctx.PID(), a.b)
	if !mine {
		return actors.StopWith(errors.New("cognitive: another committer has taken over"))
	}
	if len(fresh) == 0 {
		return nil
	}
	bus := a.ctx.Events()
	telemetry.Emit(bus, BatchCommitted{Space: a.s.o.Name, Commits: len(fresh), Version: a.s.Version()})
	if bus.Active() {
		for _, c := range fresh {
			telemetry.Emit(bus, VariableCommitted{Of{a.s.o.Name, c.Variable}, c})
		}
	}
	for _, c := range fresh {
		if !c.Until.IsZero() && !c.Gone && (a.next.IsZero() || c.Until.Before(a.next)) {
			a.remind(c.Until)
		}
	}
	if a.s.hub.any() {
		a.s.notifier.Tell(wake{})
	}
	return nil
}

// behind appends what is published already, beside the process.
func (a *committer) behind(now time.Time) {
	if a.pending || a.s.o.Journal == nil || len(a.b.items) == 0 {
		return
	}
	a.pending = true
	data, version, s := a.b.batch(now), a.version, a.s
	a.ctx.Go(func(ctx context.Context) committerMessage { // an ordered stop waits for it
		next, err := s.o.Journal.Append(ctx, s.o.Stream, version, Event{batchType, data})
		return journaled{next, err}
	})
}

func (a *committer) append(ctx context.Context, data []byte) (uint64, error) {
	return a.s.o.Journal.Append(ctx, a.s.o.Stream, a.version, Event{batchType, data})
}

// appended goes on when an append beside the process is over.
func (a *committer) appended(m journaled) error {
	a.pending = false
	if m.err != nil {
		return a.undone(0, m.err)
	}
	a.version, a.pause = m.next, firstPause
	a.behind(a.ctx.Now())
	a.arm()
	return nil
}

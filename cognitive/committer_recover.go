// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/telemetry"
)

// undone is after an append that is not known to be stored: its callers learn that, and the book is made anew. If somebody else has written the process ends.
func (a *committer) undone(n int, err error) error {
	for _, m := range a.waiting[:n] {
		refuse(m, fmt.Errorf("cognitive: space %q: %w: %w", a.s.o.Name, ErrRestarted, err))
	}
	a.waiting = append([]committerMessage(nil), a.waiting[n:]...)
	telemetry.Emit(a.ctx.Events(), JournalFailed{Space: a.s.o.Name, Err: err})
	a.ready = false
	if errors.Is(err, ErrVersion) {
		return err
	}
	if a.pause > firstPause { // the last recovery has not helped
		a.later()
		return nil
	}
	a.pause *= 2
	return a.recover()
}

// later reads the journal in a while, and in twice that the next time.
func (a *committer) later() {
	a.ctx.After(a.pause, recovery{})
	a.pause = min(2*a.pause, lastPause)
}

// recover makes the book that the journal and what is published tell. A journal that does not answer is asked again later; one that cannot be understood is not.
func (a *committer) recover() error {
	if a.pending || a.ready {
		return nil // an append is still on its way, and its end comes here again
	}
	b := newBook(a.compute, a.s.Constraints)
	var broken *unreadable
	err := a.read(b)
	switch {
	case err == nil:
	case errors.As(err, &broken):
		a.broken = fmt.Errorf("cognitive: space %q: %w: %w", a.s.o.Name, ErrStopped, broken.err)
		telemetry.Emit(a.ctx.Events(), SpaceQuarantined{Space: a.s.o.Name, Err: broken.err})
		for _, m := range a.waiting {
			refuse(m, a.broken)
		}
		a.waiting = nil
		return nil
	case a.ctx.Err() != nil:
		return err
	default:
		telemetry.Emit(a.ctx.Events(), JournalFailed{Space: a.s.o.Name, Err: err})
		a.later()
		return nil
	}
	a.b, a.ready = b, true
	if err := a.show(); err != nil {
		return err
	}
	a.behind(a.ctx.Now())
	a.send()
	a.expire()
	telemetry.Emit(a.ctx.Events(), SpaceRecovered{Space: a.s.o.Name, Version: b.version, Variables: len(b.places)})
	if a.s.hub.any() {
		a.s.notifier.Tell(wake{})
	}
	a.arm()
	return nil
}

// unreadable is an event that the book does not take.
type unreadable struct{ err error }

func (u *unreadable) Error() string { return u.err.Error() }

// read fills a book. An append of an earlier incarnation may still be on its way to the journal: one that no version allows, sent after it, is answered after it, and
// then it is there or will never be.
func (a *committer) read(b *book) error {
	r := a.s.root.Load()
	if r != nil {
		b.since = &r.version
	}
	if j := a.s.o.Journal; j != nil {
		if _, err := j.Append(a.ctx, a.s.o.Stream, math.MaxInt64, Event{"cognitive.settled", []byte("{}")}); err == nil {
			return &unreadable{errors.New("the journal has taken an append for a version that no stream has")}
		} else if !errors.Is(err, ErrVersion) {
			return err
		}
		a.version = 0
		err := j.Read(a.ctx, a.s.o.Stream, 0, func(version uint64, ev Event) error {
			if err := b.replay(ev); err != nil {
				return &unreadable{fmt.Errorf("stream %q, version %d: %w", a.s.o.Stream, version, err)}
			}
			a.version = version
			return nil
		})
		if err != nil {
			return err
		}
	}
	now := a.ctx.Now()
	if r != nil {
		list, _, _, _ := a.s.published(0)
		b.adopt(r, list)
	}
	if err := b.complete(); err != nil {
		return &unreadable{err}
	}
	if r == nil && a.version > 0 {
		b.restart(now)
		if len(b.items) > 0 {
			next, err := a.append(a.ctx, b.batch(now))
			if err != nil {
				return err
			}
			a.version = next
		}
	}
	for _, v := range b.vars {
		if v != nil {
			b.touch(v)
		}
	}
	b.must = false
	b.forget(now)
	return nil
}

// remind sets the timer of the next expiry.
func (a *committer) remind(at time.Time) {
	a.expires.Cancel()
	a.next = at
	a.expires = a.ctx.After(max(at.Sub(a.ctx.Now()), 0), expiry{})
}

// expire takes away the values for some agents whose time is over, as commits, and sets the timer for the next.
func (a *committer) expire() {
	if !a.ready {
		return
	}
	now := a.ctx.Now()
	next := time.Time{}
	var due []change
	for _, v := range a.b.vars {
		if v == nil || v.now == nil {
			continue
		}
		for _, o := range v.now.overrides {
			switch u := o.commit.Until; {
			case u.IsZero():
			case !now.Before(u):
				due = append(due, change{Variable: v.def.name, Scope: o.scope, Gone: true, Base: &o.commit.Version})
			case next.IsZero() || u.Before(next):
				next = u
			}
		}
	}
	for _, c := range due {
		a.take(&try{p: &proposal{Changes: []change{c}, Cause: ByExpiry}})
	}
	if !next.IsZero() {
		a.remind(next)
	}
}

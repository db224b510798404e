// SPDX-License-Identifier: Apache-2.0

package alert

import "time"

// instance is one alert: a rule for one key.
type instance struct {
	state   State
	since   time.Time   // when the breach began
	clear   time.Time   // when the value got beyond the clear threshold; zero while it is not
	value   float64     // the last one known
	changes []time.Time // to Firing and from it, within FlapPeriod
	flaps   bool
	acked   string // who has acknowledged it
	told    []told // by route
}

// verdict is what one look at the data says.
type verdict uint8

const (
	unknown verdict = iota // no data, and the rule keeps what it has
	breach
	between // neither a breach nor beyond the clear threshold
	beyond
)

func (r *Rule) verdict(value float64, fresh bool) verdict {
	switch {
	case !fresh && r.NoData == Keep:
		return unknown
	case !fresh && r.NoData == Alert:
		return breach
	case !fresh:
		return beyond
	case r.Compare.breach(value, r.Threshold):
		return breach
	case r.Compare.breach(value, r.clear()):
		return between
	}
	return beyond
}

// step moves the alert on by one look at the data.
func (a *instance) step(r *Rule, now time.Time, value float64, fresh bool, emit func(Change)) {
	a.clockBack(now)
	if fresh {
		a.value = value
	}
	move := func(to State) {
		emit(Change{From: a.state, To: to, Value: a.value, Known: fresh, Since: a.since})
		a.state = to
	}
	if a.state == Resolved {
		move(Inactive)
		a.since = time.Time{}
	}
	v := r.verdict(value, fresh)
	switch {
	case a.state == Inactive && v == breach:
		a.since = now
		move(Pending)
	case a.state == Pending && (v == between || v == beyond):
		move(Inactive)
		a.since = time.Time{}
	}
	switch {
	case a.state == Pending && v == breach && now.Sub(a.since) >= r.For:
		a.clear = time.Time{}
		a.changed(now)
		move(Firing)
	case a.state == Firing && (v == breach || v == between):
		a.clear = time.Time{}
	case a.state == Firing && v == beyond:
		if a.clear.IsZero() {
			a.clear = now
		}
		if now.Sub(a.clear) >= r.ClearFor {
			a.changed(now)
			move(Resolved)
		}
	}
	a.flap(now)
	if a.state == Inactive && !a.flaps {
		a.acked = ""
	}
}

// changed notes a change that counts for flapping.
func (a *instance) changed(now time.Time) { a.changes = append(a.changes, now) }

// flap forgets old changes and says whether there are too many left. No more than needed are kept.
func (a *instance) flap(now time.Time) {
	for len(a.changes) > 0 && (now.Sub(a.changes[0]) >= FlapPeriod || len(a.changes) > FlapChanges) {
		a.changes = a.changes[1:]
	}
	a.flaps = len(a.changes) >= FlapChanges
}

// clockBack takes times that have come to lie in the future for now, so that a clock set back delays nothing by more than the time
// that is still to be waited for.
func (a *instance) clockBack(now time.Time) {
	if a.since.After(now) {
		a.since = now
	}
	if a.clear.After(now) {
		a.clear = now
	}
	for i := range a.changes {
		if a.changes[i].After(now) {
			a.changes[i] = now
		}
	}
	for i := range a.told {
		if a.told[i].at.After(now) {
			a.told[i].at = now
		}
		if a.told[i].first.After(now) {
			a.told[i].first = now
		}
	}
}

// idle reports whether forgetting the alert changes nothing.
func (a *instance) idle() bool {
	if a.state != Inactive || len(a.changes) > 0 {
		return false
	}
	for _, t := range a.told {
		if t.what != nothing {
			return false
		}
	}
	return true
}

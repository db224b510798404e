// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"maps"
	"slices"
	"time"
)

// What a notice says.
const (
	Fired    = "fired"
	StillOn  = "repeated" // it still fires, or still flaps
	Flapping = "flapping"
	Over     = "resolved"
)

// Notice is what a route is told of one alert.
type Notice struct {
	// Rule, Key, Severity and Runbook tell which alert it is and what to do.
	Rule     string   `json:"rule"`
	Key      string   `json:"key,omitempty"`
	Severity Severity `json:"severity"`
	Runbook  string   `json:"runbook,omitempty"`
	// What is Fired, StillOn, Flapping or Over.
	What string `json:"what"`
	// Value is the last one known, Threshold that of the rule.
	Value     float64 `json:"value"`
	Threshold float64 `json:"threshold"`
	// Since is when the breach began; the zero time if it is over.
	Since time.Time `json:"since,omitzero"`
	// Escalated says that the route is told because nobody has acknowledged what another one was told.
	Escalated bool `json:"escalated,omitempty"`
}

// Delivery is everything that one route is told at one time.
type Delivery struct {
	// ID is unique among the deliveries of a machine and of those that went on from its memory.
	ID uint64 `json:"id"`
	// Route is the receiver.
	Route string `json:"route"`
	// At is the time of the step.
	At time.Time `json:"at"`
	// Notices are in the order of the rules and then of the keys.
	Notices []Notice `json:"notices"`
}

// condition is what a route has been told of an alert, or would have to be told.
type condition uint8

const (
	nothing condition = iota
	fires
	flaps
)

// told is what one route knows of one alert.
type told struct {
	what  condition
	at    time.Time // when it was last told
	first time.Time // when it was first to be told of this fire; zero once it is over
	// delivery was the last one, and before is what was known before it, for the case that it fails.
	delivery uint64
	before   condition
}

// routeState is what there is to know about one route.
type routeState struct {
	busy    uint64      // the delivery whose fate is not known yet; 0 if there is none
	recent  []time.Time // deliveries of the last minute
	notNow  time.Time   // after a failure: not before this
	failing bool
}

// deliveries decides what each route is told now.
func (m *Machine) deliveries(now time.Time) []Delivery {
	var out []Delivery
	muted := map[*instance]string{}
	for i := range m.spec.Rules {
		for _, key := range slices.Sorted(maps.Keys(m.alerts[i])) {
			a := m.alerts[i][key]
			if len(a.told) == 0 && a.condition() == nothing {
				continue
			}
			a.told = append(a.told, make([]told, len(m.routes)-len(a.told))...)
			muted[a] = m.muted(i, key, now)
		}
	}
	for at := range m.routes {
		if !m.open(at, now) {
			continue
		}
		d := Delivery{ID: m.sent + 1, Route: m.spec.Routes[at].Name, At: now}
		for i := range m.spec.Rules {
			for _, key := range slices.Sorted(maps.Keys(m.alerts[i])) {
				a := m.alerts[i][key]
				if why, open := muted[a]; !open || why != "" {
					continue
				}
				if n, ok := m.tell(i, a, at, now, d.ID); ok {
					n.Key = key
					d.Notices = append(d.Notices, n)
				}
			}
		}
		if len(d.Notices) > 0 {
			m.sent++
			m.routes[at].busy = d.ID
			m.routes[at].recent = append(m.routes[at].recent, now)
			out = append(out, d)
		}
	}
	return out
}

// open reports whether a route may be told something now.
func (m *Machine) open(at int, now time.Time) bool {
	r, limit := m.routes[at], m.spec.Routes[at].MaxPerMinute
	if r.notNow.Sub(now) > m.spec.Routes[at].Retry {
		r.notNow = now // the clock has been set back
	}
	for len(r.recent) > 0 && (now.Sub(r.recent[0]) >= time.Minute || r.recent[0].After(now)) {
		r.recent = r.recent[1:]
	}
	return r.busy == 0 && !now.Before(r.notNow) && (limit < 0 || len(r.recent) < limit)
}

// condition is what everybody concerned has to know of the alert.
func (a *instance) condition() condition {
	switch {
	case a.flaps:
		return flaps
	case a.state == Firing:
		return fires
	}
	return nothing
}

// tell decides what one route is told of one alert, and notes that it was.
func (m *Machine) tell(rule int, a *instance, at int, now time.Time, delivery uint64) (Notice, bool) {
	r, route := &m.spec.Rules[rule], &m.spec.Routes[at]
	t, is := &a.told[at], a.condition()
	own := slices.Contains(r.Routes, route.Name)
	escalated := !own && m.escalates(r, a, at, now)
	n := Notice{
		Rule: r.Name, Severity: r.Severity, Runbook: r.Runbook, Value: a.value, Threshold: r.Threshold, Since: a.since, Escalated: !own,
	}
	switch {
	case is == nothing && t.what == nothing:
		t.first = time.Time{}
		return n, false
	case t.what == nothing && !own && !escalated:
		return n, false
	case is == nothing:
		n.What, n.Since, t.first = Over, time.Time{}, time.Time{}
	case is != t.what && is == flaps:
		n.What = Flapping
	case is != t.what:
		n.What = Fired
	case route.Repeat != Never && a.acked == "" && now.Sub(t.at) >= route.Repeat:
		n.What = StillOn
	default:
		return n, false
	}
	if t.first.IsZero() && is != nothing {
		t.first = now
	}
	t.before, t.what, t.at, t.delivery = t.what, is, now, delivery
	return n, true
}

// escalates reports whether a route is to be told because another one was, long ago, and nobody has acknowledged it.
func (m *Machine) escalates(r *Rule, a *instance, to int, now time.Time) bool {
	if a.acked != "" || a.condition() == nothing {
		return false
	}
	for i := range m.spec.Routes {
		from, first := &m.spec.Routes[i], a.told[i].first
		if from.EscalateTo == m.spec.Routes[to].Name && !first.IsZero() && now.Sub(first) >= from.EscalateAfter {
			return true
		}
	}
	return false
}

// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"maps"
	"slices"
	"time"
)

// Sample is what a view knows of one key of a series.
type Sample struct {
	// Key tells what the value is of, such as an agent; empty for a series that has no keys.
	Key string
	// Value in the unit of the series.
	Value float64
	// At is when something was last known of it.
	At time.Time
}

// View shows series as they were at one moment.
type View interface {
	// Samples returns one sample for each key of a measure's series in its scope, in the order of the keys; none if there is no
	// such series.
	Samples(m Measure) []Sample
}

// Machine evaluates rules and decides who is told what. Make it with New; one owner steps it.
type Machine struct {
	spec     Spec
	alerts   []map[string]*instance // by rule, then by key
	routes   []*routeState          // by route
	silences []Silence              // in the order in which they were made
	made     uint64                 // silences so far
	sent     uint64                 // deliveries so far
	left     uint64                 // keys left out
}

// Change is a step in the life of an alert.
type Change struct {
	// Rule, Key and Severity tell which alert it is.
	Rule, Key string
	Severity  Severity
	// From and To are the states.
	From, To State
	// Value is what led to it; Known is false where that was missing data.
	Value float64
	Known bool
	// At is the time of the step; Since when the breach began, for a change to Firing or Resolved.
	At, Since time.Time
	// Muted is "silenced" or "inhibited" if nobody is told, else empty.
	Muted string
}

// Output is what a step leads to.
type Output struct {
	// Changes are in the order of the rules and then of the keys.
	Changes []Change
	// Deliveries are to be made now, at most one for each route and in their order.
	Deliveries []Delivery
}

// New makes a machine of a spec, or returns all its mistakes.
func New(s Spec) (*Machine, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.withDefaults()
	m := &Machine{spec: s, alerts: make([]map[string]*instance, len(s.Rules))}
	for i := range m.alerts {
		m.alerts[i] = map[string]*instance{}
	}
	for range s.Routes {
		m.routes = append(m.routes, &routeState{})
	}
	return m, nil
}

// Tick returns the time between two steps.
func (m *Machine) Tick() time.Duration { return m.spec.Tick }

// LeftOut returns how many samples were left out because their rule has MaxKeys alerts already.
func (m *Machine) LeftOut() uint64 { return m.left }

// Step evaluates all rules on one view and decides what is to be told.
func (m *Machine) Step(now time.Time, v View) Output {
	var out Output
	m.expire(now)
	for i := range m.spec.Rules {
		m.evaluate(i, now, v.Samples(m.spec.Rules[i].Measure()), &out)
	}
	for i := range out.Changes {
		c := &out.Changes[i]
		c.Muted = m.muted(m.ruleIndex(c.Rule), c.Key, now)
	}
	out.Deliveries = m.deliveries(now)
	m.forget()
	return out
}

// evaluate steps the alerts of one rule, in the order of their keys.
func (m *Machine) evaluate(rule int, now time.Time, samples []Sample, out *Output) {
	r, known := &m.spec.Rules[rule], m.alerts[rule]
	fresh := map[string]float64{}
	for _, s := range samples {
		_, there := known[s.Key]
		if !there && len(known) >= MaxKeys {
			m.left++
			continue
		}
		if !there {
			known[s.Key] = &instance{}
		}
		if now.Sub(s.At) <= Stale*m.spec.Tick && finite(s.Value) {
			fresh[s.Key] = s.Value
		}
	}
	if len(known) == 0 && r.NoData == Alert {
		known[""] = &instance{}
	}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		value, ok := fresh[key]
		known[key].step(r, now, value, ok, func(c Change) {
			c.Rule, c.Key, c.Severity, c.At = r.Name, key, r.Severity, now
			out.Changes = append(out.Changes, c)
		})
	}
}

// forget drops alerts of which nothing is left to remember.
func (m *Machine) forget() {
	for _, known := range m.alerts {
		maps.DeleteFunc(known, func(_ string, a *instance) bool { return a.idle() })
	}
}

func (m *Machine) ruleIndex(name string) int {
	return slices.IndexFunc(m.spec.Rules, func(r Rule) bool { return r.Name == name })
}

func (m *Machine) routeIndex(name string) int {
	return slices.IndexFunc(m.spec.Routes, func(r Route) bool { return r.Name == name })
}

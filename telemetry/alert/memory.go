// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"maps"
	"slices"
	"time"
)

// Status is one alert as people see it.
type Status struct {
	// Rule, Key and Severity tell which alert it is.
	Rule     string   `json:"rule"`
	Key      string   `json:"key,omitempty"`
	Severity Severity `json:"severity"`
	// State is where it is in its life; Flapping that it changes too often to be told of each change.
	State    State `json:"state"`
	Flapping bool  `json:"flapping,omitempty"`
	// Value is the last one known, Threshold that of the rule.
	Value     float64 `json:"value"`
	Threshold float64 `json:"threshold"`
	// Since is when the breach began; the zero time of an inactive alert.
	Since time.Time `json:"since,omitzero"`
	// Muted is "silenced", "inhibited" or empty; Acknowledged is by whom.
	Muted        string `json:"muted,omitempty"`
	Acknowledged string `json:"acknowledged,omitempty"`
}

// Status returns the alerts that are not idle, in the order of the rules and then of the keys.
func (m *Machine) Status(now time.Time) []Status {
	var out []Status
	for i := range m.spec.Rules {
		r := &m.spec.Rules[i]
		for _, key := range slices.Sorted(maps.Keys(m.alerts[i])) {
			a := m.alerts[i][key]
			out = append(out, Status{
				Rule: r.Name, Key: key, Severity: r.Severity, State: a.state, Flapping: a.flaps, Value: a.value, Threshold: r.Threshold,
				Since: a.since, Muted: m.muted(i, key, now), Acknowledged: a.acked,
			})
		}
	}
	return out
}

// FailingRoutes returns the names of the routes whose last delivery failed, in their order.
func (m *Machine) FailingRoutes() []string {
	var out []string
	for i, r := range m.routes {
		if r.failing {
			out = append(out, m.spec.Routes[i].Name)
		}
	}
	return out
}

// Memory is what a machine remembers, apart from its spec. It is immutable.
type Memory struct {
	alerts   map[string]map[string]instance // by the names of the rules, then by key
	routes   map[string]routeState
	silences []Silence
	told     []string // the names of the routes, in the order of instance.told
	made     uint64
	sent     uint64
}

// Memory returns a copy of what the machine remembers.
func (m *Machine) Memory() Memory {
	out := Memory{
		alerts: map[string]map[string]instance{}, routes: map[string]routeState{}, silences: slices.Clone(m.silences), made: m.made, sent: m.sent,
	}
	for i, known := range m.alerts {
		if len(known) == 0 {
			continue
		}
		keys := make(map[string]instance, len(known))
		for key, a := range known {
			keys[key] = a.copy()
		}
		out.alerts[m.spec.Rules[i].Name] = keys
	}
	for i, r := range m.routes {
		c := *r
		c.recent = slices.Clone(r.recent)
		name := m.spec.Routes[i].Name
		out.routes[name] = c
		out.told = append(out.told, name)
	}
	return out
}

func (a *instance) copy() instance {
	c := *a
	c.changes, c.told = slices.Clone(a.changes), slices.Clone(a.told)
	return c
}

// Restore makes a new machine go on from the memory of another one, whose spec may have been another: alerts of rules that are gone are
// forgotten, as is what routes that are gone were told. Deliveries whose fate nobody has reported are made again.
func (m *Machine) Restore(from Memory) {
	m.silences, m.made, m.sent = slices.Clone(from.silences), from.made, from.sent
	places := make([]int, len(m.spec.Routes)) // of each route in instance.told
	for i, r := range m.spec.Routes {
		places[i] = slices.Index(from.told, r.Name)
		if old, ok := from.routes[r.Name]; ok {
			old.recent = slices.Clone(old.recent)
			*m.routes[i] = old
		}
	}
	for i, r := range m.spec.Rules {
		for key, old := range from.alerts[r.Name] {
			a := old.copy()
			a.told = nil
			if len(old.told) > 0 {
				a.told = make([]told, len(places))
				for to, place := range places {
					if place >= 0 && place < len(old.told) {
						a.told[to] = old.told[place]
					}
				}
			}
			m.alerts[i][key] = &a
		}
	}
	for i, r := range m.routes {
		if r.busy != 0 {
			m.untell(i, r.busy)
			r.busy = 0
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package balance

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// name tells agents apart.
type name struct{ space, id string }

func nameOf(r *index.Row) name { return name{r.Namespace, r.ID} }

func (n name) compare(m name) int {
	if c := cmp.Compare(n.space, m.space); c != 0 {
		return c
	}
	return cmp.Compare(n.id, m.id)
}

// member is an agent in a state and a health that would do, with what picks would else work out each time.
type member struct {
	row      *index.Row
	weight   float64
	version  version // of the capability asked for
	misfit   bool    // the version will not do
	settings int     // how many of those asked for it has
}

func (m *member) name() name { return nameOf(m.row) }

// pool keeps the members that one query means, in the order of their names, from View to View.
type pool struct {
	prepared *index.Prepared
	need     Need
	accepts  Constraint
	view     *index.View
	members  []*member
}

// follow brings the members up to a View. Between neighbours only what changed is looked at.
func (p *pool) follow(v *index.View) {
	if v == p.view {
		return
	}
	if p.view == nil {
		rows := v.Find(p.prepared).Rows
		p.members = make([]*member, len(rows))
		for i, r := range rows {
			p.members[i] = p.member(r)
		}
		p.view = v
		return
	}
	for _, c := range index.Diff(p.view, v) {
		n := name{c.Namespace(), c.ID()}
		at, had := p.find(n)
		has := c.After != nil && p.prepared.Matches(c.After)
		switch {
		case had && has:
			p.members[at] = p.member(c.After)
		case had:
			p.members = slices.Delete(p.members, at, at+1)
		case has:
			p.members = slices.Insert(p.members, at, p.member(c.After))
		}
	}
	p.view = v
}

func (p *pool) find(n name) (int, bool) {
	return slices.BinarySearchFunc(p.members, n, func(m *member, n name) int { return m.name().compare(n) })
}

func (p *pool) member(r *index.Row) *member {
	m := &member{row: r, weight: 1}
	if r.Weight > 0 && r.Weight <= maxWeight {
		m.weight = r.Weight
	}
	i := slices.IndexFunc(r.Capabilities, func(c index.Capability) bool { return c.Name == p.need.Name })
	if i < 0 {
		return m
	}
	c := r.Capabilities[i]
	v, ok := parseVersion(c.Version)
	if ok {
		m.version = v
	}
	m.misfit = len(p.accepts.all) > 0 && !(ok && p.accepts.accepts(v))
	m.settings = agree(p.need.Settings, c.Settings)
	return m
}

// maxWeight bounds what is taken for a weight, so that no load is lost in rounding; a weight beyond it counts as 1, as nonsense does.
const maxWeight = 1e9

// agree counts the settings that have the value asked for, whatever the JSON's spelling.
func agree(want map[string]json.RawMessage, has json.RawMessage) int {
	if len(want) == 0 || len(has) == 0 {
		return 0
	}
	var all map[string]any
	if json.Unmarshal(has, &all) != nil {
		return 0
	}
	n := 0
	for name, raw := range want {
		var value any
		if got, ok := all[name]; ok && json.Unmarshal(raw, &value) == nil && reflect.DeepEqual(got, value) {
			n++
		}
	}
	return n
}

// rank is one state of health that would do: its members are asked before those of the next.
type rank struct {
	pool
	statuses []query.Status
}

// ranks are the states of health that a policy takes, best first.
func (p Policy) ranks() [][]query.Status {
	first := []query.Status{query.Healthy}
	if p.Unjudged {
		first = append(first, query.Unknown)
	}
	if p.Degraded {
		return [][]query.Status{append(first, query.Degraded)}
	}
	return [][]query.Status{first, {query.Degraded}}
}

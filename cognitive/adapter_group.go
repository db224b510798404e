// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

// A group is one value for its machine: a record with a field for each variable. One variable is its own value.

// kindOf returns the kind of one variable or of a group; ok is false if one is not there.
func (s *Space) kindOf(names []string) (k kind.Kind, ok bool) {
	r := s.root.Load()
	group := kind.Structured{}
	for _, name := range names {
		e := r.find(name)
		if e == nil {
			return nil, false
		}
		if len(names) == 1 {
			return e.def.kind, true
		}
		group.Fields = append(group.Fields, kind.Field{Name: name, Kind: e.def.kind})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.mu.constraints { // what would be refused need not be tried
		if !slices.ContainsFunc(c.Variables, func(v string) bool { return !slices.Contains(names, v) }) {
			group.Rules = append(group.Rules, kind.Rule{Name: c.Name, Holds: func(record kind.Value) bool {
				values := make([]kind.Value, len(c.Variables))
				for i, v := range c.Variables {
					values[i] = record.Field(v)
				}
				return c.judge(values) == nil
			}})
		}
	}
	return group, true
}

// present reads the value of all variables, and keeps their versions; ok is false if one is not there any more.
func (a *adapter) present() (v kind.Value, ok bool) {
	r := a.s.root.Load()
	a.base = map[string]Version{}
	parts := make([]kind.Part, len(a.names))
	for i, name := range a.names {
		e := r.find(name)
		if e == nil {
			return v, false
		}
		a.base[name] = e.version
		parts[i] = kind.Part{Name: name, Value: e.value}
	}
	if len(parts) == 1 {
		return parts[0].Value, true
	}
	return kind.OfRecord(parts...), true
}

// part is what a value gives one of the variables.
func (a *adapter) part(v kind.Value, name string) kind.Value {
	if len(a.names) == 1 {
		return v
	}
	return v.Field(name)
}

// changes are those that make a value the present one: of the variables that it changes, from the versions that it was reckoned from.
func (a *adapter) changes(v kind.Value) (all []change) {
	r := a.s.root.Load()
	for _, name := range a.names {
		to, base := a.part(v, name), a.base[name]
		if e := r.find(name); e == nil || len(a.names) == 1 || !e.value.Equal(to) || e.version != base {
			all = append(all, change{Variable: name, Value: to, Base: &base})
		}
	}
	if len(all) == 0 {
		base := a.base[a.c.name]
		all = []change{{Variable: a.c.name, Value: a.part(v, a.c.name), Base: &base}}
	}
	return all
}

// begin gives a candidate to a share of the agents, in one commit.
func (a *adapter) begin(ctx *actors.Context[adapterMessage], e adapt.Begin) {
	members := a.a.Agents.Members()
	n := min(max(int(a.a.Share*float64(len(members))), 1), len(members)/2)
	present := a.m.Status().Value
	if n == 0 { // there is nobody left to compare with
		a.do(ctx, a.m.Step(adapt.Refused{At: ctx.Now(), Why: "too few agents"}))
		return
	}
	members = slices.Clone(members)
	ctx.Rand().Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	a.slice, a.at = map[string]bool{}, nil
	p := &proposal{Cause: ByOverride, Proposer: a.a.Name, Reason: e.Why}
	for _, m := range members[:n] {
		a.slice[m] = true
		for _, name := range a.names {
			if to := a.part(e.Value, name); !to.Equal(a.part(present, name)) {
				p.Changes = append(p.Changes, change{Variable: name, Scope: "agent/" + m, Value: to, Until: ctx.Now().Add(e.TTL)})
			}
		}
	}
	a.propose(ctx, p)
}

// without takes the candidate away from the slice, as far as it is still there.
func (a *adapter) without() (all []change) {
	r := a.s.root.Load()
	for _, name := range a.names {
		e := r.find(name)
		if e == nil {
			continue
		}
		for _, o := range e.overrides {
			if v, ours := a.at[place{name, o.scope}]; ours && o.commit.Version == v {
				all = append(all, change{Variable: name, Scope: o.scope, Gone: true, Base: &v})
			}
		}
	}
	return all
}

func (a *adapter) end(ctx *actors.Context[adapterMessage], why string) {
	changes := a.without()
	if len(changes) == 0 { // it has expired
		a.slice, a.at = nil, nil
		a.do(ctx, a.m.Step(adapt.Changed{At: ctx.Now()}))
		return
	}
	a.propose(ctx, &proposal{Changes: changes, Cause: ByOverride, Proposer: a.a.Name, Reason: why})
}

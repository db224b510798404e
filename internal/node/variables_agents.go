// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/config"
)

// shareVariables lets the node's agents find its spaces: native ones with cognitive.For, programs by what their settings name.
func (n *Node) shareVariables() {
	cognitive.Host(n.sys, n.o.Config.Node.Name, n.tuning.spaces...)
	exec.ShareVariables(n.sys, func(s agents.Spec, names []string) exec.Variables {
		v := &programVariables{n: n, who: cognitive.AgentOf(s, n.o.Config.Node.Name), names: names}
		for _, space := range n.tuning.spaces {
			if v.any(space.Name()) {
				v.spaces = append(v.spaces, space.As(v.who))
			}
		}
		if len(v.spaces) == 0 {
			return nil
		}
		return v
	})
}

// programVariables are the variables that one agent's program sees.
type programVariables struct {
	n      *Node
	who    cognitive.Agent
	names  []string // SPACE/NAME, SPACE/* or *
	spaces []*cognitive.Member
}

// any reports whether the program sees anything of a space.
func (v *programVariables) any(space string) bool {
	return slices.ContainsFunc(v.names, func(name string) bool { return name == "*" || strings.HasPrefix(name, space+"/") })
}

func (v *programVariables) sees(space, variable string) bool {
	return slices.ContainsFunc(v.names, func(name string) bool {
		return name == "*" || name == space+"/*" || name == space+"/"+variable
	})
}

// find is the variable that a line is about. One that the program does not see is unknown to it, whether or not there is one.
func (v *programVariables) find(space, variable string) (*cognitive.Member, error) {
	i := slices.IndexFunc(v.spaces, func(m *cognitive.Member) bool { return m.Space().Name() == space })
	if space == "" && len(v.spaces) == 1 {
		i = 0
	}
	if i < 0 || !v.sees(v.spaces[i].Space().Name(), variable) {
		return nil, fmt.Errorf("node: %w: %q", protocol.ErrVariableUnknown, space+"/"+variable)
	}
	return v.spaces[i], nil
}

// Follow returns what the agent sees and has changes arrive as messages; see exec.Variables.
func (v *programVariables) Follow(ctx *actors.Context[agents.Message], changed func(protocol.VariableChange) agents.Message) (all []protocol.Variables, err error) {
	for _, m := range v.spaces {
		space := m.Space().Name()
		only := func(name string) bool { return v.sees(space, name) }
		cut, _, err := cognitive.Follow(ctx, m, cognitive.Conflate(), only, func(x cognitive.Sighting) agents.Message {
			if !x.Moved || x.Seen.Version.IsZero() {
				return nil // nothing arrives
			}
			return changed(v.change(m, x))
		})
		if err != nil {
			return nil, err
		}
		s := protocol.Variables{Space: space, SpaceVersion: cut.Version.String(), Variables: []protocol.VariableValue{}}
		for _, x := range cut.Sightings {
			s.Variables = append(s.Variables, valueLine(x.Seen, x.In))
		}
		all = append(all, s)
	}
	return all, v.n.tuning.applier.join(ctx, v)
}

// valueLine is a value as the protocol has it.
func valueLine(seen cognitive.Seen, scope string) protocol.VariableValue {
	return protocol.VariableValue{
		Variable: seen.Variable, Form: seen.Value.Type().String(), Value: asJSON(seen.Value.Plain()), Version: seen.Version.String(), Scope: scope,
	}
}

func (v *programVariables) change(m *cognitive.Member, x cognitive.Sighting) protocol.VariableChange {
	c := protocol.VariableChange{
		Space: m.Space().Name(), SpaceVersion: x.Space.String(), VariableValue: valueLine(x.Seen, x.In), Cause: x.Cause.String(),
	}
	if x.Missed != nil {
		c.Gap = &protocol.VersionGap{From: x.Missed.From.String(), To: x.Missed.To.String()}
	}
	if i, err := m.Space().Info(x.Variable); err == nil {
		c.Confirm = i.Settings.Confirm.Share > 0 && !x.Gone
	}
	return c
}

// Suggest proposes a value in the agent's name; see exec.Variables.
func (v *programVariables) Suggest(ctx context.Context, s protocol.Suggestion) protocol.Answer {
	m, err := v.find(s.Space, s.Variable)
	if err != nil {
		return protocol.Refusal(s.ID, err)
	}
	i, err := m.Space().Info(s.Variable)
	var value kind.Value
	if err == nil {
		value, err = kind.FromJSON(i.Kind, s.Value)
	}
	if err != nil {
		return protocol.Refusal(s.ID, err)
	}
	var options []cognitive.ProposeOption
	if s.Base != nil {
		options = append(options, cognitive.Base(cognitive.Version(*s.Base)))
	}
	if s.Key != "" { // nobody has another agent's keys
		options = append(options, cognitive.Key("agent/"+v.who.Name+"/"+s.Key))
	}
	got, err := m.Suggest(ctx, s.Variable, value, s.Rationale, options...)
	if err != nil {
		return v.refusal(s.ID, i, err)
	}
	return protocol.Answer{
		ID: s.ID, OK: true, Value: asJSON(got.Value.Plain()), Version: got.Version.String(), SpaceVersion: got.Space.String(), Again: got.Again,
	}
}

// refusal is the answer that gives an error, and says when to come again where that is known.
func (v *programVariables) refusal(id string, i cognitive.Info, err error) protocol.Answer {
	a := protocol.Refusal(id, err)
	var cool *cognitive.CooldownError
	switch {
	case errors.As(err, &cool):
		return a.RetryAfter(cool.Until.Sub(v.n.sys.Now()))
	case errors.Is(err, cognitive.ErrRateLimited):
		rate := i.Settings.Rate
		if rate == 0 {
			rate = 10
		}
		return a.RetryAfter(time.Duration(float64(time.Second) / rate))
	}
	return a
}

// Report passes on what the program has measured; see exec.Variables. What is of another version than the present one is counted by the adapter, and refused.
func (v *programVariables) Report(f protocol.Feedback) protocol.Answer {
	m, err := v.find(f.Space, f.Variable)
	if err != nil {
		return protocol.Refusal(f.ID, err)
	}
	x := cognitive.Feedback{Variable: f.Variable, Version: cognitive.Version(f.Version), Weight: f.Weight}
	for _, metric := range f.Metrics {
		x.Metrics = append(x.Metrics, adapt.Metric{Name: metric.Name, Value: metric.Value})
	}
	if err := m.Report(x); err != nil {
		return protocol.Refusal(f.ID, err)
	}
	return v.present(m, f.ID, f.Variable, x.Version)
}

// present answers a line that is about the present version, or says that it is not.
func (v *programVariables) present(m *cognitive.Member, id, variable string, version cognitive.Version) protocol.Answer {
	seen, _, ok := m.Look(variable)
	switch {
	case !ok:
		return protocol.Refusal(id, fmt.Errorf("node: variable %q: %w", variable, cognitive.ErrNotFound))
	case seen.Version != version:
		return protocol.Refusal(id, fmt.Errorf("node: variable %q: %w", variable, &cognitive.VersionConflictError{Have: seen.Version, Want: version}))
	}
	return protocol.Answer{ID: id, OK: true}
}

// Confirm takes the program's word that it uses a version; see exec.Variables. That of an earlier version than the present one counts for that version.
func (v *programVariables) Confirm(c protocol.Confirmation) protocol.Answer {
	m, err := v.find(c.Space, c.Variable)
	if err != nil {
		return protocol.Refusal(c.ID, err)
	}
	version := cognitive.Version(c.Version)
	if seen, _, ok := m.Look(c.Variable); ok && seen.Version.Before(version) { // it cannot have it
		return v.present(m, c.ID, c.Variable, version)
	}
	v.n.tuning.applier.confirm(m.Space().Name(), c.Variable, v.who.Name, version)
	return protocol.Answer{ID: c.ID, OK: true}
}

// confirmation is whose word a change of a variable waits for, as package cognitive has it.
func confirmation(v config.SharedVariable) cognitive.Confirm {
	if v.Confirm == nil {
		return cognitive.Confirm{}
	}
	return cognitive.Confirm{Share: v.Confirm.Share, Within: v.Confirm.Within, Revert: v.Confirm.Then == config.RevertUnconfirmed}
}

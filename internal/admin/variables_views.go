// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// VariablesAnswer is all variables of a node.
type VariablesAnswer struct {
	Version int                 `json:"version"` // of this format: 1
	Spaces  []VariableSpaceView `json:"spaces"`
}

// VariableSpaceView is one space.
type VariableSpaceView struct {
	Space        string         `json:"space"`
	SpaceVersion string         `json:"space_version"`
	Variables    []VariableView `json:"variables"` // in the order of their addition
	Constraints  []string       `json:"constraints,omitempty"`
}

// VariableAnswer is the answer about one variable.
type VariableAnswer struct {
	Version  int          `json:"version"` // of this format: 1
	Variable VariableView `json:"variable"`
}

// VariableView is what is known of a variable.
type VariableView struct {
	Space       string          `json:"space"`
	Name        string          `json:"name"`
	About       string          `json:"about,omitempty"`
	Form        string          `json:"form"` // of its values: float, integer, option, truth, record or team
	Kind        json.RawMessage `json:"kind"` // its description
	Value       any             `json:"value"`
	Text        string          `json:"text"` // the value for people
	At          string          `json:"variable_version"`
	Since       string          `json:"since"` // RFC 3339: when it was committed
	Cause       string          `json:"cause"`
	Proposer    string          `json:"proposer,omitempty"`
	Because     string          `json:"because,omitempty"`
	Durability  string          `json:"durability"`
	Decision    string          `json:"decision,omitempty"`   // how others agree to a change
	Inputs      []string        `json:"inputs,omitempty"`     // of a composite
	Expression  string          `json:"expression,omitempty"` // of a composite
	Degraded    string          `json:"degraded,omitempty"`   // why it is the last good value
	Stale       bool            `json:"stale,omitempty"`
	Exceptions  []CommitView    `json:"overrides,omitempty"` // values for some agents
	Interrupted bool            `json:"down,omitempty"`      // its process has crashed and is not there again
}

// VariableHistoryAnswer is commits of a variable, oldest first.
type VariableHistoryAnswer struct {
	Version  int          `json:"version"` // of this format: 1
	Space    string       `json:"space"`
	Variable string       `json:"variable"`
	Commits  []CommitView `json:"commits"`
}

// CommitView is one commit.
type CommitView struct {
	At       string `json:"variable_version"`
	Previous string `json:"previous,omitempty"`
	Space    string `json:"space_version"`
	Scope    string `json:"scope,omitempty"`
	Value    any    `json:"value"`
	Text     string `json:"text"` // the value for people
	Gone     bool   `json:"gone,omitempty"`
	Cause    string `json:"cause"`
	Proposer string `json:"proposer,omitempty"`
	Because  string `json:"because,omitempty"`
	Decision string `json:"decision,omitempty"` // session that agreed
	Time     string `json:"time"`               // RFC 3339
	Until    string `json:"until,omitempty"`    // RFC 3339
}

func variableView(space string, i cognitive.Info) VariableView {
	v := VariableView{
		Space: space, Name: i.Name, About: i.Settings.About, Form: i.Kind.Type().String(), Value: i.Seen.Value.Plain(), Text: i.Seen.Value.String(),
		At: i.Seen.Version.String(), Since: stamp(i.Last.At), Cause: i.Last.Cause.String(), Proposer: i.Last.Proposer, Because: i.Last.Reason,
		Durability: i.Settings.Durability.String(), Decision: i.Settings.Decision.Mode, Stale: i.Seen.Flags&cognitive.Stale != 0, Interrupted: i.Down,
	}
	if text, err := kind.Encode(i.Kind); err == nil {
		v.Kind = text
	}
	if c := i.Composite; c != nil {
		v.Inputs, v.Expression = c.Inputs, c.Text
	}
	if i.Seen.Flags&cognitive.Degraded != 0 {
		v.Degraded = "it cannot be computed"
		if i.Seen.Why != nil {
			v.Degraded = i.Seen.Why.Error()
		}
	}
	for _, o := range i.Overrides {
		v.Exceptions = append(v.Exceptions, commitView(o))
	}
	return v
}

func commitViews(space, name string, list ...cognitive.Commit) VariableHistoryAnswer {
	a := VariableHistoryAnswer{Version: 1, Space: space, Variable: name, Commits: make([]CommitView, len(list))}
	for i, c := range list {
		a.Commits[i] = commitView(c)
	}
	return a
}

func commitView(c cognitive.Commit) CommitView {
	v := CommitView{
		At: c.Version.String(), Space: c.Space.String(), Scope: c.Scope, Value: c.Value.Plain(), Text: c.Value.String(), Gone: c.Gone, Cause: c.Cause.String(),
		Proposer: c.Proposer, Because: c.Reason, Decision: c.Decision, Time: stamp(c.At), Until: stamp(c.Until),
	}
	if !c.Previous.IsZero() {
		v.Previous = c.Previous.String()
	}
	return v
}

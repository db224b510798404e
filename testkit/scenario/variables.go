// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"strings"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
)

// variableVerbs change the variables of the node that runs.
func variableVerbs() []Verb {
	return []Verb{
		{
			Name: "set", Group: Coordination, Usage: "set SPACE/NAME VALUE [REASON...]", Min: 2, Max: -1, Example: "set tuning/temperature 0.9 too slow",
			Doc: "Proposes a value for a variable, and waits until it is committed. It fails when the value is refused.",
			run: func(e *engine, c *Command) (string, error) {
				s, i, err := e.variable(c.Args[0].Text)
				if err != nil {
					return "", err
				}
				v, err := kind.FromText(i.Kind, c.Args[1].Text)
				if err != nil {
					return "", err
				}
				r, err := s.Propose(e.ctx, i.Name, v, cognitive.From("scenario"), cognitive.Because(text(c.Args[2:])))
				if err != nil {
					return "", err
				}
				return fmt.Sprintf("%s = %s, version %s\n", c.Args[0].Text, r.Value, r.Version), nil
			},
		},
		{
			Name: "suggest", Group: Coordination, Usage: "suggest AGENT SPACE/NAME VALUE REASON...", Min: 4, Max: -1, Example: "suggest ann tuning/temperature 0.2 it is too hot",
			Doc: "Proposes a value as an agent does: its limits hold, and it gives a reason. It fails when the value is refused.",
			run: func(e *engine, c *Command) (string, error) {
				s, i, err := e.variable(c.Args[1].Text)
				if err != nil {
					return "", err
				}
				v, err := kind.FromText(i.Kind, c.Args[2].Text)
				if err != nil {
					return "", err
				}
				r, err := s.Propose(e.ctx, i.Name, v, cognitive.FromAgent(c.Args[0].Text), cognitive.Because(text(c.Args[3:])))
				if err != nil {
					return "", err
				}
				return fmt.Sprintf("%s = %s, version %s\n", c.Args[1].Text, r.Value, r.Version), nil
			},
		},
	}
}

// variableSubjects are what can be expected of variables.
func variableSubjects() []subject {
	of := func(show func(i cognitive.Info) string) func(*engine, []Arg) (string, error) {
		return func(e *engine, args []Arg) (string, error) {
			_, i, err := e.variable(args[0].Text)
			if err != nil {
				return "", err
			}
			return show(i), nil
		}
	}
	return []subject{
		{"variable", "variable SPACE/NAME", "the present value of a variable", 1, 1, of(func(i cognitive.Info) string { return i.Seen.Value.String() })},
		{"variable_version", "variable_version SPACE/NAME", "the version of a variable, such as 0.3", 1, 1, of(func(i cognitive.Info) string { return i.Seen.Version.String() })},
		{"variable_why", "variable_why SPACE/NAME", "the reason of the last change of a variable", 1, 1, of(func(i cognitive.Info) string { return i.Last.Reason })},
	}
}

// variable finds a variable of the node by SPACE/NAME.
func (e *engine) variable(name string) (*cognitive.Space, cognitive.Info, error) {
	space, variable, ok := strings.Cut(name, "/")
	if !ok {
		return nil, cognitive.Info{}, fmt.Errorf("variable %q: want SPACE/NAME", name)
	}
	if e.node == nil {
		return nil, cognitive.Info{}, errNotStarted
	}
	s := e.node.VariableSpace(space)
	if s == nil {
		return nil, cognitive.Info{}, fmt.Errorf("variable %q: the node has no space %q", name, space)
	}
	i, err := s.Info(variable)
	return s, i, err
}

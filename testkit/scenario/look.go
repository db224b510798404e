// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"encoding/json"
	"fmt"
	"strings"

	"mabeam.dev/actors"
)

func lookVerbs() []Verb {
	return []Verb{
		{
			Name: "expect", Group: Look, Usage: "expect SUBJECT [ARGUMENT...] OP VALUE", Min: 3, Max: -1, Example: "expect restarts /demo/app/a == 1",
			Doc:   "Compares what is with what should be. OP is one of == != < <= > >= contains. " + subjectsDoc(),
			check: checkExpect,
			run:   expect,
		},
		{
			Name: "tree", Group: Look, Usage: "tree [SUPERVISOR]", Min: 0, Max: 1, Example: "tree",
			Doc: "Prints the supervision tree, or the part of it that hangs under a supervisor.",
			run: tree,
		},
		{
			Name: "inspect", Group: Look, Usage: "inspect PROCESS", Min: 1, Max: 1, Example: "inspect /demo/app/a",
			Doc: "Asks a process for its view of itself, and prints it as JSON.",
			run: inspect,
		},
		{
			Name: "events", Group: Look, Usage: "events [NAME] [SUBJECT]", Min: 0, Max: 2, Example: "events child_restarting",
			Doc: "Prints the events so far, or those of a name, or those of a name about a subject.",
			run: func(e *engine, c *Command) (string, error) {
				var name, subject string
				if len(c.Args) > 0 {
					name = c.Args[0].Text
				}
				if len(c.Args) > 1 {
					subject = c.Args[1].Text
				}
				var b strings.Builder
				for _, ev := range e.log.all {
					if (name == "" || ev.is(name)) && ev.about(subject) {
						fmt.Fprintln(&b, ev)
					}
				}
				return b.String(), nil
			},
		},
		{
			Name: "log", Group: Look, Usage: "log TEXT...", Min: 1, Max: -1, Example: "log the storm begins",
			Doc: "Prints a text, with the time.",
			run: func(e *engine, c *Command) (string, error) {
				return clock(e.elapsed()) + " " + text(c.Args) + "\n", nil
			},
		},
	}
}

func tree(e *engine, c *Command) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	all, err := e.node.Tree(e.ctx, 0)
	if err != nil {
		return "", err
	}
	if len(c.Args) == 0 {
		return all.String(), nil
	}
	n, ok := find(all, c.Args[0].Text)
	if !ok {
		return "", fmt.Errorf("no %s in the tree", c.Args[0].Text)
	}
	return n.String(), nil
}

func inspect(e *engine, c *Command) (string, error) {
	pid, err := e.process(c.Args[0].Text)
	if err != nil {
		return "", err
	}
	view, err := actors.Inspect(e.ctx, pid)
	if err != nil {
		return "", err
	}
	data, err := json.MarshalIndent(view, "", "  ")
	if err != nil {
		return "", err
	}
	return string(data) + "\n", nil
}

// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"time"
)

// patience is how long `wait` waits if the script does not say.
const patience = time.Minute

func timeVerbs() []Verb {
	return []Verb{
		{
			Name: "advance", Group: Time, Usage: "advance DURATION", Min: 1, Max: 1, Example: "advance 5s",
			Doc:   "Lets virtual time pass: timers fire in order, and everybody runs in between.",
			check: checkDuration(0),
			run: func(e *engine, c *Command) (string, error) {
				d, _ := time.ParseDuration(c.Args[0].Text)
				e.sim.Advance(d)
				return "", nil
			},
		},
		{
			Name: "wait", Group: Time, Usage: "wait EVENT [SUBJECT] [within DURATION]", Min: 1, Max: 4, Example: "wait child_started /demo/app/a within 10s",
			Doc: "Lets time pass until an event has happened, for a minute if nothing else is said. It may have happened already: all count since the node came up, " +
				"but for those that an earlier wait for the same has passed. The subject is a process, task, agent or queue.",
			check: checkWait,
			run:   wait,
		},
		{
			Name: "settle", Group: Time, Usage: "settle [AUCTION]", Min: 0, Max: 1, Example: "settle",
			Doc: "Lets everybody run until nobody can; time stands still. Every other command ends with it as well. With the name of an auction, lets time pass until " +
				"that is over, for two days at most.",
			run: func(e *engine, c *Command) (string, error) {
				if len(c.Args) == 0 {
					return "", nil
				}
				return "", closing(e, c.Args[0].Text)
			},
		},
	}
}

func checkWait(_ *Script, c *Command) []mistake {
	_, _, _, bad := waited(c)
	if bad != nil {
		return []mistake{*bad}
	}
	return nil
}

// waited reads the arguments of wait.
func waited(c *Command) (name, subject string, limit time.Duration, bad *mistake) {
	args := c.Args[1:]
	limit = patience
	if n := len(args); n >= 2 && args[n-2].Text == "within" {
		d, err := time.ParseDuration(args[n-1].Text)
		if err != nil || d < 0 {
			return "", "", 0, &mistake{col: args[n-1].Col, width: len(args[n-1].Text), reason: fmt.Sprintf("%q is no duration", args[n-1].Text), hint: "such as 5s or 1m30s"}
		}
		limit, args = d, args[:n-2]
	}
	switch len(args) {
	case 0:
	case 1:
		subject = args[0].Text
	default:
		return "", "", 0, &mistake{col: args[1].Col, width: len(args[1].Text), reason: "wait takes one subject", hint: "usage: wait EVENT [SUBJECT] [within DURATION]"}
	}
	return c.Args[0].Text, subject, limit, nil
}

func wait(e *engine, c *Command) (string, error) {
	name, subject, limit, _ := waited(c)
	if e.sim.Until(limit, func() bool { return e.log.next(name, subject) }) {
		return "", nil
	}
	what := name
	if subject != "" {
		what += " of " + subject
	}
	return "", unmet("no event %s within %s", what, limit)
}
